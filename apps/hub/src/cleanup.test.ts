import assert from "node:assert/strict";
import { test } from "node:test";
import { createCleanup } from "./cleanup.ts";

const never = () => new Promise<void>(() => undefined);

test("undoes last in first out, once, whatever fails on the way", async () => {
  const done: string[] = [];
  const cleanup = createCleanup();
  cleanup.add("first", () => {
    done.push("first");
  });
  cleanup.add("second", () => Promise.reject(new Error("no")));
  cleanup.add("third", async () => {
    done.push("third");
  });
  const [failed, again] = await Promise.all([cleanup.run(), cleanup.run()]);
  assert.deepEqual(done, ["third", "first"]);
  assert.deepEqual(
    failed.map(({ name }) => name),
    ["second"],
  );
  assert.equal(again, failed);
});

test("what hangs is left behind, and many that hang do not add up", async () => {
  const done: string[] = [];
  const cleanup = createCleanup(100);
  cleanup.add("last", () => {
    done.push("last");
  });
  for (let n = 0; n < 5; n++) cleanup.add(`hung ${n}`, never);
  cleanup.add("apart", never, { mostMs: 50, own: true });
  const began = performance.now();
  const failed = await cleanup.run();
  const took = performance.now() - began;
  assert.equal(failed.length, 6);
  assert.deepEqual(done, ["last"]);
  // 50 of its own, 100 for all, and 20 at least for each of the four that found nothing left.
  assert.ok(took > 140 && took < 600, `${took} ms`);
});
