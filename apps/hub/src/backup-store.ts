/** The store that a backup is made of or restored into, without a hub: the configuration's, or the data folder's own. */
import { lstatSync } from "node:fs";
import { join, resolve } from "node:path";
import { BackupFault } from "./adapters/store/backup/format.ts";
import type { StoreConnection } from "./adapters/store/connection.ts";
import { DataFolderLocked } from "./adapters/store/embedded/fault.ts";
import { type DataFolderLock, lockDataFolder } from "./adapters/store/embedded/lock.ts";
import { startEmbeddedPostgres } from "./adapters/store/embedded/start.ts";
import { visitEmbeddedPostgres } from "./adapters/store/embedded/visit.ts";
import type { Config } from "./config.ts";

type Run<T> = (connection: StoreConnection) => Promise<T>;

/** The store as somebody reads: beside a running hub, or on a private PostgreSQL started for the time. */
export async function readingStore<T>(config: Config, tell: (text: string) => void, run: Run<T>): Promise<T> {
  const named = namedIn(config);
  if (named !== undefined) return run(named);
  const dataDir = resolve(config.dataDir);
  if (lstatSync(join(dataDir, "postgres"), { throwIfNoEntry: false }) === undefined)
    throw new BackupFault(
      `There is nothing to back up in the data folder ${dataDir}. Name the hub's by SERVEREYE_DATA_DIR, or its database by DATABASE_URL.`,
    );
  let lock: DataFolderLock;
  try {
    lock = lockDataFolder(dataDir);
  } catch (error) {
    if (!(error instanceof DataFolderLocked)) throw error;
    const running = await visitEmbeddedPostgres(dataDir);
    if (running !== undefined) return run(running);
    throw new BackupFault(
      `The data folder ${dataDir} is held by a process (${error.pid ?? "unknown"}) whose private PostgreSQL does not answer. ` +
        "Try again when the hub is up; a hub with DATABASE_URL is backed up with the same DATABASE_URL.",
      { cause: error },
    );
  }
  return onPrivate(lock, tell, run);
}

/** The store as somebody replaces it: the data folder's under its lock, so that no hub runs on it. */
export async function replacingStore<T>(
  config: Config,
  tell: (text: string) => void,
  run: (connection: StoreConnection, alone: boolean) => Promise<T>,
): Promise<T> {
  const named = namedIn(config);
  if (named !== undefined) return run(named, false);
  let lock: DataFolderLock;
  try {
    lock = lockDataFolder(config.dataDir);
  } catch (error) {
    if (!(error instanceof DataFolderLocked)) throw error;
    throw new BackupFault(
      `A hub (process ${error.pid ?? "unknown"}) runs on the data folder ${resolve(config.dataDir)}. Stop it, restore, and start it again.`,
      { cause: error },
    );
  }
  return onPrivate(lock, tell, (connection) => run(connection, true));
}

function namedIn({ databaseUrl, database }: Config): StoreConnection | undefined {
  return databaseUrl === undefined ? undefined : { connectionString: databaseUrl, caFile: database.caFile };
}

async function onPrivate<T>(lock: DataFolderLock, tell: (text: string) => void, run: Run<T>): Promise<T> {
  try {
    // What it logs is for the hub's log; what goes wrong is thrown.
    const postgres = await startEmbeddedPostgres({
      dataDir: lock.dataDir,
      lock,
      progress: tell,
      log: () => undefined,
    });
    try {
      return await run(postgres.connection);
    } finally {
      await postgres.stop();
    }
  } finally {
    lock.release();
  }
}
