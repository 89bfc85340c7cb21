/** Takes away what nothing is told of any more: a removed server's history, names that are not used, boots long past. */
import { sql } from "kysely";
import type { Ground } from "./ground.ts";
import { DAY_MS, dayOf } from "./units.ts";

/** Rows of a removed server that go in one step. */
const MOST_ROWS = 200;
/** Agents keep samples for a day; a boot not heard of for so long sends nothing again that was kept. */
const BOOT_DAYS = 60;

export function tidierIn({ db, retention }: Ground) {
  let tidied: number | undefined;

  /** Some rows of a server that was removed; false: there is none. Samples as they came go with their day. */
  async function forget(): Promise<boolean> {
    const { rows } = await sql<{ id: number }>`
      select id from history_servers where server_id is null order by id limit 1`.execute(db);
    const [server] = rows;
    if (server === undefined) return false;
    for (const table of ["history_chunks", "history_rollups"] as const) {
      const gone = await sql`delete from ${sql.id(table)} where (tableoid, ctid) in (
        select tableoid, ctid from ${sql.id(table)} where server = ${server.id} limit ${MOST_ROWS})
        returning 1`.execute(db);
      if (gone.rows.length > 0) return true;
    }
    await sql`delete from history_servers where id = ${server.id}`.execute(db);
    return true;
  }

  return async (now: number): Promise<boolean> => {
    if (await forget()) return true;
    const day = dayOf(now);
    if (tidied === day) return false;
    const { hotHours, rollupDays } = retention;
    await sql`delete from history_layouts where used < ${day - Math.ceil(hotHours / 24) - 9}`.execute(db);
    await sql`delete from history_boots where isempty(open) and seen < ${now - BOOT_DAYS * DAY_MS}`.execute(
      db,
    );
    await sql`delete from history_series where seen < ${day - rollupDays - 35}`.execute(db);
    tidied = day;
    return false;
  };
}
