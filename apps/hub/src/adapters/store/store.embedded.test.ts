/** The store's contract on the hub's private PostgreSQL. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type FreshStores, freshStores, openOn } from "./contract/fresh.test-suite.ts";
import { somebody } from "./contract/world.test-suite.ts";
import { storeContract } from "./contract.test-suite.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded/start.ts";

const dataDir = mkdtempSync(join(tmpdir(), "store-"));
const log = () => undefined;
let postgres: EmbeddedPostgres | undefined;
let stores: FreshStores | undefined;

before(async () => {
  postgres = await startEmbeddedPostgres({ dataDir, log });
});
after(async () => {
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test("what is in the private PostgreSQL is there after it was stopped and started", async () => {
  assert.ok(postgres);
  const store = await openOn(postgres.connection);
  const { account, person } = await somebody(store);
  await store.close();
  await postgres.stop();
  postgres = await startEmbeddedPostgres({ dataDir, log });
  const again = await openOn(postgres.connection);
  assert.deepEqual(await again.people.byAccount(account), person);
  await again.close();
});

storeContract("store on the private PostgreSQL", async () => {
  assert.ok(postgres);
  stores ??= await freshStores(postgres.connection);
  return stores.opener();
});
