/** Servers from memory: while the store is away, for a minute after the last sign that they are still somebody's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "@servereye/contract";
import { smallStore, turnedClock } from "./doubles.test-code.ts";
import { KEPT_MS, knowServers } from "./known.ts";

const id = "ab".repeat(16);
const away = new Fault("STORE_UNAVAILABLE", "away");

async function setup(most?: number) {
  const clock = turnedClock();
  const store = smallStore();
  const add = (serverId: string) =>
    store.servers.add({ id: serverId, name: "web", region: "", publicKey: new Uint8Array(32), owner: "ann" });
  await add(id);
  return { clock, store, add, known: knowServers(store.servers, clock, most) };
}

test("memory speaks only while the store can not, and for a minute after it was last told or seen here", async () => {
  const { clock, store, known } = await setup();
  store.broken = away;
  await assert.rejects(known.look(id), { code: "STORE_UNAVAILABLE" });
  store.broken = undefined;
  assert.equal((await known.look(id)).fresh, true);
  clock.turn(600_000);
  known.still(id);
  clock.turn(KEPT_MS);
  store.broken = away;
  const { record, fresh } = await known.look(id);
  assert.deepEqual([record?.name, fresh], ["web", false]);
  clock.turn(1);
  await assert.rejects(known.look(id), { code: "STORE_UNAVAILABLE" });
  known.still(id);
  await assert.rejects(known.look(id), "what is forgotten does not come back by being here");
});

test("a removal is honoured, told by the store or by news of it; another failure is no absence", async () => {
  const { store, add, known } = await setup();
  await known.look(id);
  await store.servers.remove(id);
  assert.deepEqual(await known.look(id), { record: undefined, fresh: true });
  store.broken = away;
  await assert.rejects(known.look(id), { code: "STORE_UNAVAILABLE" });
  store.broken = undefined;
  await add(id);
  await known.look(id);
  known.forget(id);
  known.still(id);
  store.broken = away;
  await assert.rejects(known.look(id), { code: "STORE_UNAVAILABLE" });
  store.broken = undefined;
  await known.look(id);
  store.broken = new Fault("INTERNAL", "a mistake");
  await assert.rejects(known.look(id), { code: "INTERNAL" });
});

test("a look that was under way when the removal was told brings nothing back", async () => {
  const { store, clock } = await setup();
  const asked = Promise.withResolvers<void>();
  const slow = {
    async byId(serverId: string) {
      const record = await store.servers.byId(serverId);
      await asked.promise;
      return record;
    },
  };
  const known = knowServers(slow, clock);
  const looking = known.look(id);
  known.forget(id);
  asked.resolve();
  assert.equal((await looking).fresh, true);
  store.broken = away;
  await assert.rejects(known.look(id), { code: "STORE_UNAVAILABLE" });
});

test("no more are known than there is room for", async () => {
  const { store, add, known } = await setup(2);
  const others = ["cd", "ef"].map((pair) => pair.repeat(16));
  for (const other of others) await add(other);
  for (const each of [id, ...others]) await known.look(each);
  assert.equal(known.size(), 2);
  store.broken = away;
  await assert.rejects(known.look(id), { code: "STORE_UNAVAILABLE" });
  assert.equal((await known.look(others[1] ?? "")).fresh, false);
});
