/** The form of a backup, and what makes a file one that can be restored. */
import * as z from "zod/mini";

/**
 * A backup is gzip (RFC 1952) of lines of JSON in UTF-8, each ended by one line feed:
 *
 * 1. `{"format":"servereye-backup","version":1,"made":…,"schema":[…],"postgresql":"18.4"}`, `made` being the moment it
 *    shows (ISO 8601, UTC) and `schema` the names of the migrations that had run, in order.
 * 2. For each table `{"table":…,"columns":[…]}`, then each of its rows as an array in the order of its columns. Each
 *    value is null or the text that PostgreSQL makes of it (bytea as `\x…`, times as ISO 8601 in UTC), so that any type
 *    of any major version survives.
 * 3. `{"sequence":…,"last":"12","called":true}` for each sequence.
 * 4. `{"end":true,"rows":{table: count, …},"sha256":…}`: SHA-256 (hex) of all bytes before this line. It finds damage,
 *    not malice: who can write the file can write its digest.
 *
 * Version 1, 2026-11: the first. A reader refuses a version above its own.
 */
export const FORMAT = { format: "servereye-backup", version: 1 } as const;

/** Tables that are not carried: how far a schema is, which restoring decides itself, and what is of the moment. */
export const NOT_CARRIED: ReadonlySet<string> = new Set([
  "kysely_migration",
  "kysely_migration_lock",
  "hubs",
  "leases",
  "wizards",
  "episode_messages",
]);

export const Header = z.object({
  format: z.literal(FORMAT.format),
  version: z.int().check(z.positive()),
  made: z.iso.datetime(),
  schema: z.array(z.string()).check(z.minLength(1)),
  postgresql: z.string(),
});
export type Header = z.infer<typeof Header>;

export const TableLine = z.object({ table: z.string(), columns: z.array(z.string()) });
export const SequenceLine = z.object({
  sequence: z.string(),
  last: z.string().check(z.regex(/^-?\d{1,19}$/)),
  called: z.boolean(),
});
export type SequenceLine = z.infer<typeof SequenceLine>;
export const EndLine = z.object({
  end: z.literal(true),
  rows: z.record(z.string(), z.int()),
  sha256: z.string(),
});

/** One row: what stands in each column, as text. */
export type Row = ReadonlyArray<string | null>;

/** Why a backup or a restoring did not come about; `message` is the whole line to show, with what to do. */
export class BackupFault extends Error {
  override readonly name = "BackupFault";
}
