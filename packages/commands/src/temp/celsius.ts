/** Readings of a sensor file as degrees, and which of them can be true. */

/** Outside of this no sensor in a working machine is: 127 and up is a register full of ones, -40 and down none at all. */
const COLDEST = -40;
const HOTTEST = 126;

/** Thousandths of a degree as written, in °C; `undefined` when the text is no whole number. */
export function parseMilli(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? "";
  return /^-?\d{1,10}$/.test(trimmed) ? Number(trimmed) / 1_000 : undefined;
}

/** Of a thermal zone: some drivers on small boards write whole degrees, and 0.2 °C and less is no machine's heat. */
export function parseZone(text: string | undefined): number | undefined {
  const celsius = parseMilli(text);
  return celsius !== undefined && Math.abs(celsius) < 0.2 ? celsius * 1_000 : celsius;
}

/**
 * Whether a reading can be true. Exactly 0 is what a dead or unconnected sensor tells, -273.15 an empty register
 * in kelvin, 127 and 255 one full of ones.
 */
export const isSensible = (celsius: number | undefined): celsius is number =>
  celsius !== undefined && celsius !== 0 && celsius > COLDEST && celsius < HOTTEST;

/** A maker's limit worth comparing with: some firmware tells 0, -273 or 65,261. */
export const isLimit = (celsius: number | undefined): celsius is number =>
  celsius !== undefined && celsius >= 30 && celsius <= 150;
