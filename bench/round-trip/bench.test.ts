/** The round trip's bench itself: that it measures real answers, and fails when they do not come. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { roundTrips } from "./bench.ts";
import { phonesIn } from "./phone-line.ts";

test("a short run gives figures for the floor and for each command", async () => {
  const { floor, commands, own, besideOffline } = await roundTrips({ single: 5, rounds: 1 });
  assert.deepEqual(
    commands.map(({ command }) => command),
    ["/ping", "/memory"],
  );
  for (const { single, together, cpu } of [floor, ...commands, own]) {
    assert.deepEqual([single.count, together.count], [5, 100]);
    for (const { p50, p99, max } of [single, together]) assert.ok(0 < p50 && p50 <= p99 && p99 <= max);
    assert.ok(Object.values(cpu).every((ms) => ms >= 0) && (cpu.hub ?? 0) > 0);
  }
  assert.ok(besideOffline.offline.p50 < 1_000);
});

test("an answer that does not come is a failure, not a time", async () => {
  const stops: (() => unknown)[] = [];
  const phones = await phonesIn(stops);
  try {
    const nobody = { persons: [1], text: "/ping", expect: "Round trip", together: false, patienceMs: 200 };
    await assert.rejects(phones.play(nobody), /\/ping: .*no such message/);
  } finally {
    for (const stop of stops) await stop();
  }
});
