/** Charts of lines: units, figures in words, gaps, thinning, and axes where a person expects them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Chart,
  chartText,
  type Measure,
  MOST_CHART_LINES,
  MOST_CHART_POINTS,
  timeTicks,
  valueAxis,
} from "@servereye/contract";
import fc from "fast-check";
import { translator } from "../chat/translate.ts";
import type { Line, Point } from "../ports/history.ts";
import { type ChartWish, chartOf } from "./chart.ts";
import { chartUnit } from "./chart-unit.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOON = Date.UTC(2026, 10, 23, 12);

const cpu: Measure = {
  key: "cpu.usage",
  unit: "percent",
  kind: "gauge",
  about: "processor usage",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 95,
};
const flow: Measure = {
  key: "network.in",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes received",
  quantum: 100,
  worse: "none",
};

const same = (value: number): Point["value"] => ({
  min: value,
  max: value,
  avg: value,
  last: value,
  count: 1,
});
const lineOf = (from: number, stepMs: number, values: ReadonlyArray<number | null>): Line => ({
  serverId: "s",
  series: { key: "cpu.usage" },
  stepMs,
  points: values.map((value, at) => ({ at: from + at * stepMs, value: value === null ? null : same(value) })),
});
const wish = (more: Partial<ChartWish> & Pick<ChartWish, "lines">): ChartWish => ({
  t: translator("en"),
  language: "en",
  zone: "UTC",
  measure: cpu,
  title: "CPU usage",
  where: "web-1",
  from: NOON - HOUR,
  to: NOON,
  ...more,
});
const alone = (line: Line) => [{ label: "", line }];

test("an hour of a processor: words, thresholds, and a hole that is said", () => {
  const values = Array.from({ length: 60 }, (_, minute) => (minute >= 20 && minute < 32 ? null : minute));
  const chart = chartOf(wish({ lines: alone(lineOf(NOON - HOUR, 60_000, values)) }));
  assert.deepEqual(Chart.parse(chart), chart);
  assert.deepEqual(chartText(chart), [
    "CPU usage",
    "web-1 · 23 Nov, 11:00–12:00 UTC",
    "now 59\u00a0% · min 0\u00a0% · avg 30.5\u00a0% · max 59\u00a0%",
    "not measured for 12\u00a0min",
  ]);
  assert.deepEqual([chart.warn, chart.bad, chart.most], [80, 95, 100]);
  assert.equal(chart.lines[0]?.points.filter(([, avg]) => avg === null).length, 12);
});

test("the reader's language and zone: units, the clock, and midnight there", () => {
  const line = lineOf(
    NOON - DAY,
    60_000,
    Array.from({ length: 1440 }, (_, at) => at * 2 ** 20),
  );
  const chart = chartOf(
    wish({
      t: translator("ru"),
      language: "ru",
      zone: "Europe/Moscow",
      measure: flow,
      from: NOON - DAY,
      lines: alone(line),
    }),
  );
  assert.equal(chart.unit, "ГиБ/с");
  assert.match(chart.subtitle, /^web-1 · 22 нояб., 15:00 – 23 нояб., 15:00 GMT\+3$/);
  assert.deepEqual(chart.lines[0]?.summary, {
    min: "0\u00a0Б/с",
    avg: "720\u00a0МиБ/с",
    max: "1,41\u00a0ГиБ/с",
    last: "1,41\u00a0ГиБ/с",
  });
  assert.deepEqual(
    timeTicks(chart, 5).map(({ at, text }) => [new Date(at).toISOString().slice(11, 16), text]),
    [
      ["15:00", "18:00"],
      ["21:00", "23 нояб."],
      ["03:00", "06:00"],
      ["09:00", "12:00"],
    ],
  );
});

test("what ended an hour ago is not told as now", () => {
  const chart = chartOf(
    wish({ from: NOON - 2 * HOUR, lines: alone(lineOf(NOON - 2 * HOUR, 60_000, [99, 99])) }),
  );
  assert.equal(chart.lines[0]?.old, true);
  assert.match(chartText(chart)[2] ?? "", /^last 99/);
  assert.equal(chart.note, "not measured for 1\u00a0h\u00a058\u00a0min");
});

test("two points further apart than their step have a gap between them, said or not", () => {
  const line = lineOf(NOON - HOUR, 60_000, [1, 2, 3]);
  const [, second, third] = line.points;
  assert.ok(second !== undefined && third !== undefined);
  line.points = [...line.points.slice(0, 2), { ...third, at: second.at + 10 * 60_000 }];
  const points = chartOf(wish({ lines: alone(line) })).lines[0]?.points ?? [];
  assert.deepEqual(
    points.map(([, avg]) => avg),
    [1, 2, null, 3],
  );
});

test("nothing measured, no line at all, and more lines than fit", () => {
  const empty = chartOf(wish({ lines: alone(lineOf(NOON - HOUR, 60_000, [null, null])) }));
  assert.equal(empty.lines[0]?.summary, undefined);
  assert.equal(empty.note, undefined);
  assert.equal(chartText(empty).at(-1), "Nothing was measured in this time");
  assert.equal(chartText(chartOf(wish({ lines: [] }))).at(-1), "Nothing was measured in this time");
  const many = Array.from({ length: 11 }, (_, at) => ({
    label: `web-${at}`,
    line: lineOf(NOON - HOUR, 60_000, Array(60).fill(at)),
  }));
  const chart = chartOf(wish({ lines: many }));
  assert.equal(chart.lines.length, MOST_CHART_LINES);
  assert.equal(chart.note, "3 more are not shown");
});

test("whatever the numbers: lowest and highest survive thinning, and all of it fits its schema", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.double({ min: -1e12, max: 1e15, noNaN: true })), { maxLength: 2_000 }),
      fc.constantFrom<Measure["unit"]>("percent", "bytes", "bytes_per_second", "seconds", "count", "celsius"),
      (values, unit) => {
        const line = lineOf(NOON - HOUR, 1_000, values);
        const chart = Chart.parse(
          chartOf(wish({ measure: { ...cpu, unit }, to: NOON + HOUR, lines: alone(line) })),
        );
        const points = chart.lines[0]?.points ?? [];
        assert.ok(points.length <= MOST_CHART_POINTS);
        const axis = valueAxis(chart);
        assert.ok(axis.ticks.length >= 2 && axis.ticks.length <= 12, String(axis.ticks));
        const numbers = values.filter((value) => value !== null);
        const seen = points.flatMap(([, avg, min, max]) => (avg === null ? [] : [min, max]));
        const slack = (axis.max - axis.min) / 1_000;
        for (const value of seen)
          assert.ok(axis.min - slack <= value && value <= axis.max + slack, `${value} off the axis`);
        const highest = Math.max(...numbers);
        const { by } = chartUnit(translator("en"), unit, highest);
        const inUnit = (value: number) => Number((value / by).toPrecision(6));
        assert.equal(Math.max(...seen), inUnit(highest));
        assert.equal(Math.min(...seen), inUnit(Math.min(...numbers)));
      },
    ),
    { numRuns: 150 },
  );
});

test("ticks of each range: few, in order, on round moments of the reader's clock, over a change of the hour too", () => {
  const ranges: Array<[number, string]> = [
    [HOUR, "11:00 11:15 11:30 11:45 12:00"],
    [6 * HOUR, "06:00 08:00 10:00 12:00"],
    [DAY, "12:00 18:00 23 Nov 06:00 12:00"],
    [7 * DAY, "Tue 17 Thu 19 Sat 21 Mon 23"],
    [30 * DAY, "26 Oct 2 Nov 9 Nov 16 Nov 23 Nov"],
    [365 * DAY, "2026 Apr Jul Oct"],
  ];
  for (const [span, expected] of ranges) {
    const ticks = timeTicks({ from: NOON - span, to: NOON, zone: "UTC", language: "en" }, 5);
    assert.equal(ticks.map(({ text }) => text).join(" "), expected);
  }
  // Berlin's clocks went back at 01:00 UTC of 25 October.
  const autumn = timeTicks(
    {
      from: Date.UTC(2026, 9, 24, 10),
      to: Date.UTC(2026, 9, 26, 12),
      zone: "Europe/Berlin",
      language: "en",
    },
    5,
  );
  assert.deepEqual(
    autumn.map(({ at, text }) => `${new Date(at).toISOString().slice(5, 16)} ${text}`),
    [
      "10-24T10:00 12:00",
      "10-24T22:00 25 Oct",
      "10-25T11:00 12:00",
      "10-25T23:00 26 Oct",
      "10-26T11:00 12:00",
    ],
  );
  assert.equal(timeTicks({ from: 0, to: DAY, zone: "Mars/Olympus", language: "en" }, 5)[0]?.at, 0);
});

test("thresholds come into view when the line is near them, and a flat line is no mountain range", () => {
  const axisOf = (...values: number[]) => {
    const { min, max, ticks } = valueAxis(
      chartOf(wish({ lines: alone(lineOf(NOON - HOUR, 60_000, values)) })),
    );
    return { min, max, first: ticks[0], last: ticks.at(-1) };
  };
  assert.deepEqual(axisOf(1, 2), { min: 0, max: 10, first: 0, last: 10 });
  assert.deepEqual(axisOf(20, 30), { min: 0, max: 40, first: 0, last: 40 });
  assert.deepEqual(axisOf(20, 60), { min: 0, max: 100, first: 0, last: 100 });
  assert.deepEqual(axisOf(0, 0), { min: 0, max: 10, first: 0, last: 10 });
  assert.equal(axisOf(250).max > 250, true);
});
