/** Wrong tries: counted for each person and for all, forgotten in time, and bounded. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Fault } from "@servereye/contract";
import { turnedClock } from "./doubles.test-code.ts";
import { createTries } from "./tries.ts";

const limits = { each: 5, inAll: 20, lockMs: 900_000, persons: 50 };
const locked = (until: number) => (error: unknown) =>
  error instanceof Fault && error.code === "RATE_LIMITED" && error.values.until === until;

describe("tries", () => {
  it("locks after five, until 15 minutes after the last", () => {
    const clock = turnedClock();
    const tries = createTries(clock, limits);
    for (let left = 4; left >= 0; left--) {
      clock.turn(60_000);
      assert.equal(tries.begin("eve").left, left);
    }
    const until = clock.now() + 900_000;
    assert.throws(() => tries.begin("eve"), locked(until));
    clock.turn(899_999);
    assert.throws(() => tries.begin("eve"), locked(until));
    clock.turn(1);
    assert.equal(tries.begin("eve").left, 4);
  });

  it("forgets the wrong ones after a right one, and takes back what proved nothing", () => {
    const tries = createTries(turnedClock(), limits);
    for (let i = 0; i < 4; i++) tries.begin("ann");
    tries.begin("ann").right();
    assert.equal(tries.begin("ann").left, 4);
    const attempt = tries.begin("ann");
    attempt.void();
    assert.equal(tries.begin("ann").left, 3);
  });

  it("locks everybody when all together tried too often", () => {
    const clock = turnedClock();
    const tries = createTries(clock, limits);
    const until = clock.now() + 900_000;
    for (let i = 0; i < 20; i++) tries.begin(`person-${i}`);
    assert.throws(() => tries.begin("ann"), locked(until));
    clock.turn(900_000);
    assert.equal(tries.begin("ann").left, 4);
  });

  it("remembers only so many persons, the latest", () => {
    const clock = turnedClock();
    const tries = createTries(clock, { ...limits, inAll: 1_000 });
    for (let i = 0; i < 5; i++) tries.begin("eve");
    for (let i = 0; i < 49; i++) tries.begin(`person-${i}`);
    assert.throws(() => tries.begin("eve"));
    tries.begin("one too many");
    assert.equal(tries.begin("eve").left, 4);
  });
});
