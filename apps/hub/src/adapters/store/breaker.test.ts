/** The breaker: who waits is told in time, who comes after at once, and a store that is only slow is no store that is away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keptLog, turnedClock } from "../../core/fleet/doubles.test-code.ts";
import { createBreaker } from "./breaker.ts";
import { faultOf } from "./contract/world.test-suite.ts";

const patience = { slow: 250, probe: 400, every: 500 };
/** Lets what was promised so far come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

function setup(usualMs: () => number | undefined = () => 5) {
  const clock = turnedClock();
  const log = keptLog();
  const probes: Array<{ ms: number; resolve(): void; reject(error: Error): void }> = [];
  const breaker = createBreaker({
    probe: (ms) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      probes.push({ ms, resolve, reject });
      return promise;
    },
    usualMs,
    patience,
    clock,
    log,
  });
  return { clock, log, probes, breaker };
}

const never = () => new Promise<never>(() => undefined);

test("who waits is told when there is no sign of life, who comes after at once, and all is well when there is one", async () => {
  const { clock, log, probes, breaker } = setup();
  const late: string[] = [];
  const slow = Promise.withResolvers<string>();
  const told = [
    breaker.run(
      () => slow.promise,
      (result) => late.push(result),
    ),
    breaker.run(never),
  ].map((call) => assert.rejects(call, faultOf("STORE_UNAVAILABLE")));
  clock.turn(249);
  assert.equal(probes.length, 0);
  clock.turn(1);
  assert.equal(probes.length, 1, "one sign for all who wait");
  clock.turn(400);
  probes[0]?.reject(new Error("timeout"));
  await Promise.all(told);
  assert.equal(breaker.openings, 1);
  let called = false;
  await assert.rejects(
    breaker.run(async () => {
      called = true;
    }),
    faultOf("STORE_UNAVAILABLE"),
  );
  assert.equal(called, false, "nothing is even tried");
  slow.resolve("too late");
  await settled();
  assert.deepEqual(late, ["too late"], "what still comes can be given back");
  clock.turn(500);
  probes[1]?.reject(new Error("timeout"));
  await settled();
  clock.turn(500);
  probes[2]?.resolve();
  await settled();
  assert.equal(await breaker.run(async () => "well"), "well");
  assert.deepEqual(
    log.events.map(({ event }) => event),
    ["store.silent", "store.answers"],
  );
  breaker.close();
});

test("what is only slow is waited for, and asked about less and less often", async () => {
  const { clock, probes, breaker } = setup();
  const slow = Promise.withResolvers<string>();
  const call = breaker.run(() => slow.promise);
  for (const [at, asked] of [250, 500, 1_000].entries()) {
    clock.turn(asked);
    assert.equal(probes.length, at + 1);
    probes[at]?.resolve();
    await settled();
  }
  slow.resolve("done");
  assert.equal(await call, "done");
  assert.equal(breaker.openings, 0);
  assert.equal(clock.armed(), 0);
});

test("a PostgreSQL that is far has the time of the way, and one that never answered is waited for", async () => {
  let usualMs: number | undefined;
  const { clock, probes, breaker } = setup(() => usualMs);
  const first = breaker.run(never);
  first.catch(() => undefined);
  clock.turn(3_000);
  await settled();
  assert.equal(probes.length, 0, "nothing is known of it yet");
  usualMs = 300;
  const next = assert.rejects(breaker.run(never), /within 1450 ms/);
  clock.turn(250);
  assert.deepEqual(
    probes.map(({ ms }) => ms),
    [1_200],
  );
  clock.turn(1_200);
  probes[0]?.reject(new Error("timeout"));
  await next;
  breaker.close();
});

test("a process that did not listen for long judges nobody", async () => {
  const { clock, probes, breaker } = setup();
  const slow = Promise.withResolvers<string>();
  const call = breaker.run(() => slow.promise);
  clock.turn(250);
  // Its timers and the answers that lay there meanwhile are looked at in one turn, timers first.
  clock.turn(5_000);
  probes[0]?.reject(new Error("timeout"));
  await settled();
  slow.resolve("done");
  assert.equal(await call, "done");
  assert.equal(breaker.openings, 0);
});

test("a failure is the caller's own and opens nothing; after the end nobody looks any more", async () => {
  const { clock, breaker } = setup();
  await assert.rejects(
    breaker.run(() => Promise.reject(new Error("refused"))),
    /refused/,
  );
  assert.equal(await breaker.run(async () => 1), 1);
  breaker.close();
  assert.equal(clock.armed(), 0);
});

test("a look that never ends says nothing: PostgreSQL is tried again, and judged anew", async () => {
  const { clock, probes, breaker } = setup();
  const told = assert.rejects(breaker.run(never), faultOf("STORE_UNAVAILABLE"));
  clock.turn(250);
  clock.turn(400);
  probes[0]?.reject(new Error("timeout"));
  await told;
  clock.turn(500);
  assert.equal(probes.length, 2);
  clock.turn(1_199);
  await settled();
  await assert.rejects(
    breaker.run(async () => "well"),
    faultOf("STORE_UNAVAILABLE"),
  );
  clock.turn(1);
  await settled();
  assert.equal(await breaker.run(async () => "well"), "well");
  breaker.close();
});
