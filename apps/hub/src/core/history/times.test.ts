/** When samples were: always in the order of their numbers, never later than they came, right where the clock is right. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Ingest } from "../ports/history.ts";
import { gridOf, leastStep } from "./steps.ts";
import { timesOf } from "./times.ts";

const NOW = 1_795_000_000_000;
const HOUR = 3_600_000;

const ingest = (samples: ReadonlyArray<[seq: number, at: number]>, more: Partial<Ingest> = {}): Ingest => ({
  ...{ serverId: "s", arrived: NOW, skewMs: 0 },
  batch: {
    ...{ boot: "00000000", series: [{ key: "cpu.usage" }] },
    samples: samples.map(([seq, at]) => ({ seq, at, values: [1] })),
  },
  ...more,
});

test("times grow with the numbers and end at the arrival, whatever the clock said", () => {
  const clock = fc.oneof(
    fc.integer({ min: NOW - 12 * HOUR, max: NOW + 12 * HOUR }),
    fc.integer({ min: 0, max: 2 ** 45 }),
  );
  const samples = fc.uniqueArray(fc.tuple(fc.nat(10_000), clock), {
    ...{ minLength: 1, maxLength: 40, selector: ([seq]) => seq },
  });
  fc.assert(
    fc.property(samples, fc.integer({ min: -HOUR, max: HOUR }), (given, skewMs) => {
      const times = timesOf(ingest(given, { skewMs }));
      const ordered = given
        .map(([seq], n) => ({ seq, at: times[n] ?? Number.NaN }))
        .sort((a, b) => a.seq - b.seq);
      for (const [n, { at }] of ordered.entries()) {
        assert.ok(Number.isInteger(at) && at <= NOW, String(at));
        assert.ok(n === 0 || at > (ordered[n - 1]?.at ?? 0), "two changed places");
      }
    }),
  );
});

test("a clock that is right is believed, less its skew, over an hour without samples too", () => {
  const given: Array<[number, number]> = [
    [7, NOW - 2 * HOUR],
    [8, NOW - 2 * HOUR + 10_001],
    [9, NOW - HOUR],
    [10, NOW - 5_000],
  ];
  assert.deepEqual(
    timesOf(ingest(given)),
    given.map(([, at]) => at),
  );
  const ahead = given.map(([seq, at]): [number, number] => [seq, at + 250]);
  assert.deepEqual(
    timesOf(ingest(ahead, { skewMs: 250 })),
    given.map(([, at]) => at),
  );
});

test("what comes later is later, also when the clock was set back in between", () => {
  const newest = { seq: 100, at: NOW - 20_000 };
  const back = ingest([
    [101, NOW - 3 * HOUR],
    [102, NOW - 3 * HOUR + 10_000],
  ]);
  assert.deepEqual(timesOf(back, newest), [NOW - 10_000, NOW]);
  const before = ingest([[50, NOW - HOUR]]);
  assert.deepEqual(timesOf(before, newest), [NOW - HOUR], "an earlier one is where it was");
});

test("steps are no more than are wanted, and hold all of the time", () => {
  const span = fc.integer({ min: 1_000, max: 800 * 24 * HOUR });
  fc.assert(
    fc.property(span, fc.integer({ min: 2, max: 3_000 }), fc.nat(10 * HOUR), (ms, points, shift) => {
      const [from, to] = [NOW + shift, NOW + shift + ms];
      const grid = gridOf(from, to, points, 1_000);
      assert.ok(grid.length <= points, `${grid.length} of ${points}`);
      assert.ok(grid.from <= from && grid.from + grid.length * grid.stepMs >= to);
      assert.ok(from - grid.from < grid.stepMs);
    }),
  );
  assert.equal(gridOf(NOW, NOW + HOUR, 1_000, leastStep([0, 10_000, 20_000, 29_500])).stepMs, 15_000);
});
