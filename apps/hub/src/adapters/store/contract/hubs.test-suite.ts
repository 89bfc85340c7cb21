/** Contract of who lives and who leads: seats and leases that end by the store's own clock. */
import assert from "node:assert/strict";
import type { Seat } from "../../../core/ports/hubs.ts";
import type { Store } from "../../../core/ports/store.ts";
import { atOnce, type ContractTest } from "./world.test-suite.ts";

const TTL = 60_000;
const seat = (hub: string, broker = true): Seat => ({ hub, region: "eu", version: "1.2.3", broker });
const join = (store: Store, hub: string, { broker = true, gone = [] as string[] } = {}) =>
  store.hubs.join(seat(hub, broker), gone, TTL);

export function hubsContract(test: ContractTest): void {
  test("hubs see each other from their first beat to their last", async (open) => {
    const [one, other] = [await open(), await open()];
    assert.deepEqual(await join(one.store, "b"), { seats: [seat("b")] });
    assert.deepEqual(await join(other.store, "a"), { seats: [seat("a"), seat("b")] });
    assert.deepEqual(await one.store.hubs.beat("b", TTL), [seat("a"), seat("b")]);
    await other.store.hubs.leave("a");
    assert.deepEqual(await one.store.hubs.beat("b", TTL), [seat("b")]);
    assert.equal(await other.store.hubs.beat("a", TTL), undefined);
  });

  test("a seat that expired is nobody's, and not to be had back by a beat", async (open) => {
    const { store, expire } = await open();
    await join(store, "a");
    await join(store, "b");
    await expire("hubs", "a");
    assert.deepEqual(await store.hubs.beat("b", TTL), [seat("b")]);
    assert.equal(await store.hubs.beat("a", TTL), undefined);
    assert.deepEqual(await join(store, "a"), { seats: [seat("a"), seat("b")] });
    assert.deepEqual(await store.hubs.beat("a", 1), [seat("a"), seat("b")]);
    while ((await store.hubs.beat("b", TTL))?.length !== 1);
  });

  test("a hub without a broker lives alone, also when many start at the same time", async (open) => {
    const { store, expire } = await open();
    const outcomes = await atOnce(6, (n) => join(store, `hub-${n}`, { broker: false }));
    const seated = outcomes.flatMap((outcome) => ("seats" in outcome ? outcome.seats : []));
    assert.equal(seated.length, 1);
    const [first = seat("")] = seated;
    for (const outcome of outcomes) {
      if ("seats" in outcome) continue;
      assert.deepEqual(
        outcome.refusedBy.map(({ until, ...other }) => [other, until > 0]),
        [[first, true]],
      );
    }
    // Nor does one with a broker join it, who would not be heard.
    assert.ok("refusedBy" in (await join(store, "with", { broker: true })));
    await expire("hubs", first.hub);
    await join(store, "with", { broker: true });
    assert.ok("refusedBy" in (await join(store, "without", { broker: false })));
  });

  test("a hub's own earlier run is no other hub, and its leases are free", async (open) => {
    const { store } = await open();
    await join(store, "ghost", { broker: false });
    assert.equal(await store.leases.take("telegram", "ghost", TTL), 1);
    assert.deepEqual(await join(store, "new", { broker: false, gone: ["older", "ghost", "new"] }), {
      seats: [seat("new", false)],
    });
    assert.equal(await store.leases.take("telegram", "new", TTL), 2);
  });

  test("a lease is one holder's, kept by them, and its fence grows with each change", async (open) => {
    const [one, other] = [await open(), await open()];
    const takers = await atOnce(20, (n) =>
      (n % 2 === 0 ? one : other).store.leases.take("x", `hub-${n}`, TTL),
    );
    assert.deepEqual(
      takers.filter((fence) => fence !== undefined),
      [1],
    );
    const holder = `hub-${takers.indexOf(1)}`;
    assert.equal(await one.store.leases.take("x", holder, TTL), 1);
    await one.store.leases.release("x", "another");
    assert.equal(await other.store.leases.take("x", "late", TTL), undefined);
    await one.expire("leases", "x");
    // Nobody else had it meanwhile.
    assert.equal(await one.store.leases.take("x", holder, TTL), 1);
    await one.store.leases.release("x", holder);
    assert.equal(await other.store.leases.take("x", "late", TTL), 2);
    assert.equal(await one.store.leases.take("x", holder, TTL), undefined);
    assert.equal(await one.store.leases.take("y", holder, TTL), 1);
  });
}
