/** Loads a backup into a store, all of it or nothing. */
import type { FileHandle } from "node:fs/promises";
import { Fault } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import type { Log } from "../../../core/ports/process.ts";
import { DEADLINES, openDatabase, type StoreConnection } from "../connection.ts";
import { lockMigrations, missing, runMigrations } from "../migrate.ts";
import { MIGRATIONS } from "../migrations/all.ts";
import type { Tables } from "../tables.ts";
import { type Column, execute, foreignKeysOf, partKeyOf, quoted, tablesOf } from "./catalogue.ts";
import { BackupFault, type Header, type Row } from "./format.ts";
import { readParts, verify } from "./read.ts";
import { clear, type Held, holdings, type Migrations, refuseLivingHubs } from "./target.ts";

/** For one statement, such as a foreign key over all rows of a large table, ms. */
const PATIENCE = 600_000;

/** Rows inserted at once at most, and about how many characters. */
const MOST_ROWS = 1_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** A store to restore into. */
export interface Target {
  connection: StoreConnection;
  /** Whether nobody else can be on it: a data folder's, under its lock. */
  alone: boolean;
  log: Log;
  /** This version's, unless told. */
  migrations?: Migrations;
}

export interface Restored {
  rows: number;
  tables: number;
  /** Tables in the backup that are none of ServerEye's: not restored. */
  leftOut: string[];
}

/** What the target holds, before anything is asked or done. Throws as restoreBackup does. */
export async function lookInto(target: Target): Promise<Held> {
  return opened(target, async (db) => {
    // Refuses a PostgreSQL that is too old or not in UTF-8, which no emptying would mend.
    const migrations = target.migrations ?? MIGRATIONS;
    const held = await holdings(db, migrations);
    await missing(db, migrations);
    if (!target.alone) await refuseLivingHubs(db);
    return held;
  });
}

/**
 * In one transaction under the migrations' lock: the schema is made as the backup's was, the rows are loaded, and the
 * schema is brought to this version's. Whatever fails, or is killed, leaves the store as it was.
 *
 * @param options.replace whether a store that is not empty may be lost
 * @throws BackupFault when the file, its schema or the store do not permit it; Fault STORE_UNAVAILABLE, UNSUPPORTED;
 *   `signal`'s reason.
 */
export async function restoreBackup(
  target: Target,
  options: {
    file: FileHandle;
    replace: boolean;
    signal?: AbortSignal;
    /** Told how many rows are loaded so far. */
    progress?: (rows: number) => void;
  },
): Promise<Restored> {
  const migrations = target.migrations ?? MIGRATIONS;
  const restoring = opened(target, (db) =>
    db.transaction().execute(async (trx) => {
      await lockMigrations(trx);
      if (!target.alone) await refuseLivingHubs(trx);
      const held = await holdings(trx, migrations);
      if (!held.empty && !options.replace) throw notEmpty(held);
      await clear(trx, migrations).catch(refuseClearing);
      const restored = await load(trx, migrations, options);
      await runMigrations(trx, migrations);
      return restored;
    }),
  );
  return restoring.catch(async (error: unknown) => {
    // A damaged row may break a rule of its table before the digest at the end is looked at.
    if (Fault.of(error).code === "INTERNAL" && !(error instanceof BackupFault)) await verify(options.file);
    throw error;
  });
}

/** Refuses a backup whose schema this version can not make. */
export function knownSchema(header: Header, migrations: Migrations = MIGRATIONS): Migrations {
  const known = Object.entries(migrations).sort(([a], [b]) => (a < b ? -1 : 1));
  const wanted = known.slice(0, header.schema.length);
  if (header.schema.some((name, at) => wanted[at]?.[0] !== name))
    throw new BackupFault(
      `The backup's schema (${header.schema.at(-1)}) is not one that this version of ServerEye knows (up to ${known.at(-1)?.[0]}): restore it with the version that made it, or a newer one.`,
    );
  return Object.fromEntries(wanted);
}

export function notEmpty({ persons, servers, entries }: Held): BackupFault {
  return new BackupFault(
    `The store is not empty (persons: ${persons}, servers: ${servers}, audit entries: ${entries}). Name an empty one, or ` +
      "replace what it holds: --replace.",
  );
}

async function opened<T>(target: Target, run: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
  const { db, close } = openDatabase({
    connection: target.connection,
    poolSize: 1,
    deadlines: { connection: DEADLINES.connection, statement: PATIENCE },
    log: target.log,
  });
  try {
    return await run(db);
  } finally {
    await close();
  }
}

async function load(
  trx: Kysely<Tables>,
  migrations: Migrations,
  { file, signal, progress }: Parameters<typeof restoreBackup>[1],
): Promise<Restored> {
  let tables = new Map<string, Column[]>();
  let keys: Awaited<ReturnType<typeof foreignKeysOf>> = [];
  let insert: ((rows: readonly Row[]) => Promise<void>) | undefined;
  const restored: Restored = { rows: 0, tables: 0, leftOut: [] };
  for await (const part of readParts(file)) {
    signal?.throwIfAborted();
    switch (part.kind) {
      case "header": {
        const others = await tablesOf(trx);
        await runMigrations(trx, knownSchema(part.header, migrations)).catch(refuseOthersTables);
        tables = await tablesOf(trx);
        // What was there before belongs to somebody else: it is not touched.
        for (const name of others.keys()) tables.delete(name);
        keys = await foreignKeysOf(trx, tables);
        await prepare(trx, tables, keys);
        break;
      }
      case "table":
        insert = await inserting(trx, part, tables);
        if (insert === undefined) restored.leftOut.push(part.table);
        else restored.tables += 1;
        break;
      case "rows":
        if (insert === undefined) break;
        for (const batch of batches(part.rows)) await insert(batch);
        restored.rows += part.rows.length;
        progress?.(restored.rows);
        break;
      case "sequence": {
        const { sequence, last, called } = part.sequence;
        await sql`select setval(to_regclass(${quoted(sequence)}), ${last}::bigint, ${called})`.execute(trx);
        break;
      }
      case "end":
        for (const { add } of keys) await execute(trx, add);
        for (const table of tables.keys())
          await execute(trx, `alter table ${quoted(table)} enable trigger user`);
        return restored;
    }
  }
  return restored;
}

/** No trigger acts on what was decided before, keys are looked at once when all is there, and a migration's own rows go. */
async function prepare(
  trx: Kysely<Tables>,
  tables: ReadonlyMap<string, Column[]>,
  keys: ReadonlyArray<{ drop: string }>,
): Promise<void> {
  for (const { drop } of keys) await execute(trx, drop);
  for (const table of tables.keys()) {
    await execute(trx, `alter table ${quoted(table)} disable trigger user`);
    await execute(trx, `delete from ${quoted(table)}`);
  }
}

/** Inserts rows of a table as texts, each made what its column is; undefined for a table that is none of ours. */
async function inserting(
  trx: Kysely<Tables>,
  { table, columns }: { table: string; columns: readonly string[] },
  tables: ReadonlyMap<string, Column[]>,
): Promise<((rows: readonly Row[]) => Promise<void>) | undefined> {
  const known = tables.get(table);
  if (known === undefined) return undefined;
  const types = columns.map((name) => known.find((column) => column.name === name)?.type);
  const strange = columns.find((_, at) => types[at] === undefined);
  if (strange !== undefined)
    throw new BackupFault(
      `The backup has a column ${table}.${strange} that ServerEye does not have: take it away where the backup was made, and make it anew.`,
    );
  const names = columns.map(quoted).join(", ");
  const values = types.map((type, at) => `c${at}::${type}`).join(", ");
  const given = columns.map((_, at) => `$${at + 1}::text[]`).join(", ");
  const aliases = columns.map((_, at) => `c${at}`).join(", ");
  const statement =
    `insert into ${quoted(table)} (${names}) overriding system value ` +
    `select ${values} from unnest(${given}) as given (${aliases})`;
  const bucket = columns.indexOf((await partKeyOf(trx, table)) ?? "");
  return async (rows) => {
    // A part for each day, week or span that comes.
    for (const value of new Set(bucket < 0 ? [] : rows.map((row) => row[bucket])))
      await sql`select history_part(${table}, ${value}::integer)`.execute(trx);
    await execute(
      trx,
      statement,
      columns.map((_, at) => rows.map((row) => row[at] ?? null)),
    );
  };
}

function* batches(rows: readonly Row[]): Generator<Row[]> {
  let batch: Row[] = [];
  let characters = 0;
  for (const row of rows) {
    batch.push(row);
    characters += row.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    if (batch.length < MOST_ROWS && characters < MOST_CHARACTERS) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

/** PostgreSQL manual, appendix A. */
const DUPLICATE_TABLE = "42P07";
const DEPENDENT_OBJECTS = "2BP01";
const INSUFFICIENT_PRIVILEGE = "42501";

function refuseOthersTables(error: unknown): never {
  const { code, message } = causeOf(error);
  if (code !== DUPLICATE_TABLE) throw error;
  throw new BackupFault(
    `The database holds tables of another program (${message}). Make one for ServerEye alone and name it in DATABASE_URL.`,
    { cause: error },
  );
}

function refuseClearing(error: unknown): never {
  const { code, message } = causeOf(error);
  if (code === INSUFFICIENT_PRIVILEGE)
    throw new BackupFault(
      `The database's account may not take the old store away (${message}). Restore into a new, empty database, or let the account own this one.`,
      { cause: error },
    );
  if (code === DEPENDENT_OBJECTS)
    throw new BackupFault(
      `Something that is not ServerEye's hangs on its tables (${message}). Take that away first, or restore into a new, empty database.`,
      { cause: error },
    );
  throw error;
}

function causeOf(error: unknown): { code?: unknown; message?: string } {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error ? cause : {};
}
