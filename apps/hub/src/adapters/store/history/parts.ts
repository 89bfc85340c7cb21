/** Parts of the tables: one for each day, week or span, made ahead and dropped whole. */
import { Fault } from "@servereye/contract";
import { sql } from "kysely";
import type { Ground } from "./ground.ts";
import { DAY_MS, dayOf, HOUR_MS, SPAN_DAYS, spanOf, WEEK_DAYS, weekOf } from "./units.ts";

export type Whole = "history_samples" | "history_chunks" | "history_rollups";

export interface Parts {
  /** Makes sure that it is there. */
  need(whole: Whole, bucket: number): Promise<boolean>;
  /** Makes one that will be needed soon; false: all are there. */
  ahead(now: number): Promise<boolean>;
  /** Drops one that is too old; false: none is. */
  drop(now: number): Promise<boolean>;
}

/** Whoever reads the table now is waited for no longer: the next step tries again, and writers do not queue up behind. */
const LOCK_MS = 200;
/** What could not be sealed or rolled up for so long is dropped all the same: a store that only grows helps nobody. */
const MOST_LATE_MS = 7 * DAY_MS;

export function partsIn({ db, log, retention }: Ground): Parts {
  const there = new Set<string>();
  let looked = Number.NEGATIVE_INFINITY;

  async function need(whole: Whole, bucket: number): Promise<boolean> {
    const name = `${whole}_${bucket}`;
    if (there.has(name)) return false;
    const { rows } = await sql<{ made: boolean }>`
      select history_part(${whole}, ${bucket}) as made`.execute(db);
    there.add(name);
    return rows[0]?.made ?? false;
  }

  /** When everything in a part is older than it is kept. */
  const endOf = (whole: string, bucket: number): number | undefined => {
    const { hotHours, fullDays, rollupDays } = retention;
    if (whole === "history_samples") return (bucket + 1) * DAY_MS + hotHours * HOUR_MS;
    if (whole === "history_chunks") return ((bucket + 1) * WEEK_DAYS + fullDays) * DAY_MS;
    if (whole === "history_rollups") return ((bucket + 1) * SPAN_DAYS + rollupDays) * DAY_MS;
    return undefined;
  };

  /** Whether what is in it still has to be packed into the next tier. */
  async function isWanted(whole: string, bucket: number): Promise<boolean> {
    const hours = (bucket + 1) * 24;
    const days = (bucket + 1) * WEEK_DAYS;
    const { rows } = await sql<{ wanted: boolean }>`select case ${whole}::text
      when 'history_samples' then exists (select from history_boots b join history_servers s on s.id = b.server
        where not isempty(b.open) and lower(b.open) < ${hours} and s.server_id is not null)
      when 'history_chunks' then exists (select from history_due d join history_servers s on s.id = d.server
        where d.day < ${days} and s.server_id is not null)
      else false end as wanted`.execute(db);
    return rows[0]?.wanted ?? false;
  }

  return {
    need,

    async ahead(now) {
      const day = dayOf(now);
      for (const more of [0, 1])
        for (const [whole, bucket] of [
          ["history_samples", day + more],
          ["history_chunks", weekOf(day) + more],
          ["history_rollups", spanOf(day) + more],
        ] as const)
          if (await need(whole, bucket)) return true;
      return false;
    },

    async drop(now) {
      // Nothing gets too old in less.
      if (now - looked < HOUR_MS && now >= looked) return false;
      const { rows } = await sql<{ whole: string; bucket: number }>`
        select parent.relname as whole, substring(part.relname from '\\d+$')::integer as bucket
        from pg_inherits join pg_class parent on parent.oid = inhparent join pg_class part on part.oid = inhrelid
        where parent.relnamespace = current_schema()::regnamespace and parent.relname like 'history\\_%'
          and parent.relkind = 'p' order by bucket`.execute(db);
      for (const { whole, bucket } of rows) {
        const end = endOf(whole, bucket);
        if (end === undefined || now < end) continue;
        const late = now - end > MOST_LATE_MS;
        if (await isWanted(whole, bucket)) {
          if (!late) continue;
          log.error("history.dropped_unpacked", { whole, bucket });
        }
        const name = `${whole}_${bucket}`;
        try {
          await db.transaction().execute(async (trx) => {
            await sql.raw(`set local lock_timeout = ${LOCK_MS}`).execute(trx);
            await sql`drop table ${sql.id(name)}`.execute(trx);
          });
        } catch (error) {
          // Somebody reads it: a backup, a long query. It is old, and can get a little older.
          if (Fault.of(error).code !== "STORE_UNAVAILABLE") throw error;
          log.debug("history.part_in_use", { name, error: String(error) });
          continue;
        }
        there.delete(name);
        log.info("history.part_dropped", { name });
        return true;
      }
      looked = now;
      return false;
    },
  };
}
