/** Brings a database to this code's schema, once, however many hubs start at the same time. */
import { Fault } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import type { Log } from "../../core/ports/process.ts";
import { openDatabase, type StoreConnection } from "./connection.ts";
import { storeFault } from "./fault.ts";
import { MIGRATIONS } from "./migrations/all.ts";
import type { Tables } from "./tables.ts";

/** The oldest PostgreSQL that the tests run on. */
const OLDEST_MAJOR = 15;

/** Key of the advisory lock: "servereye", first eight letters as a 64-bit number. Databases have their own locks. */
export const MIGRATION_LOCK = 0x7365_7276_6572_6579n;

/** For one migration's statement and for waiting until another hub has migrated, ms. */
const PATIENCE = 60_000;

/**
 * Runs what is missing, all of it in one transaction under an advisory lock: it is done wholly or not at all.
 * Gives the names it ran.
 *
 * @throws Fault UNSUPPORTED when the schema is newer than this code, or PostgreSQL is older than 15 or not in UTF-8;
 *   STORE_UNAVAILABLE when the store can not be reached.
 */
export async function migrate(options: {
  connection: StoreConnection;
  connectionDeadline: number;
  log: Log;
  migrations?: Readonly<Record<string, Migration>>;
}): Promise<string[]> {
  const migrations = options.migrations ?? MIGRATIONS;
  // A pool of its own, since migrations may take longer than any statement of the hub.
  const { db, close } = openDatabase({
    connection: options.connection,
    poolSize: 1,
    deadlines: { connection: options.connectionDeadline, statement: PATIENCE },
    log: options.log,
  });
  try {
    // The usual start: nothing to do, seen without taking the lock.
    if ((await missing(db, migrations)).length === 0) return [];
    return await db.transaction().execute(async (trx) => {
      await lockMigrations(trx);
      await missing(trx, migrations);
      return runMigrations(trx, migrations);
    });
  } finally {
    await close();
  }
}

/** Waits until nobody migrates or backs up, and keeps others from it until the transaction ends. */
export async function lockMigrations(trx: Kysely<Tables>): Promise<void> {
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK.toString()}::bigint)`.execute(trx);
}

/** Runs those of `migrations` that the database lacks, in the transaction given; gives their names. */
export async function runMigrations(
  trx: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<string[]> {
  let first: unknown;
  // The Migrator's own error would be that it could not unlock within a transaction that has failed.
  const told = Object.entries(migrations).map(([name, { up }]) => {
    const run: Migration["up"] = (db) =>
      up(db).catch((error: unknown) => {
        first = error;
        throw error;
      });
    return [name, { up: run }] as const;
  });
  const provider = { getMigrations: () => Promise.resolve(Object.fromEntries(told)) };
  const { error, results } = await new Migrator({ db: trx, provider }).migrateToLatest();
  if (error !== undefined) throw storeFault(first ?? error);
  return (results ?? []).map((result) => result.migrationName);
}

/** Names of migrations that this database lacks; refuses one that this code can not serve. */
export async function missing(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<string[]> {
  const { rows } = await sql<{ version: number; encoding: string; migrated: boolean }>`
    select current_setting('server_version_num')::int / 10000 as version,
      current_setting('server_encoding') as encoding,
      to_regclass('kysely_migration') is not null as migrated`.execute(db);
  const [server] = rows;
  if (server === undefined || server.version < OLDEST_MAJOR)
    throw new Fault(
      "UNSUPPORTED",
      `The store is PostgreSQL ${server?.version ?? "of an unknown version"}; ServerEye needs ${OLDEST_MAJOR} or newer.`,
    );
  if (server.encoding !== "UTF8")
    throw new Fault(
      "UNSUPPORTED",
      `The store's database is encoded in ${server.encoding}; create one with ENCODING 'UTF8'.`,
    );
  const names = Object.keys(migrations).sort();
  if (!server.migrated) return names;
  const done = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  const unknown = done.rows.map((row) => row.name).filter((name) => !(name in migrations));
  if (unknown.length > 0)
    throw new Fault(
      "UNSUPPORTED",
      `The store's schema (${unknown.at(-1)}) is newer than this version of ServerEye knows (${names.at(-1)}). ` +
        "Start the newer version again, or restore the store from a backup made before it ran.",
    );
  return names.filter((name) => !done.rows.some((row) => row.name === name));
}
