/** The bench over Redis itself: messages do go through Redis, in the floor and in the hubs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../../test/engines.ts";
import { overRedis } from "./two-hubs.ts";

test("a short run gives figures of two hubs and of the floor", needs("redis"), async () => {
  const { floor, ping } = await overRedis({ single: 5, rounds: 1 });
  for (const { single, together, cpu } of [floor, ping]) {
    assert.deepEqual([single.count, together.count], [5, 100]);
    assert.ok(0 < single.p50 && single.p50 <= single.p99);
    assert.ok((cpu.hubs ?? 0) > 0 && (cpu.Redis ?? 0) > 0);
  }
});
