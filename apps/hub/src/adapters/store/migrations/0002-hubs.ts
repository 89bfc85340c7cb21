/** Several hubs on one store: who lives, who leads, and whose an update is. */
import { type Kysely, sql } from "kysely";

/** First key of the locks that put the takes of one chat in a row; the second is one of sixteen, by the chat. */
const CHAT_LOCKS = 0x696e_6278;

// Expiry here is by the database's own clock, which is one for all hubs; everything else is by a hub's.
const STATEMENTS = [
  `create table hubs (
    id text primary key constraint hubs_id check (id <> ''),
    region text not null,
    version text not null,
    has_broker boolean not null,
    expires timestamptz not null
  )`,

  `create table leases (
    name text primary key constraint leases_name check (name <> ''),
    holder text not null,
    fence bigint not null,
    expires timestamptz not null
  )`,

  // No foreign key to the owner: a row outlives the hub that should have handled it. Rows of before are nobody's.
  `alter table inbox
    add column place bigint generated always as identity,
    add column chat text not null default '',
    add column owner text not null default '',
    add column tries integer not null default 1,
    add column adopted boolean not null default false`,
  `drop index inbox_unfinished`,
  `create index inbox_unfinished on inbox (chat, place) where handled_at is null`,

  // A function, and not one statement, because what it looks at has to be what it is after it got its locks: a
  // statement sees the world as it was when it began. The locks last until the end of its transaction, so that takes of
  // one chat see each other, whichever hubs they come from: all unfinished rows of a chat are one living hub's.
  //
  // new_*: updates to keep. for_*: their chats with the hub proposed for each (chats alone: only take over what the
  // dead left). known: ids that the hub has in hand. Gives first what of those chats is this hub's, unfinished and not
  // known to it, then what was new, whoever's it is. One row of nulls: the lease is another's, nothing was done.
  `create function inbox_take(
    hub text, new_ids bigint[], new_digests text[], new_bodies text[], new_chats text[],
    for_chats text[], for_owners text[], known bigint[], at bigint, lease text, lease_fence bigint
  ) returns table (
    id bigint, digest text, body json, chat text, owner text, tries integer, adopted boolean, fresh boolean
  ) language plpgsql
    -- Planned once for a connection (planning costs more than running), and by index whatever the table's size then.
    set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
  as $$
    #variable_conflict use_column
    begin
      if lease_fence is not null and not exists
        (select from leases l where l.name = lease and l.holder = hub and l.fence = lease_fence)
      then
        return query select null::bigint, null, null::json, null, null, null::integer, null::boolean, null::boolean;
        return;
      end if;
      perform pg_advisory_xact_lock(${CHAT_LOCKS}, b.bucket)
        from (select distinct hashtext(c) & 15 as bucket from unnest(for_chats) as c order by 1) as b;
      return query
        with living as materialized (
          select h.id from hubs h where h.expires > clock_timestamp() union select hub
        ),
        settled as materialized (
          select w.chat, coalesce(
            (select i.owner from inbox i
              where i.handled_at is null and i.chat = w.chat and i.owner in (select l.id from living l)
              order by i.place limit 1),
            (select l.id from living l where l.id = w.owner),
            hub) as owner
          from unnest(for_chats, for_owners) as w (chat, owner)
        ),
        -- Locked in the order of their keys, as by all who lock several: no two can block each other.
        orphaned as materialized (
          select i.id, i.digest, s.owner from settled s join inbox i on i.chat = s.chat
            where i.handled_at is null and i.owner not in (select l.id from living l)
            order by i.id, i.digest for no key update of i
        ),
        taken_over as (
          update inbox i set owner = o.owner, adopted = true from orphaned o
            where i.id = o.id and i.digest = o.digest
            returning i.id, i.digest, i.body, i.chat, i.owner, i.tries, i.adopted, i.place
        ),
        kept as (
          insert into inbox (id, digest, body, taken_at, chat, owner)
            select u.id, u.digest, u.body::json, at, u.chat, s.owner
            from unnest(new_ids, new_digests, new_bodies, new_chats)
              with ordinality as u (id, digest, body, chat, n)
            join settled s on s.chat = u.chat
            order by u.id, u.digest, u.n
          on conflict (id, digest) do nothing
          returning id, digest, chat, owner, tries, adopted, place
        ),
        waiting as (
          select i.id, i.digest, i.body, i.chat, i.owner, i.tries, i.adopted, i.place
            from settled s join inbox i on i.chat = s.chat
            where i.handled_at is null and i.owner = hub and i.id <> all(known)
          union all
          select t.* from taken_over t where t.owner = hub and t.id <> all(known)
        )
        select g.id, g.digest, g.body, g.chat, g.owner, g.tries, g.adopted, g.fresh from (
          select w.id, w.digest, w.body, w.chat, w.owner, w.tries, w.adopted, w.place, false as fresh from waiting w
          union all
          select k.id, k.digest, null::json, k.chat, k.owner, k.tries, k.adopted, k.place, true from kept k
        ) as g order by g.fresh, g.place;
    end
  $$`,
];

export const hubs = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
