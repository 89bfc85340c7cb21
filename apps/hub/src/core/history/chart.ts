/** Lines of history as a chart that any reader can draw: one unit, words in the reader's language, gaps as gaps. */
import type { Translate } from "@servereye/commands/hub";
import {
  type Chart,
  type ChartLine,
  type ChartPoint,
  chartNumber,
  localeOf,
  type Measure,
  MOST_CHART_LINES,
  MOST_CHART_POINTS,
  zoneOf,
} from "@servereye/contract";
import type { Line, Point } from "../ports/history.ts";
import { chartUnit } from "./chart-unit.ts";

export interface ChartWish {
  t: Translate;
  /** BCP 47. */
  language: string;
  /** IANA. */
  zone: string;
  measure: Measure;
  /** What it is about: "CPU usage". Plain words: a picture's font has no emoji. */
  title: string;
  /** Of which servers or things: "web-1 · /var". */
  where: string;
  /** Epoch ms. */
  from: number;
  to: number;
  dark?: boolean;
  /** In the order in which they are shown; what is more than a chart can have is left out, and that is said. */
  lines: ReadonlyArray<{ label: string; line: Line }>;
}

const DAY = 86_400_000;
/** Numbers keep this many digits: more than a screen has pixels. */
const DIGITS = 6;

export function chartOf(wish: ChartWish): Chart {
  const { t, language, measure, from, to } = wish;
  const shown = wish.lines.slice(0, MOST_CHART_LINES);
  const values = shown.flatMap(({ line }) => line.points.flatMap(({ value }) => value ?? []));
  const unit = chartUnit(t, measure.unit, largestOf(values));
  const inUnit = (value: number): number => Number((value / unit.by).toPrecision(DIGITS));
  const bound = (value: number | undefined, name: "warn" | "bad") =>
    value === undefined ? {} : { [name]: inUnit(value) };
  const notes = notesOf(wish, shown);
  const lines = shown.map(({ label, line }) => chartLine(wish, cut(label), line, inUnit));
  return {
    type: "chart",
    title: cut(wish.title),
    subtitle: cut([wish.where, spanText(wish)].filter((part) => part !== "").join(" · ")),
    unit: unit.text,
    language,
    zone: wish.zone,
    from,
    to,
    fromZero: measure.unit !== "celsius",
    whole: measure.unit === "count",
    // Of several cores a container may use more than one: then 100 is not the most.
    ...(measure.unit === "percent" && largestOf(values) <= 100 ? { most: 100 } : {}),
    worse: measure.worse,
    ...bound(measure.warn, "warn"),
    ...bound(measure.bad, "bad"),
    lines,
    words: {
      min: t("chart-min"),
      avg: t("chart-avg"),
      max: t("chart-max"),
      last: t(lines.some(({ old }) => old) ? "chart-last-old" : "chart-last"),
      none: t("chart-none"),
      busy: t("chart-in-words", { why: "busy" }),
      failed: t("chart-in-words", { why: "failed" }),
    },
    ...(wish.dark === undefined ? {} : { dark: wish.dark }),
    ...(notes === "" ? {} : { note: cut(notes) }),
  };
}

function chartLine(wish: ChartWish, label: string, line: Line, inUnit: (value: number) => number): ChartLine {
  const points = thinned(within(line, wish)).map(
    ({ at, value }): ChartPoint =>
      value === null ? [at, null] : [at, inUnit(value.avg), inUnit(value.min), inUnit(value.max)],
  );
  const measured = line.points.flatMap(({ value }) => value ?? []);
  const newest = measured.at(-1);
  if (newest === undefined) return { label, points };
  const newestAt = line.points.findLast(({ value }) => value !== null)?.at ?? wish.to;
  const count = measured.reduce((sum, one) => sum + one.count, 0);
  const avg = measured.reduce((sum, one) => sum + one.avg * one.count, 0) / Math.max(1, count);
  // Each figure in the unit that suits it: 3 MiB would be 0.003 GiB on the axis.
  const say = (value: number): string => {
    const unit = chartUnit(wish.t, wish.measure.unit, value);
    return chartNumber({ language: wish.language, unit: unit.text }, value / unit.by);
  };
  return {
    label,
    points,
    // The step that runs, and one that is on its way, are not missed yet.
    ...(wish.to - newestAt > 3 * line.stepMs ? { old: true as const } : {}),
    summary: {
      min: say(lowestOf(measured)),
      avg: say(avg),
      max: say(largestOf(measured)),
      last: say(newest.last),
    },
  };
}

/** The points with a gap between any two that are further apart than their step: a line would cross it otherwise. */
function within({ points, stepMs }: Line, { from, to }: ChartWish): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    if (point.at < from - stepMs || point.at > to) continue;
    const before = kept.at(-1);
    if (before?.value != null && point.value !== null && point.at - before.at > 1.5 * stepMs)
      kept.push({ at: before.at + stepMs, value: null });
    kept.push(point);
  }
  return kept;
}

/** Neighbours taken together until they are few enough; lowest and highest stay, and a gap is one only when all of it is. */
function thinned(points: readonly Point[]): Point[] {
  const width = Math.ceil(points.length / MOST_CHART_POINTS);
  if (width <= 1) return [...points];
  const thin: Point[] = [];
  for (let at = 0; at < points.length; at += width) {
    const group = points.slice(at, at + width);
    const values = group.flatMap(({ value }) => value ?? []);
    const [first, last] = [group[0], values.at(-1)];
    if (first === undefined) continue;
    if (last === undefined) {
      thin.push({ at: first.at, value: null });
      continue;
    }
    const count = values.reduce((sum, one) => sum + one.count, 0);
    const avg = values.reduce((sum, one) => sum + one.avg * one.count, 0) / Math.max(1, count);
    thin.push({
      at: first.at,
      value: { min: lowestOf(values), max: largestOf(values), avg, last: last.last, count },
    });
  }
  return thin;
}

type Value = NonNullable<Point["value"]>;
const largestOf = (values: readonly Value[]): number =>
  values.reduce((most, { max }) => Math.max(most, max), values[0]?.max ?? 0);
const lowestOf = (values: readonly Value[]): number =>
  values.reduce((least, { min }) => Math.min(least, min), values[0]?.min ?? 0);

/** For how long nothing was measured since the first number of a line, and how many lines are left out. */
function notesOf(wish: ChartWish, shown: ChartWish["lines"]): string {
  const { t } = wish;
  const gaps = shown.flatMap(({ label, line }) => {
    const ms = gapOf(line, wish);
    if (ms === 0) return [];
    const time = timeText(t, ms);
    return [shown.length === 1 ? t("chart-gap", { time }) : t("chart-gap-of", { line: label, time })];
  });
  const more = wish.lines.length - shown.length;
  return [...(more > 0 ? [t("chart-more", { count: more })] : []), ...gaps].join(" · ");
}

/** Ms without a number from the first number on. The newest step may be on its way still: one alone is no gap. */
function gapOf(line: Line, wish: ChartWish): number {
  const measured = within(line, wish).filter(({ value }) => value !== null);
  let gap = 0;
  for (const [index, { at }] of measured.entries()) {
    const next = measured[index + 1]?.at ?? wish.to;
    const missing = next - at - line.stepMs;
    const isLast = index === measured.length - 1;
    if (missing > (isLast ? 1.5 : 0.5) * line.stepMs) gap += missing;
  }
  return gap;
}

function timeText(t: Translate, ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const [days, hours, rest] = [
    Math.floor(minutes / 1440),
    Math.floor((minutes % 1440) / 60),
    minutes % 60,
  ] as const;
  const parts = [
    ...(days > 0 ? [t("unit-days", { value: days })] : []),
    ...(hours > 0 ? [t("unit-hours", { value: hours })] : []),
    ...(rest > 0 && days === 0 ? [t("unit-minutes", { value: rest })] : []),
  ];
  return parts.join("\u00a0");
}

/** "22 Nov, 12:00 – 23 Nov, 12:00 UTC"; of longer spans the days alone. */
function spanText({ language, zone, from, to }: ChartWish): string {
  const long = to - from > 10 * DAY;
  const dates = new Intl.DateTimeFormat(localeOf(language), {
    timeZone: zoneOf(zone),
    day: "numeric",
    month: "short",
    ...(long ? { year: "numeric" } : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  });
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zoneOf(zone),
    timeZoneName: "short",
  }).formatToParts(to);
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
  return `${dates.formatRange(from, to)} ${name}`;
}

const LONGEST = 200;
const cut = (text: string): string => (text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`);
