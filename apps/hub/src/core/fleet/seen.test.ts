/** Last signs of life reach the store in batches, also when it is away for a while. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Fault } from "@servereye/contract";
import { keptLog, turnedClock } from "./doubles.test-code.ts";
import { createSeen, SEEN_EVERY_MS } from "./seen.ts";

function started() {
  const clock = turnedClock();
  const log = keptLog();
  const batches: Array<ReadonlyArray<{ serverId: string; at: number }>> = [];
  const held: Array<() => void> = [];
  const state = { broken: false, slow: false };
  const servers = {
    async seen(batch: ReadonlyArray<{ serverId: string; at: number }>) {
      if (state.slow) await new Promise<void>((done) => held.push(done));
      if (state.broken) throw new Fault("STORE_UNAVAILABLE", "away");
      batches.push(batch);
    },
  };
  return { clock, log, batches, held, state, seen: createSeen({ servers, clock, log }) };
}

const settled = () => new Promise<void>((done) => setImmediate(done));

describe("seen", () => {
  it("writes one batch every ten seconds, each server once with its latest, and none when there is nothing", async () => {
    const { clock, batches, seen } = started();
    seen.mark("a");
    seen.mark("b");
    clock.turn(5_000);
    seen.mark("a");
    const at = clock.now();
    clock.turn(4_999);
    assert.deepEqual(batches, []);
    clock.turn(1);
    await settled();
    assert.deepEqual(batches, [
      [
        { serverId: "b", at: at - 5_000 },
        { serverId: "a", at },
      ],
    ]);
    clock.turn(SEEN_EVERY_MS);
    await settled();
    assert.equal(batches.length, 1);
    seen.mark("c");
    clock.turn(SEEN_EVERY_MS);
    await settled();
    assert.equal(batches.length, 2);
  });

  it("keeps what could not be written, and what came since wins", async () => {
    const { clock, log, batches, state, seen } = started();
    seen.mark("a");
    seen.mark("b");
    const first = clock.now();
    state.broken = true;
    clock.turn(SEEN_EVERY_MS);
    await settled();
    assert.equal(log.events.at(-1)?.event, "seen.unwritten");
    seen.mark("a");
    const later = clock.now();
    state.broken = false;
    await seen.flush();
    assert.deepEqual(
      new Map(batches[0]?.map(({ serverId, at }) => [serverId, at])),
      new Map([
        ["a", later],
        ["b", first],
      ]),
    );
  });

  it("writes one batch at a time; many who ask meanwhile share the next", async () => {
    const { batches, held, state, seen } = started();
    state.slow = true;
    seen.mark("a");
    const first = seen.flush();
    seen.mark("b");
    const others = [seen.flush(), seen.flush()];
    seen.mark("c");
    others.push(seen.flush());
    assert.equal(held.length, 1);
    held.shift()?.();
    await first;
    await settled();
    held.shift()?.();
    await Promise.all(others);
    assert.deepEqual(
      batches.map((batch) => batch.map(({ serverId }) => serverId)),
      [["a"], ["b", "c"]],
    );
  });

  it("writes the rest when closed, and leaves no timer", async () => {
    const { clock, batches, seen } = started();
    seen.mark("a");
    await seen.close();
    assert.equal(batches.length, 1);
    assert.equal(clock.armed(), 0);
  });
});
