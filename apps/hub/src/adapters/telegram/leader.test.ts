/** Who leads: what stopping leaves behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLeader } from "./leader.ts";
import { collectedLog, collectedMetrics, memoryLeases, settle, turnedClock } from "./turned.test-suite.ts";

test("an ask that is under way when it stops leaves no lease behind", async () => {
  const leases = memoryLeases();
  const [clock, gate] = [turnedClock(), Promise.withResolvers<void>()];
  const { take } = leases;
  leases.take = (...asked) => gate.promise.then(() => take(...asked));
  const parts = { leases, hub: "hub", clock, log: collectedLog(), metrics: collectedMetrics() };
  const leader = createLeader({ ...parts, onStandby() {} });
  leader.start();
  const stopped = leader.stop();
  await settle();
  gate.resolve();
  await stopped;
  await settle();
  assert.deepEqual([leases.holder, leader.leading(), clock.waits()], [undefined, false, []]);
});
