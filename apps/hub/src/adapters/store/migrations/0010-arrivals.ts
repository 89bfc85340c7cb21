/** Which samples a history outside the store has, and when those were that it may have: each is written at one time only. */
import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  // kept: numbers of the samples that are kept for good.
  `create table history_arrivals (
    id integer generated always as identity primary key,
    server_id text not null constraint history_arrivals_server references servers on delete cascade,
    boot text not null,
    kept int8multirange not null default '{}',
    newest_seq bigint,
    newest_at bigint,
    constraint history_arrivals_one unique (server_id, boot)
  ) with (fillfactor = 50)`,

  // Those on their way: written perhaps, and not known to be kept. at: epoch ms.
  `create table history_claims (
    arrival integer not null constraint history_claims_arrival references history_arrivals on delete cascade,
    seq bigint not null,
    at bigint not null,
    primary key (arrival, seq)
  )`,

  // A function, because it has to look after it has its locks, and at what is then.
  `create function history_claim(servers text[], boots text[], seqs bigint[], ats bigint[])
  returns table (n bigint, settled bigint) language plpgsql as $$
    #variable_conflict use_column
    begin
      insert into history_arrivals (server_id, boot)
        select distinct g.server, g.boot from unnest(servers, boots) as g (server, boot)
        join servers s on s.id = g.server
        where not exists (select from history_arrivals a where a.server_id = g.server and a.boot = g.boot)
        order by g.server, g.boot on conflict do nothing;
      -- Locked in the order of their keys, as by all who lock several: no two can block each other.
      perform from history_arrivals a
        where (a.server_id, a.boot) in (select g.server, g.boot from unnest(servers, boots) as g (server, boot))
        order by a.id for no key update;
      insert into history_claims (arrival, seq, at)
        select distinct on (a.id, g.seq) a.id, g.seq, g.at
        from unnest(servers, boots, seqs, ats) with ordinality as g (server, boot, seq, at, n)
        join history_arrivals a on a.server_id = g.server and a.boot = g.boot
        where not a.kept @> g.seq order by a.id, g.seq, g.n
        on conflict do nothing;
      update history_arrivals a set newest_seq = f.seq, newest_at = f.at
        from (
          select distinct on (a.id) a.id, c.seq, c.at
          from unnest(servers, boots, seqs) as g (server, boot, seq)
          join history_arrivals a on a.server_id = g.server and a.boot = g.boot
          join history_claims c on c.arrival = a.id and c.seq = g.seq
          order by a.id, c.seq desc
        ) as f
        where a.id = f.id and (a.newest_seq is null or a.newest_seq < f.seq);
      return query select g.n, c.at
        from unnest(servers, boots, seqs) with ordinality as g (server, boot, seq, n)
        join history_arrivals a on a.server_id = g.server and a.boot = g.boot
        join history_claims c on c.arrival = a.id and c.seq = g.seq;
    end
  $$`,

  `create function history_settle(servers text[], boots text[], seqs bigint[]) returns void language plpgsql as $$
    begin
      perform from history_arrivals a
        where (a.server_id, a.boot) in (select g.server, g.boot from unnest(servers, boots) as g (server, boot))
        order by a.id for no key update;
      update history_arrivals a set kept = a.kept + f.kept
        from (
          select g.server, g.boot, range_agg(int8range(g.seq, g.seq, '[]')) as kept
          from unnest(servers, boots, seqs) as g (server, boot, seq) group by g.server, g.boot
        ) as f where a.server_id = f.server and a.boot = f.boot;
      delete from history_claims c using history_arrivals a, unnest(servers, boots, seqs) as g (server, boot, seq)
        where a.server_id = g.server and a.boot = g.boot and c.arrival = a.id and c.seq = g.seq;
    end
  $$`,
];

export const arrivals = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
