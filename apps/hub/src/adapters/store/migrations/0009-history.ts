/** Measures over time: samples as they came, hours packed, days rolled up; parts of tables that go as a whole. */
import { type Kysely, sql } from "kysely";

/** Key of the advisory lock under which a part is made: "hist" as a number. */
const PART_LOCK = 0x6869_7374;

/** Of the ranges of one boot's samples: some thousands of them. */
const MOST_KEPT_BYTES = 64_000;

// Times are epoch ms, or whole hours, days, weeks or spans (28 days) since the epoch. What names a server, a boot or a
// series everywhere else is a number, four bytes long.
const STATEMENTS = [
  // What was a removed server's is nobody's at once, and goes bit by bit.
  `create table history_servers (
    id integer generated always as identity primary key,
    server_id text constraint history_servers_server references servers on delete set null,
    constraint history_servers_one unique (server_id)
  )`,

  // "of": which device, filesystem, container …; '' for the server as a whole. seen: day.
  `create table history_series (
    id integer generated always as identity primary key,
    server integer not null constraint history_series_server references history_servers on delete cascade,
    key text not null,
    "of" text not null,
    seen integer not null,
    constraint history_series_one unique (server, key, "of")
  )`,

  // Which series a sample's values are of, and the quantum of each. Never changed; used: day.
  `create table history_layouts (
    id integer generated always as identity primary key,
    server integer not null constraint history_layouts_server references history_servers on delete cascade,
    series integer[] not null,
    quanta double precision[] not null,
    used integer not null
  )`,
  `create index history_layouts_of_server on history_layouts (server)`,

  // kept: numbers of the samples that are kept, wherever they are by now, so that each is kept once for ever. open: hours
  // whose samples are not all in their chunk yet. seen: time of the newest sample.
  `create table history_boots (
    id integer generated always as identity primary key,
    server integer not null constraint history_boots_server references history_servers on delete cascade,
    boot text not null,
    kept int8multirange not null default '{}',
    open int4multirange not null default '{}',
    seen bigint not null default 0,
    constraint history_boots_one unique (server, boot)
  ) with (fillfactor = 50)`,
  `create index history_boots_open on history_boots (lower(open)) where not isempty(open)`,

  // As they came, by the day they arrived on. No key: kept says what is new.
  `create table history_samples (
    day integer not null,
    boot integer not null,
    layout integer not null,
    seq bigint not null,
    at bigint not null,
    packed bytea not null
  ) partition by list (day)`,
  `create index history_samples_at on history_samples (boot, at)`,

  // An hour of a server. part: 0, and more only beside one that could not be read when late samples came.
  `create table history_chunks (
    week integer not null,
    server integer not null,
    hour integer not null,
    part integer not null,
    codec smallint not null,
    samples integer not null,
    head bytea not null,
    series integer[] not null,
    columns bytea[] not null,
    primary key (server, hour, part, week)
  ) partition by list (week)`,

  // A day of a server by steps of 10 minutes or an hour, in seconds.
  `create table history_rollups (
    span integer not null,
    server integer not null,
    step integer not null,
    day integer not null,
    codec smallint not null,
    series integer[] not null,
    columns bytea[] not null,
    primary key (server, step, day, span)
  ) partition by list (span)`,
  // They are packed already.
  `alter table history_chunks alter columns set storage external, alter head set storage external`,
  `alter table history_rollups alter columns set storage external`,

  // Days of which chunks changed since they were rolled up; revision: how often.
  `create table history_due (
    server integer not null constraint history_due_server references history_servers on delete cascade,
    day integer not null,
    revision integer not null default 1,
    primary key (server, day)
  )`,

  // Makes a table's part for a day, week or span, attached in a way that nobody waits for. False: it is there.
  `create function history_part(whole text, bucket integer) returns boolean language plpgsql as $$
    declare
      part text := whole || '_' || bucket;
    begin
      if to_regclass(part) is not null then return false; end if;
      perform pg_advisory_xact_lock(${PART_LOCK});
      -- Not by to_regclass: what that knew before the lock, it still knows after it.
      if exists (select from pg_class where relname = part and relnamespace = current_schema()::regnamespace) then
        return false;
      end if;
      execute format('create table %I (like %I including all)', part, whole);
      execute format('alter table %I attach partition %I for values in (%s)', whole, part, bucket);
      return true;
    end
  $$`,

  // Numbers have gaps where samples were never sent, and those are few. What has thousands of them is no agent of ours: the
  // older half of its gaps is closed, so that it costs nobody more and more.
  `create function history_bounded(kept int8multirange) returns int8multirange language plpgsql immutable as $$
    declare
      many integer;
    begin
      if pg_column_size(kept) < ${MOST_KEPT_BYTES} then return kept; end if;
      select count(*) into many from unnest(kept);
      return kept + int8multirange(int8range(lower(kept),
        (select upper(r) from unnest(kept) as r order by r offset many / 2 limit 1)));
    end
  $$`,

  // Keeps what is new of these samples; ends[n] is where the values of the n-th end in packed. Gives those boots that are
  // not known (any more), and keeps nothing then. A function, because it has to look after it has its locks, and at what
  // is then.
  `create function history_keep(
    for_day integer, boots integer[], seqs bigint[], ats bigint[], layouts integer[], ends integer[], packed bytea
  ) returns integer[] language plpgsql as $$
    #variable_conflict use_column
    declare
      wanted integer[] := array(select distinct b from unnest(boots) as b order by b);
      unknown integer[];
    begin
      -- Locked in the order of their keys, as by all who lock several: no two can block each other.
      perform from history_boots b where b.id = any(wanted) order by b.id for no key update;
      unknown := array(
        select w from unnest(wanted) as w where not exists
          (select from history_boots b join history_servers s on s.id = b.server
            where b.id = w and s.server_id is not null));
      if cardinality(unknown) > 0 then return unknown; end if;
      with given as (
        select distinct on (u.boot, u.seq) u.boot, u.seq, u.at, u.layout,
          coalesce(ends[u.n - 1], 0) as before, u.upto
        from unnest(boots, seqs, ats, layouts, ends) with ordinality as u (boot, seq, at, layout, upto, n)
        order by u.boot, u.seq, u.n
      ),
      fresh as materialized (
        select g.* from given g join history_boots b on b.id = g.boot where not b.kept @> g.seq
      ),
      stored as (
        insert into history_samples (day, boot, layout, seq, at, packed)
          select for_day, f.boot, f.layout, f.seq, f.at, substring(packed from f.before + 1 for f.upto - f.before)
          from fresh f order by f.boot, f.at
      )
      update history_boots b set kept = history_bounded(b.kept + f.kept), open = b.open + f.open, seen = greatest(b.seen, f.seen)
        from (
          select boot, range_agg(int8range(seq, seq, '[]')) as kept, max(at) as seen,
            range_agg(int4range((at / 3600000)::integer, (at / 3600000)::integer, '[]')) as open
          from fresh group by boot
        ) as f where b.id = f.boot;
      return '{}';
    end
  $$`,
];

export const history = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
