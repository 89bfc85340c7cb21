/** The bench of pictures itself: that it measures pictures that were drawn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chartsTime } from "./charts.ts";
import { tableOf } from "./tables.ts";

test("a short run gives times and sizes of each kind of picture, and the memory after them", async () => {
  const result = await chartsTime({ pictures: 2 });
  assert.deepEqual(
    result.kinds.map(({ servers, times }) => [servers, times.count]),
    [
      [1, 2],
      [2, 2],
      [8, 2],
    ],
  );
  for (const { times, bytes } of result.kinds) assert.ok(times.p50 > 0 && bytes > 10_000);
  assert.ok(result.kept < result.first && result.memory.most > result.memory.before);
  assert.match(tableOf("charts", result), /\| 8 servers compared \|/);
});
