/** Sharing of statements: what shares one, what waits, and who hears of a failure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "@servereye/contract";
import fc from "fast-check";
import { batcher } from "./batch.ts";
import { faultOf } from "./contract/world.test-suite.ts";

/** A flush that ends when it is told to. */
function held() {
  const batches: Array<{ items: number[]; end(error?: Error): void }> = [];
  const flush = (items: number[]) =>
    new Promise<void>((resolve, reject) => {
      batches.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  return { batches, flush };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("calls of one turn share a batch, also from callbacks of their own", async () => {
  const { batches, flush } = held();
  const writes = batcher({ flush, most: 10, bound: 100, lanes: 1 });
  const calls = [writes.add([1, 2]), Promise.resolve().then(() => writes.add([3]))];
  process.nextTick(() => calls.push(writes.add([4])));
  await turn();
  assert.deepEqual(
    batches.map((batch) => batch.items.toSorted()),
    [[1, 2, 3, 4]],
  );
  batches[0]?.end();
  await Promise.all(calls);
});

test("what nobody waits for lingers, and goes together with what comes meanwhile", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { batches, flush } = held();
  const writes = batcher({ flush, most: 10, bound: 100, lanes: 1, lingerMs: 10 });
  const calls = [];
  for (const item of [1, 2, 3]) {
    calls.push(writes.add([item]));
    await turn();
    t.mock.timers.tick(3);
  }
  assert.equal(batches.length, 0);
  t.mock.timers.tick(1);
  assert.deepEqual(
    batches.map((batch) => batch.items),
    [[1, 2, 3]],
  );
  batches[0]?.end();
  await Promise.all(calls);
  await writes.idle();
});

test("while the lanes are taken calls gather, and go together when one is free", async () => {
  const { batches, flush } = held();
  const writes = batcher({ flush, most: 10, bound: 100, lanes: 2 });
  const calls = [];
  for (const item of [1, 2, 3, 4, 5]) {
    calls.push(writes.add([item]));
    await turn();
  }
  assert.deepEqual(
    batches.map((batch) => batch.items),
    [[1], [2]],
  );
  batches[1]?.end();
  await calls[1];
  await turn();
  assert.deepEqual(batches[2]?.items, [3, 4, 5]);
  let idle = false;
  const idling = writes.idle().then(() => {
    idle = true;
  });
  batches[2]?.end();
  await Promise.all(calls.slice(2));
  assert.equal(idle, false);
  batches[0]?.end();
  await idling;
  await writes.idle();
});

test("a batch that fails rejects its own callers and no others", async () => {
  const { batches, flush } = held();
  const writes = batcher({ flush, most: 2, bound: 100, lanes: 2 });
  const calls = Promise.allSettled([writes.add([1]), writes.add([2]), writes.add([3])]);
  await turn();
  const fault = new Fault("STORE_UNAVAILABLE", "gone");
  batches[0]?.end(fault);
  batches[1]?.end();
  const [one, two, three] = await calls;
  assert.deepEqual(one, { status: "rejected", reason: fault });
  assert.deepEqual(two, { status: "rejected", reason: fault });
  assert.equal(three.status, "fulfilled");
  const later = writes.add([4]);
  await turn();
  batches[2]?.end();
  await later;
});

test("what waits has a bound; a call is never split", async () => {
  const { batches, flush } = held();
  const writes = batcher({ flush, most: 2, bound: 4, lanes: 1 });
  const big = writes.add([1, 2, 3]);
  const small = writes.add([4]);
  await assert.rejects(writes.add([5]), faultOf("STORE_UNAVAILABLE"));
  await turn();
  assert.deepEqual(batches[0]?.items, [1, 2, 3]);
  batches[0]?.end();
  await big;
  await turn();
  batches[1]?.end();
  await small;
});

test("every item is written once, in the order of the calls, in batches within the limit", async () => {
  const calls = fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(calls, fc.integer({ min: 4, max: 9 }), async (given, most) => {
      const written: number[][] = [];
      const flush = async (items: number[]) => {
        written.push(items);
      };
      const writes = batcher({ flush, most, bound: 1_000, lanes: 1 });
      await Promise.all(given.map((items) => writes.add(items)));
      assert.deepEqual(written.flat(), given.flat());
      assert.ok(written.every((batch) => batch.length > 0 && batch.length <= most));
    }),
  );
});
