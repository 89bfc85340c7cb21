/** The audit log: who did what, on what, from where, and how it ended. The schema lets only the old go. */
import { type Kysely, sql } from "kysely";
import type { Audit } from "../../core/ports/store.ts";
import { madeStorable } from "./name.ts";
import type { Replicas } from "./replicas.ts";
import type { Tables } from "./tables.ts";
import { whole } from "./transaction.ts";

/** Entries given at once at most. */
const MOST = 1_000;

/** Entries thrown away in one transaction: well within a statement's deadline. */
const MOST_TRIMMED = 5_000;

/** What is shown of it may be a moment old. */
export function auditIn(db: Kysely<Tables>, replicas: Pick<Replicas, "read">): Audit {
  return {
    async record(entry) {
      await db
        .insertInto("audit")
        .values({
          at: entry.at,
          person_id: entry.personId,
          from: madeStorable(entry.from),
          what: madeStorable(entry.what),
          on: entry.on === null ? null : madeStorable(entry.on),
          result: entry.result,
          detail: JSON.stringify(entry.detail),
        })
        .execute();
    },

    trim: (before) =>
      whole(db, async (trx) => {
        // For this transaction alone: the schema refuses every other deletion.
        await sql`select set_config('servereye.audit_trim', 'on', true)`.execute(trx);
        const oldest = trx
          .selectFrom("audit")
          .select("id")
          .where("at", "<", before)
          .orderBy("at")
          .limit(MOST_TRIMMED);
        const gone = await trx.deleteFrom("audit").where("id", "in", oldest).executeTakeFirstOrThrow();
        return Number(gone.numDeletedRows);
      }),

    async recent({ serverId, limit }) {
      const rows = await replicas.read((from) => {
        const newest = from
          .selectFrom("audit")
          .select(["at", "person_id", "from", "what", "on", "result", "detail"])
          .orderBy("id", "desc")
          .limit(Math.max(0, Math.min(Math.trunc(limit), MOST)));
        return (serverId === undefined ? newest : newest.where("on", "=", serverId)).execute();
      });
      return rows.map(({ person_id, ...entry }) => ({ ...entry, personId: person_id }));
    },
  };
}
