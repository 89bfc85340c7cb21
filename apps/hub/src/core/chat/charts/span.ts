/** Spans of time that a chart shows, as they are typed and as a button says them. */
import type { Translate } from "@servereye/commands/hub";

export const SPANS = ["1h", "6h", "24h", "7d", "30d", "1y"] as const;
export const USUAL_SPAN = "24h";
/** What a reading's button opens: long enough to see what led to now. */
export const RECENT_SPAN = "6h";

/** Ms of each unit; a month has 30 days, a year 365. */
const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 } as const;
type Unit = keyof typeof UNITS;

const WORDS: Readonly<Record<string, Unit | `${number}${Unit}`>> = {
  ...{
    min: "m",
    mins: "m",
    minutes: "m",
    hour: "1h",
    hours: "h",
    day: "1d",
    days: "d",
    week: "1w",
    weeks: "w",
  },
  ...{ month: "30d", year: "1y", years: "y" },
  ...{ м: "m", мин: "m", ч: "h", час: "1h", часа: "h", часов: "h", д: "d", день: "1d", дня: "d", дней: "d" },
  ...{ н: "w", нед: "w", неделя: "1w", недели: "w", недель: "w", месяц: "30d", г: "y", год: "1y", года: "y" },
};

const LEAST_MS = 5 * UNITS.m;
/** Roll-ups are kept for two years at the most. */
export const LONGEST_MS = 2 * UNITS.y;

/** `3h`, `2d`, `90m`, `week`, `12ч` as a span; undefined for what is none. Shorter or longer than there is: the nearest. */
export function spanOf(word: string): string | undefined {
  const typed = word.toLowerCase();
  const [, count, unit = ""] = /^(\d{1,5})(\p{L}+)$/u.exec(typed) ?? [];
  const known = count === undefined ? WORDS[typed] : unit in UNITS ? unit : WORDS[unit];
  if (known === undefined || (count === undefined && !/^\d/.test(known))) return undefined;
  const span = count === undefined ? known : `${count}${known.replace(/^\d+/, "")}`;
  const ms = msOf(span);
  if (ms < LEAST_MS) return "5m";
  return ms > LONGEST_MS ? "2y" : span;
}

/** @param span as `spanOf` gives it; a stored button's */
export function msOf(span: string): number {
  const [, count = "24", unit = "h"] = /^(\d{1,5})([mhdwy])$/.exec(span) ?? [];
  return Number(count) * UNITS[unit as Unit];
}

/** "6 h", "7 d" in the reader's language. */
export function spanText(t: Translate, span: string): string {
  const [, count = "24", unit = "h"] = /^(\d{1,5})([mhdwy])$/.exec(span) ?? [];
  return t("chart-span", { count: Number(count), unit });
}
