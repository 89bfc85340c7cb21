/** The hub's store: its own private PostgreSQL, or the one the configuration names. */

import type { StoreConnection } from "./adapters/store/connection.ts";
import type { DataFolderLock } from "./adapters/store/embedded/lock.ts";
import { superviseEmbeddedPostgres } from "./adapters/store/embedded/supervise.ts";
import { openStore } from "./adapters/store/store.ts";
import type { Cleanup } from "./cleanup.ts";
import type { Config } from "./config.ts";
import type { Chance, Clock, Log } from "./core/ports/process.ts";
import type { Store } from "./core/ports/store.ts";

/** Long enough for PostgreSQL's whole way from "please" to "now". */
const STOP_MS = 1_050;

export async function hubStore(parts: {
  config: Config;
  dataDir: string;
  lock: DataFolderLock;
  clock: Clock;
  chance: Chance;
  log: Log;
  progress: (text: string) => void;
  cleanup: Cleanup;
}): Promise<{ store: Store; connection: StoreConnection }> {
  const { config, dataDir, lock, clock, chance, log, progress, cleanup } = parts;
  const { poolSize, poolWaitMs, statementMs, caFile, replicaUrls } = config.database;
  const at = (connectionString: string): StoreConnection => ({ connectionString, caFile });
  const open = async (connection: StoreConnection) => {
    const store = await openStore({
      ...{ connection, clock, chance, log, poolSize },
      deadlines: { connection: poolWaitMs, statement: statementMs },
      replicas: replicaUrls.map(at),
    });
    cleanup.add("store", () => store.close());
    return { store, connection };
  };
  if (config.databaseUrl !== undefined) return open(at(config.databaseUrl));
  const postgres = await superviseEmbeddedPostgres(
    { dataDir, lock, progress, log: (event, fields) => log.info(event, fields) },
    clock.after,
  );
  cleanup.add("postgres", () => postgres.stop(), { mostMs: STOP_MS, own: true });
  return open(postgres.connection);
}
