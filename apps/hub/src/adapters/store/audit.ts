/** The audit log: who did what, on what, from where, and how it ended. The schema refuses changes and deletions. */
import type { Kysely } from "kysely";
import type { Audit } from "../../core/ports.ts";
import { madeStorable } from "./name.ts";
import type { Replicas } from "./replicas.ts";
import type { Tables } from "./tables.ts";

/** Entries given at once at most. */
const MOST = 1_000;

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
