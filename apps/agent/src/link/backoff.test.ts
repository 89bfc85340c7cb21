/** The waits before dialling again: their spread, their growth, and when they begin anew. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { Backoff, EARLY_CAP_MS, FIRST_CAP_MS, LATE_CAP_MS } from "./backoff.ts";

test("a thousand agents that lost their hub together come back spread over the whole cap", () => {
  // A generator of its own, so that the figures below are the same at every run (Park and Miller's).
  let state = 42;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const clock = new TurnedClock();
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < 1_000; i++) {
    const ms = new Backoff(clock, random).next();
    const tenth = Math.floor(ms / (FIRST_CAP_MS / 10));
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  // 100 are expected in each; four standard deviations are 38.
  assert.ok(
    tenths.every((count) => count > 62 && count < 138),
    tenths.join(),
  );
});

test("no wait is over its cap: 5 s in the first minute, 60 s later", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 1, maxLength: 200 }),
      (rolls) => {
        const clock = new TurnedClock();
        let roll = 0;
        const backoff = new Backoff(clock, () => roll);
        const began = clock.monotonic();
        for (const one of rolls) {
          roll = one;
          const early = clock.monotonic() - began < 60_000;
          const ms = backoff.next();
          assert.ok(ms >= 0 && ms < (early ? EARLY_CAP_MS : LATE_CAP_MS));
          clock.turn(ms);
        }
      },
    ),
  );
});

test("begins anew after a connection that held, not after one that broke at once", () => {
  const clock = new TurnedClock();
  const backoff = new Backoff(clock, () => 0.5);
  for (let i = 0; i < 5; i++) backoff.next();
  backoff.worked(500);
  assert.equal(backoff.next(), EARLY_CAP_MS / 2);
  clock.turn(120_000);
  assert.equal(backoff.next(), LATE_CAP_MS / 2);
  backoff.worked(30_000);
  assert.equal(backoff.next(), FIRST_CAP_MS / 2);
});
