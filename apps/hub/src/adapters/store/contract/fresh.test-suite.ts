/** Empty stores for tests: each a copy of one migrated database on a running server. */
import { type Address, createDatabase } from "../../../../../../test/engines/databases.ts";
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
        return { store, close: () => store.close() };
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
