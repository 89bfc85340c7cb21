/** Which hubs live: a row each, that stands until it expires by the database's own clock. */
import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Hubs, Seat } from "../../core/ports/hubs.ts";
import type { Tables } from "./tables.ts";

/** Ids of the hubs that live, as a subquery. */
export const LIVING: RawBuilder<unknown> = sql`select h.id from hubs h where h.expires > clock_timestamp()`;

/** Key of the lock under which hubs join: two that may not live together must not miss each other. */
const JOINING = 0x6875_6273_6a6f_696en;

interface Row {
  hub: string;
  region: string;
  version: string;
  broker: boolean;
  /** Epoch ms by the database's clock. */
  until: number;
}

export function hubsIn(db: Kysely<Tables>): Hubs {
  async function living(on: Kysely<Tables>): Promise<Row[]> {
    const { rows } = await sql<Row>`select id as hub, region, version, has_broker as broker,
        (extract(epoch from expires) * 1000)::float8 as until
      from hubs where expires > clock_timestamp() order by id`.execute(on);
    return rows;
  }

  return {
    join: (seat, gone, ttlMs) =>
      db.transaction().execute(async (trx) => {
        await sql`select pg_advisory_xact_lock(${JOINING.toString()}::bigint)`.execute(trx);
        // Also who has been dead for a day, so that the table stays short.
        await sql`delete from hubs where (id = any(${gone}::text[]) and id <> ${seat.hub})
          or expires < clock_timestamp() - interval '1 day'`.execute(trx);
        await sql`update leases set expires = clock_timestamp()
          where holder = any(${gone}::text[]) and expires > clock_timestamp()`.execute(trx);
        const others = (await living(trx)).filter(({ hub }) => hub !== seat.hub);
        const refusedBy = others.filter((other) => !(seat.broker && other.broker));
        if (refusedBy.length > 0) return { refusedBy };
        await sql`insert into hubs (id, region, version, has_broker, expires)
          values (${seat.hub}, ${seat.region}, ${seat.version}, ${seat.broker}, ${inMs(ttlMs)})
          on conflict (id) do update set expires = excluded.expires`.execute(trx);
        return { seats: [...others.map(plain), seat].sort(byHub) };
      }),

    async beat(hub, ttlMs) {
      // The others are seen as they were when the statement began, this hub itself by what the change gives back.
      const { rows } = await sql<Row & { own: boolean }>`
        with kept as (
          update hubs set expires = ${inMs(ttlMs)} where id = ${hub} and expires > clock_timestamp()
          returning id, region, version, has_broker
        )
        select id as hub, region, version, has_broker as broker, 0 as until, true as own from kept
        union all
        select id, region, version, has_broker, 0, false from hubs
          where expires > clock_timestamp() and id <> ${hub}`.execute(db);
      if (!rows.some(({ own }) => own)) return undefined;
      return rows.map(plain).sort(byHub);
    },

    async leave(hub) {
      // Locked in the order of their keys, as by all who lock several.
      await sql`with own as (
          select id, digest from inbox where owner = ${hub} and handled_at is null
          order by id, digest for no key update
        ), left_behind as (
          update inbox i set owner = '', tries = greatest(i.tries - 1, 0)
          from own o where i.id = o.id and i.digest = o.digest
        )
        delete from hubs where id = ${hub}`.execute(db);
    },
  };
}

const inMs = (ms: number) => sql`clock_timestamp() + ${ms} * interval '1 millisecond'`;

const plain = ({ hub, region, version, broker }: Seat): Seat => ({ hub, region, version, broker });

const byHub = (a: Seat, b: Seat): number => (a.hub < b.hub ? -1 : 1);
