/** History's contract on the hub's private PostgreSQL. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before } from "node:test";
import { historyContract } from "../../history/contract.test-suite.ts";
import { type FreshStores, freshStores } from "../contract/fresh.test-suite.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../embedded/start.ts";
import { storeHistoryWorld } from "./world.test-code.ts";

const dataDir = mkdtempSync(join(tmpdir(), "history-"));
let postgres: EmbeddedPostgres | undefined;
let stores: FreshStores | undefined;

before(async () => {
  postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  stores = await freshStores(postgres.connection);
});
after(async () => {
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

historyContract("history in the private PostgreSQL", () => {
  assert.ok(stores, "asked for before it was there");
  return storeHistoryWorld(stores);
});
