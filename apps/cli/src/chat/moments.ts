/** Moments in the zone and language of who sits at the terminal. */

const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** @param at epoch seconds @param now epoch ms */
export function momentText(
  at: number,
  style: "relative" | "clock" | "date" | "full",
  now: number,
  locale: string,
): string {
  const date = new Date(at * 1000);
  if (Number.isNaN(date.getTime())) return "–";
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, options).format(date);
  if (style === "clock") return format({ timeStyle: "medium" });
  if (style === "date") return format({ dateStyle: "long" });
  if (style === "full") return format({ dateStyle: "medium", timeStyle: "short" });
  const seconds = at - now / 1000;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}
