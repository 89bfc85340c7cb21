/** The bench of the original's agents itself: that its agents are let in, and that its figures are of what happened. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { originalAgents } from "./bench.ts";

test("a few agents of the Go original idle, and answer what is asked", async () => {
  const figures = await originalAgents({ agents: 20, seconds: 0.5, pings: 4, styles: ["streams"] });
  assert.deepEqual(
    figures.map(({ style, given, ping }) => [style, given.count, ping.count]),
    [["streams", 4, 4]],
  );
  for (const { given, ping } of figures) assert.ok(given.p50 > 0 && given.p50 < ping.max);
});
