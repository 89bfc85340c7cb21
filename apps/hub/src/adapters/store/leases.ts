/** What one hub at a time may do: leases that end by the database's own clock, with a fence for who comes too late. */
import { type Kysely, sql } from "kysely";
import type { Leases } from "../../core/ports/hubs.ts";
import type { Tables } from "./tables.ts";

export function leasesIn(db: Kysely<Tables>): Leases {
  return {
    async take(name, holder, ttlMs) {
      const { rows } = await sql<{ fence: number }>`insert into leases as l (name, holder, fence, expires)
        values (${name}, ${holder}, 1, clock_timestamp() + ${ttlMs} * interval '1 millisecond')
        on conflict (name) do update set
          holder = excluded.holder,
          fence = l.fence + case when l.holder = excluded.holder then 0 else 1 end,
          expires = excluded.expires
        where l.holder = excluded.holder or l.expires <= clock_timestamp()
        returning fence`.execute(db);
      return rows[0]?.fence;
    },

    async release(name, holder) {
      await sql`update leases set expires = clock_timestamp()
        where name = ${name} and holder = ${holder} and expires > clock_timestamp()`.execute(db);
    },
  };
}
