/** Who tends the history: one hub at a time, step by step, on after a failure, and not after its stop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { turnedClock } from "./core/fleet/doubles.test-code.ts";
import type { Leases } from "./core/ports/hubs.ts";
import { tend } from "./history.ts";

const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const metrics = { command: () => undefined, count: () => undefined, gauge: () => undefined };

/** Leases of which the first to ask has each until it gives it back. */
function oneLease(): Leases & { holder: string | undefined } {
  return {
    holder: undefined,
    async take(_name, holder) {
      this.holder ??= holder;
      return this.holder === holder ? 1 : undefined;
    },
    async release() {
      this.holder = undefined;
    },
  };
}

test("one hub tends, and the next when that one stops; a failure only costs a wait", async () => {
  const clock = turnedClock();
  const leases = oneLease();
  const steps: string[] = [];
  let left = 3;
  let fail = true;
  const hub = (hubId: string) =>
    tend({
      ...{ leases, hubId, clock, log, metrics },
      history: {
        tend: async () => {
          steps.push(hubId);
          if (steps.length === 2 && fail) {
            fail = false;
            throw new Error("the store is away");
          }
          left--;
          return left > 0;
        },
      },
    });
  /** Turns the clock as long as it takes. */
  const until = async (isSo: () => boolean): Promise<void> => {
    for (let turns = 0; !isSo(); turns++) {
      assert.ok(turns < 1_000, "it never came to that");
      await new Promise((resolve) => setImmediate(resolve));
      clock.turn(1_000);
    }
  };
  const [one, two] = [hub("one"), hub("two")];
  one.start();
  two.start();
  await until(() => left === 0);
  assert.deepEqual(steps, ["one", "one", "one", "one"], "the second failed");
  left = 2;
  await one.stop();
  assert.equal(leases.holder, undefined);
  await until(() => left === 0);
  assert.deepEqual(steps.slice(4), ["two", "two"]);
  await two.stop();
  clock.turn(1e9);
  assert.deepEqual([steps.length, clock.armed()], [6, 0]);
});
