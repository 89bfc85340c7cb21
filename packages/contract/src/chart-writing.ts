/** What is written around a chart's plot: title and newest figure above, the lines' figures and a remark below. */
import type { Chart } from "./chart.ts";
import { type ChartColours, type ChartLook, SOLID_LINES } from "./chart-look.ts";
import { levelOf } from "./measure.ts";

/** CSS pixels: room at the edges, above the plot, for the words along its time axis, of a row below. */
export const EDGE = 14;
export const HEAD = 58;
export const TIMES = 30;
const ROW = 18;
const FOOT = 10;
const PLOT = 196;
/** Of a character at 11 px in a wide face, bold too; before a column; that a name has before a column gives way. */
const CHARACTER = 7;
const BOLD_CHARACTER = 7.8;
const GAP = 10;
const NAME = 92;
/** From the line's end of its colour to its name. */
const SWATCH = 22;

/** Below the words of the time axis. */
export const footOf = (chart: Chart): number =>
  FOOT +
  (chart.lines.length === 0 ? 0 : (alone(chart) ? 1 : chart.lines.length + 1) * ROW + 6) +
  (chart.note === undefined ? 0 : ROW);

/** The height at which all of a chart is easy to read, CSS pixels. */
export const chartHeight = (chart: Chart): number => HEAD + PLOT + TIMES + footOf(chart);

/** One line needs no legend: the title says what it is, and its newest figure stands beside that. */
export const alone = ({ lines }: Chart): boolean => lines.length === 1;

/** There is something to draw. */
export const hasPoints = ({ lines }: Chart): boolean =>
  lines.some(({ points }) => points.some(([, avg]) => avg !== null));

/** Elements of ECharts' graphic component, in an order that does not change with the data. */
export const writing = (chart: Chart, look: ChartLook, colours: ChartColours) => [
  ...head(chart, look, colours),
  ...foot(chart, look, colours),
  ...nothing(chart, look, colours),
];

interface TextStyle {
  size?: number;
  bold?: boolean;
  right?: boolean;
  centre?: boolean;
  /** CSS pixels: longer words end in an ellipsis. */
  room?: number;
}

function words(
  text: string,
  x: number,
  y: number,
  fill: string,
  font: string,
  { size = 11, bold = false, right = false, centre = false, room }: TextStyle = {},
) {
  return {
    type: "text" as const,
    silent: true,
    x,
    y,
    style: {
      text,
      fill,
      // One by one: resvg does not read the shorthand.
      fontFamily: font,
      fontSize: size,
      fontWeight: bold ? ("bold" as const) : ("normal" as const),
      align: right ? ("right" as const) : centre ? ("center" as const) : ("left" as const),
      verticalAlign: "top" as const,
      ...(room === undefined ? {} : { width: room, overflow: "truncate" as const, ellipsis: "…" }),
    },
  };
}

/** Title, where and when; and the newest figure of a line that is alone. */
function head(chart: Chart, { width, font }: ChartLook, colours: ChartColours) {
  const only = alone(chart) ? chart.lines[0] : undefined;
  const last = only?.summary?.last;
  const room = width - 2 * EDGE - (last === undefined ? 0 : 110);
  const value = only?.points.findLast(([, avg]) => avg !== null)?.[1] ?? undefined;
  const level = value === undefined ? "ok" : levelOf(levels(chart), value);
  // An old number is no alarm of now.
  const colour = only?.old ? colours.quiet : level === "ok" ? colours.text : colours[level];
  return [
    words(chart.title, EDGE, 14, colours.text, font, { size: 15, bold: true, room }),
    words(chart.subtitle, EDGE, 37, colours.quiet, font, { size: 11, room: width - 2 * EDGE }),
    ...(last === undefined
      ? []
      : [
          words(last, width - EDGE, 12, colour, font, {
            ...{ size: 18, bold: true, right: true },
          }),
        ]),
  ];
}

function levels({ worse, warn, bad }: Chart) {
  const known = { ...(warn === undefined ? {} : { warn }), ...(bad === undefined ? {} : { bad }) };
  return { worse, ...(worse === "none" ? {} : known) };
}

/** Lowest, average, highest and newest of each line; the remark below. */
function foot(chart: Chart, look: ChartLook, colours: ChartColours) {
  const { width, height, font } = look;
  const top = height - footOf(chart) + 4;
  const said = chart.words;
  const note = chart.note;
  const remark =
    note === undefined
      ? []
      : [words(note, EDGE, height - FOOT - 13, colours.quiet, font, { room: width - 2 * EDGE })];
  const only = alone(chart) ? chart.lines[0] : undefined;
  if (only !== undefined) {
    const { summary } = only;
    if (summary === undefined) return remark;
    const figures = (["min", "avg", "max"] as const).map((one) => `${said[one]} ${summary[one]}`);
    return [words(figures.join("  ·  "), EDGE, top, colours.text, font, { size: 12 }), ...remark];
  }
  const { columns, begin } = columnsOf(chart, width);
  const heads =
    chart.lines.length === 0
      ? []
      : columns.map(({ one, right }) => words(said[one], right, top, colours.quiet, font, { right: true }));
  const rows = chart.lines.flatMap((line, index) => {
    const y = top + (index + 1) * ROW;
    const colour = colours.lines[index % colours.lines.length] ?? colours.text;
    return [
      {
        type: "line" as const,
        silent: true,
        shape: { x1: EDGE, y1: y + 5, x2: EDGE + 16, y2: y + 5 },
        style: { stroke: colour, lineWidth: 3, ...(index >= SOLID_LINES ? { lineDash: [5, 3] } : {}) },
      },
      words(line.label, EDGE + SWATCH, y, colours.text, font, {
        room: begin - EDGE - SWATCH,
      }),
      ...(line.summary === undefined
        ? [words(said.none, width - EDGE, y, colours.quiet, font, { right: true })]
        : columns.map(({ one, right }) =>
            words(
              line.summary?.[one] ?? "",
              right,
              y,
              line.old && one === "last" ? colours.quiet : colours.text,
              font,
              { right: true, bold: one === "last" },
            ),
          )),
    ];
  });
  return [...heads, ...rows, ...remark];
}

/** The figures' columns by their right edges; lowest and average give way to names, which tell the lines apart. */
function columnsOf({ lines, words: said }: Chart, width: number) {
  const wide = (one: "min" | "avg" | "max" | "last"): number => {
    const most = Math.max(said[one].length, ...lines.map(({ summary }) => summary?.[one].length ?? 0));
    return most * (one === "last" ? BOLD_CHARACTER : CHARACTER) + GAP;
  };
  const name = Math.min(NAME, Math.max(0, ...lines.map(({ label }) => label.length)) * CHARACTER);
  let kept: Array<"min" | "avg" | "max" | "last"> = ["min", "avg", "max", "last"];
  const begin = () => width - EDGE - kept.reduce((sum, one) => sum + wide(one), 0);
  while (kept.length > 2 && begin() < EDGE + SWATCH + name) kept = kept.slice(1);
  let right = begin();
  return {
    begin: begin(),
    columns: kept.map((one) => {
      right += wide(one);
      return { one, right };
    }),
  };
}

/** Said in the middle of an empty plot: an empty picture would be taken for a broken one. */
function nothing(chart: Chart, { width, height, font }: ChartLook, colours: ChartColours) {
  if (hasPoints(chart)) return [];
  const middle = (HEAD + height - TIMES - footOf(chart)) / 2 - 4;
  return [
    words(chart.words.none, width / 2, middle, colours.quiet, font, { size: 15, bold: true, centre: true }),
  ];
}
