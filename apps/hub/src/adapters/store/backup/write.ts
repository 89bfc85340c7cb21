/** Reads a whole store as of one moment and gives it as a backup's bytes. */
import { createHash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { Log } from "../../../core/ports/process.ts";
import { DEADLINES, openDatabase, type StoreConnection } from "../connection.ts";
import { MIGRATION_LOCK } from "../migrate.ts";
import type { Tables } from "../tables.ts";
import { type Column, execute, quoted, schemaOf, sequencesOf, tablesOf } from "./catalogue.ts";
import { BackupFault, FORMAT, type Header } from "./format.ts";

/** For one statement, and for the reader of what is written to go on reading, ms. */
const PATIENCE = 600_000;

/** Rows fetched at once at most; fewer of large ones, so that a fetch stays near this many bytes. */
const MOST_ROWS = 1_000;
const FETCH_BYTES = 128 * 1024;

export interface Written {
  /** Rows of each table. */
  rows: Record<string, number>;
}

/**
 * Writes the store to `sink`, as the lines that format.ts describes (not compressed yet). What `sink` gives back is
 * waited for, so memory holds one fetch at a time.
 *
 * All is read in one REPEATABLE READ, READ ONLY transaction: one moment, whoever writes meanwhile; nobody waits for it
 * but a migration.
 *
 * @throws BackupFault when there is no store; Fault STORE_UNAVAILABLE; what `sink` throws; `signal`'s reason.
 */
export async function writeBackup(options: {
  connection: StoreConnection;
  sink: (bytes: Buffer) => Promise<void>;
  /** Epoch ms. */
  now: number;
  log: Log;
  signal?: AbortSignal;
  /** Told how many rows are written so far. */
  progress?: (rows: number) => void;
}): Promise<Written> {
  const { db, close } = openDatabase({
    connection: options.connection,
    poolSize: 1,
    deadlines: { connection: DEADLINES.connection, statement: PATIENCE },
    log: options.log,
  });
  try {
    return await db.connection().execute(async (connection) => {
      // Before the transaction's first look, and until this connection closes: the schema stands still meanwhile.
      const key = MIGRATION_LOCK.toString();
      await sql`select pg_advisory_lock_shared(${key}::bigint)`.execute(connection);
      try {
        return await connection
          .transaction()
          .setIsolationLevel("repeatable read")
          .setAccessMode("read only")
          .execute((trx) => writeAll(trx, options));
      } finally {
        // Also let go of by the closing below, which is all that is left where the connection is lost.
        await sql`select pg_advisory_unlock_shared(${key}::bigint)`
          .execute(connection)
          .catch(() => undefined);
      }
    });
  } finally {
    await close();
  }
}

async function writeAll(
  trx: Kysely<Tables>,
  { sink, now, signal, progress }: Parameters<typeof writeBackup>[0],
): Promise<Written> {
  for (const setting of [
    "bytea_output = hex",
    "datestyle = ISO",
    "intervalstyle = postgres",
    "timezone = UTC",
  ])
    await execute(trx, `set local ${setting}`);
  const schema = await schemaOf(trx);
  if (schema === undefined)
    throw new BackupFault("There is nothing to back up: no hub has ever run on this database.");

  const digest = createHash("sha256");
  const put = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text);
    digest.update(bytes);
    await sink(bytes);
  };
  const [server] = await execute(trx, "select current_setting('server_version') as version");
  const header: Header = {
    ...FORMAT,
    made: new Date(now).toISOString(),
    schema,
    // Debian adds its own package's version in brackets.
    postgresql: String(server?.version).split(" ")[0] ?? "",
  };
  await put(line(header));

  const rows: Record<string, number> = {};
  let written = 0;
  for (const [table, columns] of await tablesOf(trx)) {
    await put(line({ table, columns: columns.map(({ name }) => name) }));
    rows[table] = 0;
    for await (const batch of rowsOf(trx, table, columns)) {
      signal?.throwIfAborted();
      await put(batch.map(line).join(""));
      rows[table] += batch.length;
      written += batch.length;
      progress?.(written);
    }
  }
  // After the rows: a sequence knows no moments, and only ever goes on.
  for (const sequence of await sequencesOf(trx)) {
    const [at] = await execute(
      trx,
      `select last_value::text as last, is_called as called from ${quoted(sequence)}`,
    );
    await put(line({ sequence, ...at }));
  }
  await sink(Buffer.from(line({ end: true, rows, sha256: digest.digest("hex") })));
  return { rows };
}

async function* rowsOf(
  trx: Kysely<Tables>,
  table: string,
  columns: readonly Column[],
): AsyncGenerator<Array<Array<string | null>>> {
  const fields = columns.map(({ name }, at) => `${quoted(name)}::text as c${at}`);
  await execute(trx, `declare backup no scroll cursor for select ${fields.join(", ")} from ${quoted(table)}`);
  let most = 50;
  for (;;) {
    const found = await execute(trx, `fetch ${most} from backup`);
    if (found.length === 0) break;
    const batch = found.map((row) => columns.map((_, at) => textOf(row[`c${at}`])));
    yield batch;
    const size = batch.reduce(
      (sum, row) => sum + row.reduce((bytes, text) => bytes + (text?.length ?? 4), 0),
      0,
    );
    most = Math.max(1, Math.min(MOST_ROWS, Math.floor((FETCH_BYTES * batch.length) / Math.max(size, 1))));
  }
  await execute(trx, "close backup");
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
