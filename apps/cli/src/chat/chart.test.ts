/** A chart on a terminal: where its values say, gaps empty, within the columns whatever comes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chart, ChartPoint } from "@servereye/contract";
import fc from "fast-check";
import { chartLines } from "./chart.ts";
import { COLOURS, NO_COLOURS } from "./paint.ts";
import { columnsOf } from "./plain.ts";

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 23, 12);

const chartOf = (values: ReadonlyArray<number | null>, more: Partial<Chart> = {}): Chart => ({
  type: "chart",
  title: "CPU usage",
  subtitle: "web-1",
  ...{ unit: "%", language: "en", zone: "UTC", from: NOON - HOUR, to: NOON, fromZero: true, whole: false },
  ...{ most: 100, worse: "higher", warn: 80, bad: 95 },
  lines: [
    {
      label: "",
      points: values.map((value, at): ChartPoint => {
        const when = Math.round(NOON - HOUR + (at * HOUR) / values.length);
        return value === null ? [when, null] : [when, value, value, value];
      }),
      summary: { min: "0 %", avg: "40 %", max: "100 %", last: "20 %" },
    },
  ],
  words: { min: "min", avg: "avg", max: "max", last: "now", none: "Nothing was measured" },
  ...more,
});

test("an hour with a hole: what is zero shows, what was not measured does not", () => {
  const values = [0, 0, 25, 50, 50, 100, 100, null, null, null, 100, 20];
  const shown = chartLines(chartOf(values), { columns: 30, paint: NO_COLOURS });
  assert.deepEqual(
    shown.map((row) => row.replaceAll("\u00a0", " ")),
    [
      "CPU usage",
      "web-1",
      "100 %┤┄┄┄┄┄┄┄┄┄┄████┄┄┄┄┄┄██┄┄",
      " 80 %┤┄┄┄┄┄┄┄┄┄┄████┄┄┄┄┄┄██┄┄",
      "     ┤          ████      ██",
      "     ┤          ████      ██",
      "     ┤      ████████      ██",
      "     ┤      ████████      ██",
      "     ┤    ██████████      ██▅▅",
      "  0 %┤▁▁▁▁██████████      ████",
      "     └┬───────────┬──────────┬",
      "      11:00     11:30    12:00",
      "now 20 % · min 0 % · avg 40 %",
      "· max 100 %",
    ],
  );
});

test("several lines stand one below the other with one clock; those without a number say so", () => {
  const [line] = chartOf([10, 90]).lines;
  assert.ok(line !== undefined);
  const { summary: _, ...silent } = line;
  const lines = [
    { ...line, label: "web-1" },
    { ...silent, label: "web-2", points: [] },
  ];
  const shown = chartLines(chartOf([], { lines, note: "a remark" }), { columns: 60, paint: NO_COLOURS });
  assert.equal(shown.filter((row) => row.includes("└")).length, 1);
  assert.deepEqual(shown.slice(-3), ["web-2", "Nothing was measured", "a remark"]);
  assert.deepEqual(chartLines(chartOf([], { lines: [] }), { columns: 60, paint: NO_COLOURS }).slice(2), [
    "Nothing was measured",
  ]);
});

test("within its columns, whatever is measured and however it is called", () => {
  const value = fc.option(fc.double({ min: -1e9, max: 1e15, noNaN: true }));
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 300 }),
      fc.integer({ min: 20, max: 100 }),
      fc.string(),
      (values, columns, title) => {
        const chart = chartOf(values, { title, unit: "", worse: "none" });
        for (const row of chartLines(chart, { columns, paint: COLOURS }))
          assert.ok(columnsOf(row) <= columns, `${columnsOf(row)} of ${columns}: ${row}`);
      },
    ),
    { numRuns: 100 },
  );
});
