/** Empty stores for tests: each a copy of one migrated database on a running server. */
import { type Address, createDatabase, run } from "../../../../../../test/engines/databases.ts";
import type { Deadlines } from "../connection.ts";
import { openStore } from "../store.ts";
import { chance, keepingLog, type OpenStore, standingClock } from "./world.test-suite.ts";

export interface FreshStores {
  /** A migrated, empty database. */
  database(): Promise<Address>;
  /** An opener on a migrated, empty database. */
  opener(): Promise<OpenStore>;
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
        const store = await openOn(address);
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
