/** The axes of a chart: the span of its numbers, and ticks where a person expects them, in the reader's own zone. */
import type { Chart } from "./chart.ts";

export interface ValueAxis {
  min: number;
  max: number;
  ticks: number[];
  /** Digits after the point that tell one tick from the next. */
  digits: number;
}

export interface TimeTick {
  /** Epoch ms. */
  at: number;
  text: string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Between two ticks, by the reader's clock. */
const CLOCK_STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14].map((days) => days * DAY),
];
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60];
const MONTH = 30.44 * DAY;
/** Monday 1970-01-05: weeks are counted from it. */
const MONDAY = 4 * DAY;

/** Thresholds are brought into view while they make the span at most this many times as wide. */
const REACH = 2;

/** The numbers from the lowest to the highest drawn, thresholds in reach with them, between round ticks. */
export function valueAxis(chart: Chart, wanted = 5): ValueAxis {
  const { fromZero, most, whole } = chart;
  let [low, high] = extremes(chart);
  let top = high;
  if (fromZero) [low, high] = [Math.min(0, low), Math.max(0, high)];
  // A flat line is no mountain range: noise is not blown up to the whole height.
  const least = fromZero
    ? most === undefined
      ? whole
        ? 4
        : Number.MIN_VALUE
      : most / 10
    : Math.max(Math.abs(high) / 10, 1e-9);
  if (high - low < least) {
    const middle = (high + low) / 2;
    [low, high] = fromZero && low === 0 ? [0, least] : [middle - least / 2, middle + least / 2];
  }
  if (high - low < 1e-9) high = low + 1;
  const nearest = chart.worse === "lower" ? [chart.bad, chart.warn] : [chart.warn, chart.bad];
  for (const one of chart.worse === "none" ? [] : nearest) {
    if (one === undefined) continue;
    const [down, up] = [Math.min(low, one), Math.max(high, one)];
    if (up - down > REACH * (high - low)) continue;
    [low, high] = [down, up];
    top = Math.max(top, one);
  }
  const step = Math.max(whole ? 1 : 0, roundStep((high - low) / wanted));
  const min = Math.floor(low / step + 1e-9) * step;
  let max = Math.ceil(high / step - 1e-9) * step;
  // A line along the very top would be half hidden, but nothing is above the most there can be.
  if (max - top < step / 20 && (most === undefined || top < most)) max += step;
  if (most !== undefined && high <= most) max = Math.min(max, most);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (isQuarter(step) ? 1 : 0));
  const ticks: number[] = [];
  for (let at = 0; min + at * step <= max + step / 1000; at++)
    ticks.push(Number((min + at * step).toFixed(digits + 3)));
  return { min, max, ticks, digits };
}

/** A tick as it is read. */
export function tickText(chart: Pick<Chart, "language" | "unit">, value: number, digits: number): string {
  const text = new Intl.NumberFormat(chart.language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value === 0 ? 0 : value);
  return chart.unit === "" ? text : `${text}\u00a0${chart.unit}`;
}

/** Round moments of the reader's clock and calendar, `most` of them at the most. */
export function timeTicks(chart: Pick<Chart, "from" | "to" | "zone" | "language">, most: number): TimeTick[] {
  const { from, to } = chart;
  const zone = zoneOf(chart.zone);
  const locale = localeOf(chart.language);
  const span = Math.max(1, to - from);
  const step = CLOCK_STEPS.find((one) => span / one <= most);
  const walls = step === undefined ? months(from, to, zone, most) : evenWalls(from, to, zone, step);
  const say = (options: Intl.DateTimeFormatOptions, at: number) =>
    new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...options }).format(at);
  return walls.map((wall) => {
    const at = instantOf(wall, zone);
    const date = new Date(wall);
    if (step === undefined) {
      const newYear = date.getUTCMonth() === 0;
      return { at, text: newYear ? String(date.getUTCFullYear()) : say({ month: "short" }, at) };
    }
    const midnight = wall % DAY === 0;
    if (step >= DAY && span <= 10 * DAY) return { at, text: say({ weekday: "short", day: "numeric" }, at) };
    if (midnight) return { at, text: say({ day: "numeric", month: "short" }, at) };
    return { at, text: say({ hour: "2-digit", minute: "2-digit" }, at) };
  });
}

/** A moment as it stands over a point: with seconds only where they tell points apart. */
export function momentOf(chart: Pick<Chart, "from" | "to" | "zone" | "language">, at: number): string {
  const span = chart.to - chart.from;
  return new Intl.DateTimeFormat(localeOf(chart.language), {
    timeZone: zoneOf(chart.zone),
    hourCycle: "h23",
    day: "numeric",
    month: "short",
    ...(span > 100 * DAY ? { year: "numeric" } : {}),
    hour: "2-digit",
    minute: "2-digit",
    ...(span <= 2 * HOUR ? { second: "2-digit" } : {}),
  }).format(at);
}

/** Which a reader of English outside America expects too: 23 Nov 14:05. */
export const localeOf = (language: string): string => (language === "en" ? "en-GB" : language);

/** The zone, or UTC where this machine knows none of that name. */
export function zoneOf(zone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    // RangeError is how Intl says that it knows no such zone.
    return "UTC";
  }
}

function extremes({ lines }: Chart): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { points } of lines)
    for (const [, avg, min, max] of points) {
      if (avg === null) continue;
      low = Math.min(low, avg, min);
      high = Math.max(high, avg, max);
    }
  return low <= high ? [low, high] : [0, 0];
}

/** 1, 2, 2.5 or 5 times a power of ten, not below `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const head = rough / power;
  return (head <= 1 ? 1 : head <= 2 ? 2 : head <= 2.5 ? 2.5 : head <= 5 ? 5 : 10) * power;
}

function isQuarter(step: number): boolean {
  return Math.abs(step / 10 ** Math.floor(Math.log10(step) + 1e-9) - 2.5) < 1e-6;
}

/** Wall-clock readings, as if they were UTC, every `step` ms within the span. */
function evenWalls(from: number, to: number, zone: string, step: number): number[] {
  const base = step % (7 * DAY) === 0 ? MONDAY : 0;
  const walls: number[] = [];
  const end = to + offsetAt(to, zone);
  const begin = from + offsetAt(from, zone);
  for (let wall = base + Math.ceil((begin - base) / step) * step; wall <= end; wall += step) walls.push(wall);
  return walls;
}

function months(from: number, to: number, zone: string, most: number): number[] {
  const step = MONTH_STEPS.find((one) => (to - from) / (one * MONTH) <= most) ?? 120;
  const begin = from + offsetAt(from, zone);
  const end = to + offsetAt(to, zone);
  const date = new Date(begin);
  const first = date.getUTCFullYear() * 12 + date.getUTCMonth();
  const walls: number[] = [];
  for (let month = Math.ceil(first / step) * step; ; month += step) {
    const wall = Date.UTC(Math.floor(month / 12), month % 12);
    if (wall > end) return walls;
    if (wall >= begin) walls.push(wall);
  }
}

/** The zone's clock less UTC at a moment, ms. */
function offsetAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(at / 1000) * 1000;
}

/** The moment at which the zone's clock shows `wall`; asked twice, since the change of an hour may lie between. */
function instantOf(wall: number, zone: string): number {
  return wall - offsetAt(wall - offsetAt(wall, zone), zone);
}
