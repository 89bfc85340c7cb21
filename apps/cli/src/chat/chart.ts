/** A chart on a terminal: block characters within its columns, with axes and thresholds, gaps as gaps, its figures in words. */
import {
  type Chart,
  type ChartLine,
  type ChartPoint,
  chartNumber,
  levelOf,
  tickText,
  timeTicks,
  valueAxis,
} from "@servereye/contract";
import type { Paint } from "./paint.ts";
import { columnsOf, cutTo, padTo, plainLine } from "./plain.ts";
import { wrap } from "./wrap.ts";

/** Rows of a plot that is alone, and of each of several, which stand one below the other on one scale. */
const ROWS = 8;
const ROWS_OF_MANY = 4;
/** Eighths of a cell, from below; none is a cell of its own. */
const BLOCKS = ["", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const EIGHTHS = 8;
/** Up to the highest of a column, above its average. */
const HIGHEST = "░";
/** A label along the time axis with the space before the next. */
const TICK_COLUMNS = 12;

interface Scale {
  min: number;
  max: number;
  rows: number;
  /** Columns of the plot, and of the numbers left of it. */
  wide: number;
  left: number;
}

/** Lines of at most `columns` columns; at least 20 are used. */
export function chartLines(chart: Chart, { columns, paint }: { columns: number; paint: Paint }): string[] {
  const axis = valueAxis(chart, 4);
  const many = chart.lines.length > 1;
  const said = [axis.min, axis.max].map((value) => plainLine(tickText(chart, value, axis.digits)));
  const marks = [...said, ...thresholds(chart).map(([, value]) => plainLine(chartNumber(chart, value)))];
  const left = Math.min(Math.floor(columns / 2), Math.max(...marks.map(columnsOf)));
  const scale: Scale = {
    ...{ min: axis.min, max: axis.max, left },
    rows: many ? ROWS_OF_MANY : ROWS,
    wide: columns - left - 1,
  };
  const [low = "", high = ""] = said;
  const text = (words: string) => wrap(plainLine(words), columns);
  const drawn = chart.lines.filter(({ points }) => points.some(([, avg]) => avg !== null));
  const lines = chart.lines.flatMap((line) => {
    const words = figures(chart, line);
    const head = many ? [...text(line.label).map(paint.strong), ...text(words)] : [];
    const plot = drawn.includes(line) ? plotRows(chart, line, scale, [low, high], paint) : [];
    // The clock stands below the last plot; the figures of one that is alone below the clock.
    const time = line === drawn.at(-1) ? timeRows(chart, scale).map(paint.soft) : [];
    return [...head, ...plot, ...time, ...(many ? [] : text(words))];
  });
  return [
    ...text(chart.title).map(paint.strong),
    ...text(chart.subtitle).map(paint.soft),
    ...lines,
    ...(chart.lines.length === 0 ? text(chart.words.none) : []),
    ...(chart.note === undefined ? [] : text(chart.note).map(paint.soft)),
  ];
}

function figures({ words }: Chart, { summary }: ChartLine): string {
  if (summary === undefined) return words.none;
  const said = (["last", "min", "avg", "max"] as const).map((one) => `${words[one]} ${summary[one]}`);
  return said.map((one) => one.replaceAll(" ", "\u00a0")).join(" · ");
}

const thresholds = ({ worse, warn, bad }: Chart): Array<["warn" | "bad", number]> =>
  worse === "none"
    ? []
    : [
        ...(warn === undefined ? [] : [["warn", warn] as ["warn", number]]),
        ...(bad === undefined ? [] : [["bad", bad] as ["bad", number]]),
      ];

function plotRows(
  chart: Chart,
  line: ChartLine,
  scale: Scale,
  [low, high]: [string, string],
  paint: Paint,
): string[] {
  const { min, max, rows, left } = scale;
  const columns = columnValues(line.points, chart, scale.wide);
  const levels = { worse: chart.worse, ...Object.fromEntries(thresholds(chart)) };
  const rowOf = (value: number) => Math.min(rows - 1, Math.floor(((max - value) / (max - min)) * rows));
  const bounds = new Map(
    thresholds(chart)
      .filter(([, value]) => value > min && value <= max)
      .map(([level, value]) => [rowOf(value), { level, mark: chartNumber(chart, value) }]),
  );
  return Array.from({ length: rows }, (_, row) => {
    const bound = bounds.get(row);
    const mark = row === 0 ? high : row === rows - 1 ? low : (bound?.mark ?? "");
    const cells = columns.map((column) => cellOf(column, rows - 1 - row, scale));
    const middle = max - ((row + 0.5) / rows) * (max - min);
    const level = levelOf(levels, middle);
    const brush = level === "ok" ? paint.code : paint[level];
    const body = runs(
      cells.map((cell) => ({
        text: cell === " " && bound !== undefined ? "┄" : cell,
        brush:
          cell !== " "
            ? cell === HIGHEST
              ? paint.soft
              : brush
            : bound === undefined
              ? undefined
              : paint[bound.level],
      })),
    );
    return `${paint.soft(`${padTo(cutTo(plainLine(mark), left), left, "right")}┤`)}${body}`.trimEnd();
  });
}

/** Neighbours of one brush painted together. */
function runs(cells: ReadonlyArray<{ text: string; brush: ((text: string) => string) | undefined }>): string {
  let painted = "";
  for (let at = 0; at < cells.length; ) {
    const brush = cells[at]?.brush;
    let text = "";
    for (; at < cells.length && cells[at]?.brush === brush; at++) text += cells[at]?.text ?? "";
    painted += brush === undefined ? text : brush(text);
  }
  return painted;
}

interface Column {
  avg: number;
  max: number;
}

/** Row 0 is the lowest. What was measured shows at least an eighth: nothing at all is a gap. */
function cellOf(column: Column | undefined, row: number, { min, max, rows }: Scale): string {
  if (column === undefined) return " ";
  const eighths = (value: number) =>
    Math.round(((value - min) / (max - min)) * rows * EIGHTHS) - row * EIGHTHS;
  const full = Math.max(row === 0 ? 1 : 0, Math.min(EIGHTHS, eighths(column.avg)));
  if (full > 0) return BLOCKS[full] ?? " ";
  return eighths(column.max) >= EIGHTHS / 2 ? HIGHEST : " ";
}

/** Average and highest of what each column covers; undefined where nothing was measured. */
function columnValues(
  points: readonly ChartPoint[],
  { from, to }: Chart,
  wide: number,
): Array<Column | undefined> {
  const width = (to - from) / wide;
  const step = points.reduce((least, [at], index) => {
    const next = points[index + 1]?.[0];
    return next === undefined || next <= at ? least : Math.min(least, next - at);
  }, Number.POSITIVE_INFINITY);
  return Array.from({ length: wide }, (_, index) => {
    const [begin, end] = [from + index * width, from + (index + 1) * width];
    const inside = points.filter(([at]) => at >= begin && at < end);
    // Fewer points than columns: the one that still lasts.
    const lasting =
      inside.length > 0 ? [] : points.filter(([at]) => at < begin && at + step > begin).slice(-1);
    const values = [...inside, ...lasting].flatMap(([, avg, , max]): Column[] =>
      avg === null ? [] : [{ avg, max }],
    );
    if (values.length === 0) return undefined;
    return {
      avg: values.reduce((sum, { avg }) => sum + avg, 0) / values.length,
      max: Math.max(...values.map(({ max }) => max)),
    };
  });
}

/** The axis with its ticks, and the reader's clock below them. */
function timeRows(chart: Chart, { wide, left }: Scale): string[] {
  const ticks = timeTicks(chart, Math.max(1, Math.floor(wide / TICK_COLUMNS)));
  const line = Array.from({ length: wide }, () => "─");
  let clock = "";
  for (const { at, text } of ticks) {
    const column = Math.min(wide - 1, Math.floor(((at - chart.from) / (chart.to - chart.from)) * wide));
    const said = plainLine(text);
    const start = Math.min(wide - columnsOf(said), Math.max(0, column - Math.floor(columnsOf(said) / 2)));
    if (start < 0 || (clock !== "" && columnsOf(clock) + 1 > start)) continue;
    line[column] = "┬";
    clock = padTo(clock, start) + said;
  }
  const space = " ".repeat(left);
  return [`${space}└${line.join("")}`, `${space} ${clock}`.trimEnd()];
}
