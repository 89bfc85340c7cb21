/** What a store consists of, as its own catalogue says: tables, columns, sequences, keys. */
import { CompiledQuery, type Kysely, sql } from "kysely";
import type { Tables } from "../tables.ts";
import { NOT_CARRIED } from "./format.ts";

export interface Column {
  name: string;
  /** As PostgreSQL writes it: `bigint`, `character varying(255)`, … */
  type: string;
}

/** A name as SQL takes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Runs a statement that is put together from the catalogue's names. */
export async function execute(
  db: Kysely<Tables>,
  statement: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const { rows } = await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(statement, [...values]));
  return rows;
}

/** The tables that are carried, by name, each with the columns that hold something of their own. */
export async function tablesOf(db: Kysely<Tables>): Promise<Map<string, Column[]>> {
  // A partition's rows are its table's, and a generated column is made anew.
  const { rows } = await sql<{ table: string; columns: Column[] }>`
    select relname as "table", coalesce(
      json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) order by attnum)
        filter (where attname is not null), '[]') as columns
    from pg_class left join pg_attribute
      on attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = ''
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
    group by relname order by relname`.execute(db);
  return new Map(
    rows.filter(({ table }) => !NOT_CARRIED.has(table)).map(({ table, columns }) => [table, columns]),
  );
}

/** The column by which a table is made of parts; undefined for a table in one piece. */
export async function partKeyOf(db: Kysely<Tables>, table: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select attname as name from pg_partitioned_table
    join pg_attribute on attrelid = partrelid and attnum = partattrs[0]
    where partrelid = to_regclass(${quoted(table)})`.execute(db);
  return rows[0]?.name;
}

/** The sequences that are a carried table's, or nobody's. */
export async function sequencesOf(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ name: string; owner: string | null }>`
    select sequence.relname as name, owner.relname as owner
    from pg_class as sequence
    left join pg_depend on classid = 'pg_class'::regclass and objid = sequence.oid
      and refclassid = 'pg_class'::regclass and deptype in ('a', 'i')
    left join pg_class as owner on owner.oid = refobjid
    where sequence.relnamespace = current_schema()::regnamespace and sequence.relkind = 'S'
    order by sequence.relname`.execute(db);
  return rows.filter(({ owner }) => owner === null || !NOT_CARRIED.has(owner)).map(({ name }) => name);
}

/** Foreign keys of these tables, as what takes each away and what puts it back. */
export async function foreignKeysOf(
  db: Kysely<Tables>,
  tables: ReadonlyMap<string, unknown>,
): Promise<Array<{ drop: string; add: string }>> {
  const { rows } = await sql<{ table: string; name: string; definition: string }>`
    select relname as "table", conname as name, pg_get_constraintdef(pg_constraint.oid) as definition
    from pg_constraint join pg_class on pg_class.oid = conrelid
    where relnamespace = current_schema()::regnamespace and contype = 'f' and conparentid = 0
    order by relname, conname`.execute(db);
  const theirs = rows.filter(({ table }) => tables.has(table));
  return theirs.map(({ table, name, definition }) => ({
    drop: `alter table ${quoted(table)} drop constraint ${quoted(name)}`,
    add: `alter table ${quoted(table)} add constraint ${quoted(name)} ${definition}`,
  }));
}

/** Names of the migrations that have run, in order; undefined where there is no schema of a hub. */
export async function schemaOf(db: Kysely<Tables>): Promise<string[] | undefined> {
  const { rows: found } = await sql<{ migrated: boolean }>`
    select to_regclass('kysely_migration') is not null as migrated`.execute(db);
  if (!found[0]?.migrated) return undefined;
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.length === 0 ? undefined : rows.map(({ name }) => name);
}
