/** A chart as one ECharts option object: the same for the page and for the chat's picture. Pure; needs no ECharts. */
import type { Chart, ChartLine, ChartPoint } from "./chart.ts";
import { chartNumber } from "./chart.ts";
import { momentOf, tickText, timeTicks, type ValueAxis, valueAxis } from "./chart-axis.ts";
import { type ChartColours, type ChartLook, DARK, LIGHT, SOLID_LINES } from "./chart-look.ts";
import { alone, EDGE, footOf, HEAD, hasPoints, TIMES, writing } from "./chart-writing.ts";

/** Between two words along the time axis, CSS pixels. */
const TICK_ROOM = 62;

/** The option for `echarts.setOption`: line, custom, grid, graphic, mark line, mark area and (live) tooltip are used. */
export function chartOption(chart: Chart, look: ChartLook) {
  const colours = look.dark ? DARK : LIGHT;
  const axis = valueAxis(chart);
  const ticks = timeTicks(chart, Math.max(2, Math.floor((look.width - 70) / TICK_ROOM)));
  const said = new Map(ticks.map(({ at, text }) => [at, text]));
  const tickAts = ticks.map(({ at }) => at);
  return {
    backgroundColor: colours.ground,
    animation: false,
    textStyle: { fontFamily: look.font },
    grid: {
      left: EDGE,
      right: EDGE + 4,
      top: HEAD + 8,
      bottom: footOf(chart) + TIMES - 22,
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
        formatter: (at: number) => said.get(at) ?? "",
        color: colours.quiet,
        fontSize: 11,
        hideOverlap: true,
        margin: 10,
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
        // Of a line that is not there nobody can say how high it would be.
        show: hasPoints(chart),
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
    graphic: writing(chart, look, colours),
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
  // Above its line; below it near the top, and between two lines that are close together.
  const upper = Math.max(...shown.map(({ value }) => value));
  const placeOf = (value: number) => {
    const tight = upper > axis.max - span / 12 ? span / 7 : span / 14;
    const below = value === upper ? value > axis.max - span / 12 : upper - value < tight;
    return below ? ("insideStartBottom" as const) : ("insideStartTop" as const);
  };
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
        lineStyle: { color: colours[level], width: 1.4, type: level === "bad" ? [7, 3] : [2, 3] },
        label: {
          position: placeOf(value),
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
