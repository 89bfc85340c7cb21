/** A chart as one ECharts option object: the same for the page and for the chat's picture. Pure; needs no ECharts. */
import type { Chart, ChartLine, ChartPoint } from "./chart.ts";
import { chartNumber } from "./chart.ts";
import { momentOf, tickText, timeTicks, type ValueAxis, valueAxis } from "./chart-axis.ts";
import { type ChartColours, DARK, LIGHT, SOLID_LINES } from "./chart-look.ts";
import { levelOf } from "./measure.ts";

export interface ChartLook {
  dark: boolean;
  /** CSS pixels. */
  width: number;
  height: number;
  /** CSS font families. */
  font: string;
  /** Somebody can point at it: figures are shown where they point. */
  live?: boolean;
}

const EDGE = 14;
const HEAD = 58;
const TIMES = 30;
const ROW = 18;
const FOOT = 10;
const PLOT = 196;
/** Of a figure in the summary. */
const COLUMN = 68;
/** Between two words along the time axis. */
const TICK_ROOM = 62;

/** What a chart needs below its plot, and the height at which all of it is easy to read, CSS pixels. */
const footOf = (chart: Chart): number =>
  FOOT +
  (chart.lines.length === 0 ? 0 : (alone(chart) ? 1 : chart.lines.length + 1) * ROW + 6) +
  (chart.note === undefined ? 0 : ROW);
export const chartHeight = (chart: Chart): number => HEAD + PLOT + TIMES + footOf(chart);

/** One line needs no legend: the title says what it is, and its newest figure stands beside that. */
const alone = ({ lines }: Chart): boolean => lines.length === 1;

const hasPoints = ({ points }: ChartLine): boolean => points.some(([, avg]) => avg !== null);

/** The option for `echarts.setOption`: line, custom, grid, graphic, mark line, mark area and (live) tooltip are used. */
export function chartOption(chart: Chart, look: ChartLook) {
  const colours = look.dark ? DARK : LIGHT;
  const axis = valueAxis(chart);
  const ticks = timeTicks(chart, Math.max(2, Math.floor((look.width - 70) / TICK_ROOM)));
  const words = new Map(ticks.map(({ at, text }) => [at, text]));
  const tickAts = ticks.map(({ at }) => at);
  const plotBottom = TIMES + footOf(chart);
  return {
    backgroundColor: colours.ground,
    animation: false,
    textStyle: { fontFamily: look.font },
    grid: {
      left: EDGE,
      right: EDGE + 4,
      top: HEAD + 8,
      bottom: plotBottom - TIMES + 6,
      outerBoundsMode: "same" as const,
      outerBoundsContain: "axisLabel" as const,
    },
    xAxis: {
      type: "value" as const,
      min: chart.from,
      max: chart.to,
      axisLine: { lineStyle: { color: colours.quiet } },
      axisTick: { customValues: tickAts, lineStyle: { color: colours.quiet } },
      splitLine: { show: true, lineStyle: { color: colours.grid, width: 1 } },
      axisLabel: {
        customValues: tickAts,
        formatter: (at: number) => words.get(at) ?? "",
        color: colours.quiet,
        fontSize: 11,
        hideOverlap: true,
        margin: 7,
      },
      axisPointer: {
        label: { formatter: ({ value }: { value: unknown }) => momentOf(chart, Number(value)) },
      },
    },
    yAxis: {
      type: "value" as const,
      min: axis.min,
      max: axis.max,
      axisLine: { show: false },
      axisTick: { show: false, customValues: axis.ticks },
      splitLine: { show: true, lineStyle: { color: colours.grid, width: 1 } },
      axisLabel: {
        customValues: axis.ticks,
        formatter: (value: number) => tickText(chart, value, axis.digits),
        color: colours.quiet,
        fontSize: 11,
        margin: 8,
      },
    },
    ...(look.live
      ? {
          tooltip: {
            trigger: "axis" as const,
            confine: true,
            backgroundColor: colours.ground,
            borderColor: colours.grid,
            textStyle: { color: colours.text, fontSize: 12 },
            valueFormatter: (value: unknown) => (typeof value === "number" ? chartNumber(chart, value) : "–"),
          },
        }
      : {}),
    graphic: [...head(chart, look, colours), ...foot(chart, look, colours), ...nothing(chart, look, colours)],
    series: [
      ...(chart.lines.length > 2 ? [] : chart.lines.map((line, at) => band(line, at, colours))),
      ...chart.lines.map((line, at) => average(line, at, chart, axis, colours)),
      thresholds(chart, axis, colours),
    ],
  };
}

/** From the lowest to the highest of each step, one polygon for each stretch without a gap. */
function band(line: ChartLine, at: number, colours: ChartColours) {
  const stretches = stretchesOf(line.points);
  return {
    type: "custom" as const,
    silent: true,
    clip: true,
    tooltip: { show: false },
    z: 2,
    data: stretches.map(([first]) => [first?.[0] ?? 0, first?.[1] ?? 0]),
    renderItem: (params: { dataIndex: number }, api: { coord(point: number[]): number[] }) => {
      const stretch = stretches[params.dataIndex] ?? [];
      return {
        type: "polygon" as const,
        shape: {
          points: [
            ...stretch.map(([when, , , max]) => api.coord([when, max])),
            ...stretch.toReversed().map(([when, , min]) => api.coord([when, min])),
          ],
        },
        style: { fill: colours.lines[at % colours.lines.length], opacity: 0.2 },
      };
    },
  };
}

/** The averages; a point between two gaps is a dot, since no line leads to it. */
function average(line: ChartLine, at: number, chart: Chart, axis: ValueAxis, colours: ChartColours) {
  const colour = colours.lines[at % colours.lines.length] ?? colours.text;
  const { points } = line;
  const isGap = (index: number) => (points[index]?.[1] ?? null) === null;
  return {
    type: "line" as const,
    name: line.label === "" ? chart.title : line.label,
    connectNulls: false,
    symbol: "none",
    silent: true,
    z: 3,
    lineStyle: {
      color: colour,
      width: 1.8,
      join: "round" as const,
      ...(at >= SOLID_LINES ? { type: [5, 3] } : {}),
    },
    itemStyle: { color: colour },
    ...(alone(chart) && chart.fromZero && axis.min === 0
      ? { areaStyle: { color: colour, opacity: 0.1, origin: "start" as const } }
      : {}),
    data: points.map(([when, avg], index) =>
      avg !== null && isGap(index - 1) && isGap(index + 1)
        ? { value: [when, avg], symbol: "circle", symbolSize: 6 }
        : [when, avg ?? "-"],
    ),
  };
}

/** Lines at the thresholds, and what lies beyond them shaded; a series of its own, for charts without any line. */
function thresholds(chart: Chart, axis: ValueAxis, colours: ChartColours) {
  const span = axis.max - axis.min;
  const shown = (["warn", "bad"] as const).flatMap((level) => {
    const value = chart.worse === "none" ? undefined : chart[level];
    // One that lies on the edge says nothing, and would hide the axis.
    return value !== undefined && value > axis.min + span / 50 && value <= axis.max ? [{ level, value }] : [];
  });
  const areas = shown.map(({ level, value }, at) => {
    const [inner, outer] = chart.worse === "lower" ? [axis.min, axis.max] : [axis.max, axis.min];
    const next = shown[at + 1]?.value ?? inner;
    return [
      { yAxis: value, itemStyle: { color: colours[level], opacity: 0.07 } },
      { yAxis: level === "bad" ? inner : (next ?? outer) },
    ] as [{ yAxis: number; itemStyle: { color: string; opacity: number } }, { yAxis: number }];
  });
  return {
    type: "line" as const,
    silent: true,
    tooltip: { show: false },
    data: [],
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      data: shown.map(({ level, value }) => ({
        yAxis: value,
        lineStyle: { color: colours[level], width: 1.2, type: level === "bad" ? [7, 3] : [2, 3] },
        label: {
          position: (value > axis.max - span / 8 ? "insideStartBottom" : "insideStartTop") as
            | "insideStartBottom"
            | "insideStartTop",
          formatter: chartNumber(chart, value),
          color: colours[level],
          fontSize: 10,
          distance: 3,
        },
      })),
    },
    markArea: { silent: true, data: areas },
  };
}

/** Stretches of points without a gap between them. */
function stretchesOf(points: readonly ChartPoint[]): Array<Array<[number, number, number, number]>> {
  const stretches: Array<Array<[number, number, number, number]>> = [];
  let open = false;
  for (const point of points) {
    if (point[1] === null) open = false;
    else {
      if (!open) stretches.push([]);
      stretches.at(-1)?.push(point);
      open = true;
    }
  }
  return stretches;
}

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
      font: `${bold ? "bold " : ""}${size}px ${font}`,
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
  return [
    words(chart.title, EDGE, 13, colours.text, font, { size: 16, bold: true, room }),
    words(chart.subtitle, EDGE, 36, colours.quiet, font, { size: 11, room: width - 2 * EDGE }),
    ...(last === undefined
      ? []
      : [
          words(last, width - EDGE, 11, level === "ok" ? colours.text : colours[level], font, {
            ...{ size: 19, bold: true, right: true },
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
  const columns = ["min", "avg", "max", "last"] as const;
  const right = (at: number) => width - EDGE - (columns.length - 1 - at) * COLUMN;
  const heads =
    chart.lines.length === 0
      ? []
      : columns.map((one, at) => words(said[one], right(at), top, colours.quiet, font, { right: true }));
  const rows = chart.lines.flatMap((line, index) => {
    const y = top + (index + 1) * ROW;
    const colour = colours.lines[index % colours.lines.length] ?? colours.text;
    return [
      {
        type: "line" as const,
        silent: true,
        shape: { x1: EDGE, y1: y + 6, x2: EDGE + 16, y2: y + 6 },
        style: { stroke: colour, lineWidth: 3, ...(index >= SOLID_LINES ? { lineDash: [5, 3] } : {}) },
      },
      words(line.label, EDGE + 22, y, colours.text, font, {
        room: right(0) - COLUMN + 14 - EDGE - 22,
      }),
      ...(line.summary === undefined
        ? [words(said.none, right(3), y, colours.quiet, font, { right: true })]
        : columns.map((one, at) =>
            words(line.summary?.[one] ?? "", right(at), y, colours.text, font, {
              ...{ right: true, bold: one === "last", room: COLUMN - 4 },
            }),
          )),
    ];
  });
  return [...heads, ...rows, ...remark];
}

/** Said in the middle of an empty plot: an empty picture would be taken for a broken one. */
function nothing(chart: Chart, { width, height, font }: ChartLook, colours: ChartColours) {
  if (chart.lines.some(hasPoints)) return [];
  const middle = (HEAD + height - TIMES - footOf(chart)) / 2;
  return [
    words(chart.words.none, width / 2, middle, colours.quiet, font, { size: 15, bold: true, centre: true }),
  ];
}
