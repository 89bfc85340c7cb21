/** When samples were that a history outside the store keeps: settled under a lock, forgotten once they are kept. */
import { type Kysely, sql } from "kysely";
import type { Arrivals, Mark } from "../../core/ports/arrivals.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;
/** An agent keeps what no hub took for a day; what was never said to be kept is not sent again after this. */
const CLAIMS_KEPT_MS = 8 * DAY_MS;
/** A boot that was silent for so long is over: no sample of it comes again. */
const BOOTS_KEPT_MS = 60 * DAY_MS;

export function arrivalsIn(db: Kysely<Tables>): Arrivals {
  const columns = (marks: ReadonlyArray<Pick<Mark, "serverId" | "boot">>) =>
    sql`${marks.map(({ serverId }) => serverId)}::text[], ${marks.map(({ boot }) => boot)}::text[]`;
  const seqs = (marks: readonly Mark[]) => sql`${marks.map(({ seq }) => seq)}::bigint[]`;
  return {
    async newest(boots) {
      const { rows } = await sql<{ n: number; seq: number; at: number }>`
        select g.n, a.newest_seq as seq, a.newest_at as at
        from unnest(${columns(boots)}) with ordinality as g (server, boot, n)
        join history_arrivals a on a.server_id = g.server and a.boot = g.boot
        where a.newest_seq is not null`.execute(db);
      const found = new Map(rows.map(({ n, seq, at }) => [n, { seq, at }]));
      return boots.map((_, at) => found.get(at + 1));
    },

    async claim(marks) {
      const { rows } = await sql<{ n: number; settled: number }>`
        select n, settled from history_claim(${columns(marks)}, ${seqs(marks)},
          ${marks.map(({ at }) => at)}::bigint[])`.execute(db);
      const found = new Map(rows.map(({ n, settled }) => [n, settled]));
      return marks.map((_, at) => found.get(at + 1));
    },

    async kept(marks) {
      await sql`select history_settle(${columns(marks)}, ${seqs(marks)})`.execute(db);
    },

    async tidy(now) {
      const claims = await sql`delete from history_claims where at < ${now - CLAIMS_KEPT_MS}`.execute(db);
      const boots = await sql`delete from history_arrivals where newest_at < ${now - BOOTS_KEPT_MS}`.execute(
        db,
      );
      return Number(claims.numAffectedRows ?? 0n) + Number(boots.numAffectedRows ?? 0n);
    },
  };
}
