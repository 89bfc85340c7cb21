/** A chart as data: lines over a span of time, ready in its unit and its words, free of size, colours and drawing. */
import * as z from "zod/mini";

/** Lines that one chart has at the most, and points of a line: more than a phone's picture can show. */
export const MOST_CHART_LINES = 8;
export const MOST_CHART_POINTS = 500;

/** Epoch ms, then average, lowest and highest of its step; or null: nothing was measured in it. */
export const ChartPoint = z.union([
  z.tuple([z.int(), z.null()]),
  z.tuple([z.int(), z.number(), z.number(), z.number()]),
]);
export type ChartPoint = z.infer<typeof ChartPoint>;

const Words = z.string().check(z.maxLength(200));

export const ChartLine = z.object({
  /** Which server or thing: "web-1", "web-1 · /var". Empty when the title says it all. */
  label: Words,
  /** In order of time. */
  points: z.array(ChartPoint).check(z.maxLength(MOST_CHART_POINTS)),
  /** In words with their unit; `last` is the newest. Absent: nothing was measured. */
  summary: z.optional(z.object({ min: Words, avg: Words, max: Words, last: Words })),
  /** Nothing came lately: its newest number is not how it is now. */
  old: z.optional(z.literal(true)),
});
export type ChartLine = z.infer<typeof ChartLine>;

export const Chart = z.object({
  type: z.literal("chart"),
  /** What is measured: "CPU usage". */
  title: Words,
  /** Where, and which span of time: "web-1 · last 24 hours". */
  subtitle: Words,
  /** Behind every number of it: "%", "GiB/s", "°C"; empty for plain counts. All numbers are in this unit. */
  unit: z.string().check(z.maxLength(20)),
  /** BCP 47 and IANA: how the times and numbers along its axes are written. */
  language: z.string().check(z.maxLength(35)),
  zone: z.string().check(z.maxLength(64)),
  /** Epoch ms: the span of the time axis. */
  from: z.int(),
  to: z.int(),
  /** The numbers have a meaning from zero on, and so begins their axis. */
  fromZero: z.boolean(),
  /** They count things: there is nothing between one and two. */
  whole: z.boolean(),
  /** The highest number there can be: 100 for a share. */
  most: z.optional(z.number()),
  /** On which side of `warn` and `bad` it is worse. */
  worse: z.enum(["higher", "lower", "none"]),
  warn: z.optional(z.number()),
  bad: z.optional(z.number()),
  lines: z.array(ChartLine).check(z.maxLength(MOST_CHART_LINES)),
  /**
   * Heads of the summary's columns; `none`: what stands where there is nothing to draw; `busy` and `failed`: what is said
   * where a picture was wanted and words are all there is.
   */
  words: z.object({
    min: Words,
    avg: Words,
    max: Words,
    last: Words,
    none: Words,
    busy: z.optional(Words),
    failed: z.optional(Words),
  }),
  /** As its reader wishes pictures; a page follows its own scheme. */
  dark: z.optional(z.boolean()),
  /** A quiet remark: for how long nothing was measured, lines left out. */
  note: z.optional(Words),
});
export type Chart = z.infer<typeof Chart>;

/** A number of the chart as it is read: "1,024 GiB", "37.5 %". */
export function chartNumber(chart: Pick<Chart, "language" | "unit">, value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = new Intl.NumberFormat(chart.language, { maximumFractionDigits: digits }).format(value);
  return chart.unit === "" ? text : `${text}\u00a0${chart.unit}`;
}

/** The chart in lines of text, for readers that can not see it and chats that can not draw it. */
export function chartText(chart: Chart): string[] {
  const { words } = chart;
  const lines = chart.lines.map(({ label, summary }) => {
    const said =
      summary === undefined
        ? words.none
        : `${words.last} ${summary.last} · ${words.min} ${summary.min} · ${words.avg} ${summary.avg} · ${words.max} ${summary.max}`;
    return label === "" ? said : `${label}: ${said}`;
  });
  const body = lines.length === 0 ? [words.none] : lines;
  return [chart.title, chart.subtitle, ...body, ...(chart.note === undefined ? [] : [chart.note])].filter(
    (line) => line !== "",
  );
}
