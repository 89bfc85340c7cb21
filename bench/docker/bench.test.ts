/** The containers' and the logs' benches themselves: that they measure real answers of a real engine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../../test/engines.ts";
import { containersTime } from "./containers.ts";
import { eventsCost } from "./events.ts";
import { logsCost } from "./logs.ts";

test(
  "a short run gives figures for the answer and for the engine alone",
  needs("docker", "busybox"),
  async () => {
    const { first, answers, bare } = await containersTime({ containers: 2, asks: 2 });
    assert.deepEqual([answers.count, bare.count], [2, 2]);
    assert.ok(first > 0);
    for (const { p50, p99, max } of [answers, bare]) assert.ok(0 < p50 && p50 <= p99 && p99 <= max);
  },
);

test("a short run gives the agent's memory for each log", needs("docker", "busybox"), async () => {
  const { rest, logs } = await logsCost({ sizes: [1], asks: 1 });
  assert.deepEqual(
    logs.map(({ size, answers }) => [size, answers.count]),
    [[1024 ** 2, 1]],
  );
  assert.ok(rest > 1024 ** 2 && logs.every(({ most }) => most >= 1024 ** 2));
});

test("a short run gives both agents' cost at rest", needs("docker", "busybox"), async () => {
  const { following, without } = await eventsCost({ seconds: 1, containers: 2, checked: 1 });
  for (const { cpuMs, rss } of [following, without]) assert.ok(cpuMs >= 0 && rss > 1024 ** 2);
});
