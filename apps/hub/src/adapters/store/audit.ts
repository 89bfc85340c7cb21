/** The audit log: who did what, on what, from where, and how it ended. The schema refuses changes and deletions. */
import type { Kysely } from "kysely";
import type { Audit } from "../../core/ports.ts";
import { madeStorable } from "./name.ts";
import type { Tables } from "./tables.ts";

/** Entries given at once at most. */
const MOST = 1_000;

export function auditIn(db: Kysely<Tables>): Audit {
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

    async recent({ serverId, limit }) {
      const newest = db
        .selectFrom("audit")
        .select(["at", "person_id", "from", "what", "on", "result", "detail"])
        .orderBy("id", "desc")
        .limit(Math.max(0, Math.min(Math.trunc(limit), MOST)));
      const query = serverId === undefined ? newest : newest.where("on", "=", serverId);
      const rows = await query.execute();
      return rows.map(({ person_id, ...entry }) => ({ ...entry, personId: person_id }));
    },
  };
}
