/** The token bucket on a turned clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "./pace.ts";

test("a burst, then a steady rate, each key for itself", () => {
  let now = 0;
  const pace = new Pace(
    { now: () => 0, monotonic: () => now, after: () => () => undefined },
    { burst: 3, perSecond: 2 },
  );
  assert.deepEqual([pace.take("a"), pace.take("a"), pace.take("a"), pace.take("a")], [0, 0, 0, 1]);
  assert.equal(pace.take("b"), 0);
  now = 500;
  assert.deepEqual([pace.take("a"), pace.take("a")], [0, 1]);
  now = 60_000;
  assert.deepEqual([pace.take("a"), pace.take("a"), pace.take("a"), pace.take("a")], [0, 0, 0, 1]);
});

test("the number of kept buckets is bounded", () => {
  const pace = new Pace(
    { now: () => 0, monotonic: () => 0, after: () => () => undefined },
    { burst: 1, perSecond: 1 },
  );
  assert.equal(pace.take("first"), 0);
  for (let i = 0; i < 10_000; i++) pace.take(`k${i}`);
  assert.equal(pace.take("first"), 0, "the longest unused bucket was let go");
  assert.equal(pace.take("k9999"), 1, "the newest was kept");
});
