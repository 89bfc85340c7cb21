/** Amounts of bytes and rates as a person reads them. */
import type { Translate } from "../kit.ts";

const IEC = ["unit-b", "unit-kib", "unit-mib", "unit-gib", "unit-tib", "unit-pib"] as const;

/**
 * Bytes in IEC units (IEC 80000-13) with one decimal: `23.5 GiB`. The unit grows before the number would take a
 * fourth digit (1000 MiB is shown as 1.0 GiB), so a size is at most 9 characters wide.
 */
export function sizeText(t: Translate, bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  // Against the number as it will be rounded: 999.96 KiB would be shown as 1,000.0.
  while (unit < IEC.length - 1 && (unit === 0 ? Math.round(value) >= 1000 : value >= 999.95)) {
    value /= 1024;
    unit += 1;
  }
  return t(IEC[unit] ?? "unit-b", { value });
}

/** Bytes a second: `1.2 MiB/s`. */
export function rateText(t: Translate, bytesPerSecond: number): string {
  return t("unit-a-second", { amount: sizeText(t, bytesPerSecond) });
}

/** Bits a second in SI units, as links are sold: `1 Gbit/s`. */
export function bitRateText(t: Translate, bitsPerSecond: number): string {
  const bits = Math.max(0, bitsPerSecond);
  if (bits >= 999.95e6) return t("unit-bits", { value: bits / 1e9, scale: "giga" });
  if (bits >= 999.95e3) return t("unit-bits", { value: bits / 1e6, scale: "mega" });
  if (bits >= 999.95) return t("unit-bits", { value: bits / 1e3, scale: "kilo" });
  return t("unit-bits", { value: bits, scale: "one" });
}

/** A whole count in the reader's grouping: `12,345`. */
export function countText(t: Translate, count: number): string {
  return t("unit-count", { value: count });
}

/** A number a second: `12/s`. */
export function perSecondText(t: Translate, count: number): string {
  return t("unit-a-second", { amount: countText(t, count) });
}
