/** Verifiers made ready beforehand: one look for all that lack, and questions that need no store after it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault, keyPairOf, randomBytes } from "@servereye/contract";
import { smallStore } from "./doubles.test-code.ts";
import { createVerifiers } from "./verifiers.ts";

const idOf = (n: number) => n.toString(16).padStart(32, "0");
const turns = () => new Promise<void>((done) => setImmediate(done));
const away = new Fault("STORE_UNAVAILABLE", "away");

async function setup(most?: number) {
  const store = smallStore();
  const { publicKey } = await keyPairOf(randomBytes(32));
  for (let n = 0; n < 5; n++)
    await store.servers.add({ id: idOf(n), name: "web", region: "", publicKey, owner: "ann" });
  const verifiers = createVerifiers(store.servers, async () => async () => true, most);
  return { store, verifiers };
}

test("what is prepared needs no store, and is looked up once for all", async () => {
  const { store, verifiers } = await setup();
  verifiers.prepare([idOf(0), idOf(1)]);
  verifiers.prepare([idOf(1), idOf(2), idOf(9)]);
  await turns();
  assert.equal(store.calls("keys"), 2, "those that came meanwhile go together");
  verifiers.prepare([idOf(0), idOf(1), idOf(2)]);
  await turns();
  assert.equal(store.calls("keys"), 2, "what is there is not looked up");
  store.broken = away;
  for (const n of [0, 1, 2]) await verifiers.of(idOf(n));
  for (const n of [3, 9]) await assert.rejects(verifiers.of(idOf(n)), { code: "STORE_UNAVAILABLE" });
});

test("a failed preparation is made up for by the next, and what is forgotten is gone", async () => {
  const { store, verifiers } = await setup();
  store.broken = away;
  verifiers.prepare([idOf(0)]);
  await turns();
  store.broken = undefined;
  verifiers.prepare([idOf(0)]);
  await turns();
  verifiers.forget(idOf(0));
  assert.equal(verifiers.size(), 0);
});

test("no more are kept than there is room for", async () => {
  const { verifiers } = await setup(3);
  verifiers.prepare([0, 1, 2, 3, 4].map(idOf));
  await turns();
  assert.ok(verifiers.size() <= 3);
});
