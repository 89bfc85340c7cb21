/** The fleet's bench itself: that its agents are the hub's agents, and that its figures are of what happened. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fleet } from "./bench.ts";

test("a small fleet comes in, answers, and comes back after the hub was killed", async () => {
  const { sizes, crowd } = await fleet({
    runs: [{ agents: 60, redis: false, oneAddress: true }],
    ...{ seconds: 0.2, settleMs: 50, pings: 4, crowd: { persons: 20, servers: 10 } },
  });
  const [one] = sizes;
  assert.ok(one !== undefined && sizes.length === 1);
  assert.ok(one.first > 0 && one.ping.count === 4 && one.ping.p50 > 0);
  const { ready, killed, started } = one.back;
  for (const { p50, p95, all } of [killed, started]) assert.ok(p50 <= p95 && p95 <= all);
  // Nobody is back before there is a hub again, which takes its start.
  assert.ok(ready > 50 && killed.all > 50 && killed.all >= started.all);
  for (const used of [one.come, one.rest]) assert.deepEqual(Object.keys(used), ["hub", "PostgreSQL"]);
  // Both sides of a handshake are proved: that can not be free.
  assert.ok((one.come.hub ?? 0) > 0.1 && one.empty.rss > 2 ** 24);
  assert.equal(crowd.times.count, 20);
});
