/** The store's contract on Debian's PostgreSQL 15, the oldest that is supported. */
import { after, before } from "node:test";
import { type Postgres15, startPostgres15 } from "../../../../../test/engines/postgres15.ts";
import { needs } from "../../../../../test/engines.ts";
import { type FreshStores, freshStores } from "./contract/fresh.test-suite.ts";
import { storeContract } from "./contract.test-suite.ts";

const needed = needs("postgres15");
let postgres: Postgres15 | undefined;
let stores: FreshStores | undefined;

before(async () => {
  if (needed.skip !== false) return;
  postgres = await startPostgres15();
  stores = await freshStores(postgres.connection);
});
after(() => postgres?.stop());

storeContract(
  "store on PostgreSQL 15",
  async () => {
    if (stores === undefined) throw new Error("the server was not started");
    return stores.opener();
  },
  needed,
);
