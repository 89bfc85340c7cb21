/** History's contract on Debian's PostgreSQL 15, the oldest that is supported. */
import { after, before } from "node:test";
import { type Postgres15, startPostgres15 } from "../../../../../../test/engines/postgres15.ts";
import { needs } from "../../../../../../test/engines.ts";
import { historyContract } from "../../history/contract.test-suite.ts";
import { type FreshStores, freshStores } from "../contract/fresh.test-suite.ts";
import { storeHistoryWorld } from "./world.test-code.ts";

const needed = needs("postgres15");
let postgres: Postgres15 | undefined;
let stores: FreshStores | undefined;

before(async () => {
  if (needed.skip !== false) return;
  postgres = await startPostgres15();
  stores = await freshStores(postgres.connection);
});
after(() => postgres?.stop());

historyContract(
  "history in PostgreSQL 15",
  () => {
    if (stores === undefined) throw new Error("the server was not started");
    return storeHistoryWorld(stores);
  },
  needed,
);
