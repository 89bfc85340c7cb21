/** The store that is restored into: what it holds, who lives on it, and how it is emptied. */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { Tables } from "../tables.ts";
import { execute, quoted, schemaOf } from "./catalogue.ts";
import { BackupFault } from "./format.ts";

export type Migrations = Readonly<Record<string, Migration>>;

/** What a store holds that would be lost. */
export interface Held {
  persons: number;
  servers: number;
  /** Entries of the audit log about what persons did. */
  entries: number;
  /**
   * Whether nothing would be missed: no servers, nothing done by a person, and nobody but the one person that a hub makes
   * at its first start. That hub's key goes too; without servers nobody knows it.
   */
  empty: boolean;
}

/** @throws BackupFault where the schema is one that this version does not know, and so can not empty. */
export async function holdings(db: Kysely<Tables>, migrations: Migrations): Promise<Held> {
  const schema = await schemaOf(db);
  if (schema === undefined) return { persons: 0, servers: 0, entries: 0, empty: true };
  const unknown = schema.filter((name) => !(name in migrations)).at(-1);
  if (unknown !== undefined)
    throw new BackupFault(
      `The store to restore into has a schema (${unknown}) that this version of ServerEye does not know. Restore into an ` +
        "empty database, or move the data folder's postgres folder away first.",
    );
  const [row] = await execute(
    db,
    `select (select count(*) from persons)::int as persons, (select count(*) from servers)::int as servers,
      (select count(*) from audit where person_id is not null)::int as entries`,
  );
  const [persons, servers, entries] = [Number(row?.persons), Number(row?.servers), Number(row?.entries)];
  return { persons, servers, entries, empty: persons <= 1 && servers === 0 && entries === 0 };
}

/**
 * Refuses while a hub lives on the store: it would go on with rows that are gone.
 *
 * @throws BackupFault
 */
export async function refuseLivingHubs(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ listed: boolean; connected: number }>`
    select to_regclass('hubs') is not null as listed, (
      select count(*)::int from pg_stat_activity
      where datname = current_database() and application_name = 'servereye' and pid <> pg_backend_pid()
    ) as connected`.execute(db);
  const [found] = rows;
  // Schemas before the list of hubs tell by who is connected.
  const living = found?.listed
    ? Number(
        (await execute(db, "select count(*) as living from hubs where expires > clock_timestamp()"))[0]
          ?.living,
      )
    : (found?.connected ?? 0);
  if (living > 0)
    throw new BackupFault(
      "A hub runs on this database. Stop every hub of it first; one that was killed is forgotten within a minute.",
    );
}

/**
 * Takes away everything that the store's migrations have made, and nothing else: what that is, is found by running them
 * once more in a schema of their own. Dropped rather than emptied, since the backup's schema may be an older one.
 */
export async function clear(trx: Kysely<Tables>, migrations: Migrations): Promise<void> {
  const schema = await schemaOf(trx);
  if (schema === undefined) return;
  const scratch = `servereye_scratch_${crypto.randomUUID().slice(0, 8)}`;
  const [before] = await execute(trx, "select current_setting('search_path') as path");
  await execute(trx, `create schema ${scratch}`);
  await execute(trx, `set local search_path = ${scratch}`);
  for (const name of schema) await migrations[name]?.up(trx);
  const made = await execute(trx, MADE);
  await execute(trx, "select set_config('search_path', $1, true)", [before?.path]);
  await execute(trx, `drop schema ${scratch} cascade`);

  const named = (kind: string): string[] =>
    made.filter((one) => one.kind === kind).map(({ name }) => String(name));
  const drop = async (what: string, names: readonly string[]): Promise<void> => {
    if (names.length > 0) await execute(trx, `drop ${what} if exists ${names.join(", ")}`);
  };
  await drop("view", named("view"));
  await drop("table", [...named("table"), ...["kysely_migration", "kysely_migration_lock"].map(quoted)]);
  await drop("sequence", named("sequence"));
  await drop("function", named("function"));
  await drop("type", named("type"));
}

const MADE = `
  select case relkind when 'v' then 'view' when 'S' then 'sequence' else 'table' end as kind,
    quote_ident(relname) as name
  from pg_class
  where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p', 'v', 'S') and not relispartition
    and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype in ('a', 'i')
      and refclassid = 'pg_class'::regclass and refobjid <> pg_class.oid)
  union all
  select 'function', quote_ident(proname) || '(' || pg_get_function_identity_arguments(oid) || ')'
  from pg_proc where pronamespace = current_schema()::regnamespace
  union all
  select 'type', quote_ident(typname)
  from pg_type where typnamespace = current_schema()::regnamespace and typtype in ('e', 'd')`;
