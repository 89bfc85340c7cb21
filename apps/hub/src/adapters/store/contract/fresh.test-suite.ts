/** Empty stores for tests: each a copy of one migrated database on a running server. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { type Address, createDatabase, run } from "../../../../../../test/engines/databases.ts";
import { type Postgres15, startPostgres15 } from "../../../../../../test/engines/postgres15.ts";
import type { Deadlines } from "../connection.ts";
import { openStore } from "../store.ts";
import { chance, keepingLog, type OpenStore, standingClock } from "./world.test-suite.ts";

export interface FreshStores {
  /** A migrated, empty database. */
  database(): Promise<Address>;
  /** An opener on a migrated, empty database. */
  opener(): Promise<OpenStore>;
}

/** For a `describe`: fresh stores on a PostgreSQL 15 that is started before its tests and stopped after them. */
export function storesOnPostgres15(): () => FreshStores {
  let postgres: Postgres15 | undefined;
  let stores: FreshStores | undefined;
  before(async () => {
    postgres = await startPostgres15();
    stores = await freshStores(postgres.connection);
  });
  after(() => postgres?.stop());
  return () => {
    assert.ok(stores, "asked for before it was there");
    return stores;
  };
}

/** Migrates the template once. */
export async function freshStores(server: Address): Promise<FreshStores> {
  const template = await createDatabase(server);
  await (await openOn(template)).close();
  const database = () => createDatabase(server, template.database);
  return {
    database,
    async opener() {
      const address = await database();
      return async () => {
        // Hundreds ask at once there, and each waits for a connection as long as all before it take.
        const store = await openOn(address, { deadlines: { connection: 60_000 } });
        const column = { hubs: "id", leases: "name" } as const;
        return {
          store,
          expire: async (table, name) => {
            const past = `update ${table} set expires = clock_timestamp() - interval '1 second'`;
            await run(address, `${past} where ${column[table]} = $1`, [name]);
          },
          close: () => store.close(),
        };
      };
    },
  };
}

/** A store on this database with a standing clock. */
export function openOn(
  connection: Address,
  options: { poolSize?: number; deadlines?: Partial<Deadlines>; log?: ReturnType<typeof keepingLog> } = {},
) {
  return openStore({ connection, clock: standingClock(), chance, log: keepingLog(), ...options });
}
