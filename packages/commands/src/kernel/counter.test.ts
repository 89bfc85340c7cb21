/** Counters between two looks: forward, wrapped, reset. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { advance } from "./counter.ts";

test("a counter that wrapped at 32 bits goes on, one that was reset has no step", () => {
  assert.equal(advance(100, 250, 10), 150);
  assert.equal(advance(2 ** 32 - 100, 50, 1_000), 150);
  assert.equal(advance(3e9, 50, 1_000), undefined);
  assert.equal(advance(2 ** 32 + 5, 50, 1_000), undefined);
  assert.equal(advance(7, 7, 0), 0);
});

test("a step is never negative, and a wrapped one never more than could have been", () => {
  const count = fc.maxSafeNat();
  fc.assert(
    fc.property(count, count, fc.nat(), (before, now, most) => {
      const step = advance(before, now, most);
      if (now >= before) assert.equal(step, now - before);
      else assert.ok(step === undefined || (step > 0 && step <= most));
    }),
  );
});

test("any step up to the limit is found again behind a wrap", () => {
  const limit = 5e8;
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      fc.integer({ min: 0, max: limit }),
      (before, step) => {
        assert.equal(advance(before, (before + step) % 2 ** 32, limit), step);
      },
    ),
  );
});
