/** Moments as the reader's own zone and language have them. */

export type MomentStyle = "relative" | "clock" | "date" | "full";

const UNITS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** Formatters are slow to make; there are few. */
const kept = new Map<string, Intl.DateTimeFormat>();
function format(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}/${name}`;
  const found = kept.get(key) ?? new Intl.DateTimeFormat(locale, options);
  kept.set(key, found);
  return found;
}

/** @param at epoch seconds @param now epoch ms */
export function momentText(
  at: number,
  style: MomentStyle,
  now: number,
  locale: string,
  justNow: string,
): string {
  const date = new Date(at * 1000);
  if (Number.isNaN(date.getTime())) return "–";
  switch (style) {
    case "relative":
      return relativeText(at - now / 1000, locale, justNow);
    case "clock":
      return format(locale, style, { timeStyle: "medium" }).format(date);
    case "date":
      return format(locale, style, { dateStyle: "long" }).format(date);
    case "full":
      return format(locale, style, { dateStyle: "medium", timeStyle: "short" }).format(date);
  }
}

/** @param seconds from now; below zero is past */
function relativeText(seconds: number, locale: string, justNow: string): string {
  const away = Math.abs(seconds);
  const [unit, size] = UNITS.find(([, length]) => away >= length) ?? ["second", 1];
  if (away < 3) return justNow;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  return words.format(Math.trunc(seconds / size), unit);
}

/** When a message came, as small print: the clock, and the day too when it was another one. Epoch ms. */
export function stampText(at: number, now: number, locale: string): string {
  const sameDay = new Date(at).toDateString() === new Date(now).toDateString();
  return sameDay
    ? format(locale, "stamp", { timeStyle: "short" }).format(at)
    : format(locale, "stamp-day", {
        day: "numeric",
        month: "short",
        hour: "numeric",
        minute: "2-digit",
      }).format(at);
}

/** How long until a relative moment reads otherwise, ms: seconds while it is fresh, half a minute later. */
export function freshFor(at: number, now: number): number {
  return Math.abs(at * 1000 - now) < 60_000 ? 1_000 : 30_000;
}
