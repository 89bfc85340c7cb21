/** Updates of a chat channel: each is taken once, owned by one hub, and kept until it is handled. */
import { hash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { Inbox, KeptUpdate, NewUpdate } from "../../core/ports/inbox.ts";
import type { Clock } from "../../core/ports/process.ts";
import { batcher } from "./batch.ts";
import { wasVictim } from "./fault.ts";
import { LIVING } from "./hubs.ts";
import type { Tables } from "./tables.ts";

interface Keyed extends NewUpdate {
  /** Of the text; tells contents apart, guards nothing. */
  digest: string;
  text: string;
  hub: string;
  known: readonly number[];
  fence: number | undefined;
}

/** What one statement gave, shared by those whose updates were in it: who takes something out of it has it. */
interface Taken {
  /** Hubs whose lease is another's. */
  fenced: Set<string>;
  earlier: KeptUpdate[];
  fresh: Map<string, Omit<Row, "body" | "fresh">>;
}

/** As inbox_take gives it; the id is null in the one row that says that the lease is another's. */
interface Row extends KeptUpdate {
  fresh: boolean;
}

const keyOf = ({ id, digest }: Pick<Keyed, "id" | "digest">): string => `${id} ${digest}`;

/** So many updates end within this time, ms, when a hundred people write at once that it saves most statements. */
const LINGER_MS = 10;
/** Rows that one look brings, so that a long absence does not fill the memory. */
const MOST_AT_ONCE = 500;
/** So often a statement is tried that PostgreSQL takes back. */
const MOST_TRIES = 4;
/** The lease whose fence guards what is taken. */
const LEASE = "telegram";

export function inboxIn(
  db: Kysely<Tables>,
  clock: Clock,
): { inbox: Inbox; writes: Array<{ idle(): Promise<void> }> } {
  const takes = batcher({ flush: keep, most: 500, bound: 10_000, lanes: 2 });
  // The answer is out by then. After a crash within this time it is given once more.
  const ends = batcher<{ id: number; tries: number }>({
    flush: finish,
    most: 1_000,
    bound: 20_000,
    lanes: 1,
    lingerMs: LINGER_MS,
  });

  async function finish(ended: ReadonlyArray<{ id: number; tries: number }>): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        return await finishOnce(ended);
      } catch (error) {
        if (tried >= MOST_TRIES || !wasVictim(error)) throw error;
      }
    }
  }

  /** Rows are locked in the order of their keys, as by all who lock several, so that no two can block each other. */
  async function finishOnce(ended: ReadonlyArray<{ id: number; tries: number }>): Promise<void> {
    await sql`with ended as (
        select i.id, i.digest
        from unnest(${ended.map(({ id }) => id)}::bigint[], ${ended.map(({ tries }) => tries)}::integer[])
          as e (id, tries)
        join inbox i on i.id = e.id and i.tries = e.tries and i.handled_at is null
        order by i.id, i.digest for no key update of i
      )
      update inbox i set body = null, handled_at = ${clock.now()}
      from ended e where i.id = e.id and i.digest = e.digest`.execute(db);
  }

  /** One statement and one round trip: the locks, the owners and the rows are settled in the database. */
  async function settle(
    hub: string,
    updates: readonly Keyed[],
    chats: ReadonlyMap<string, string>,
    known: readonly number[],
    fence: number | undefined,
  ): Promise<Row[]> {
    const { rows } = await sql<Row>`select * from inbox_take(
      ${hub},
      ${updates.map(({ id }) => id)}::bigint[],
      ${updates.map(({ digest }) => digest)}::text[],
      ${updates.map(({ text }) => text)}::text[],
      ${updates.map(({ chat }) => chat)}::text[],
      ${[...chats.keys()]}::text[],
      ${[...chats.values()]}::text[],
      ${known}::bigint[],
      ${clock.now()}::bigint,
      ${LEASE}, ${fence ?? null}::bigint)`.execute(db);
    return rows;
  }

  /**
   * Keeps what is new; gives its keys. The number alone does not tell an update: a bot that was silent for a week, or
   * another bot with this store, counts from anywhere. The same number with another content is another update.
   */
  async function keep(updates: readonly Keyed[]): Promise<Taken> {
    const taken: Taken = { fenced: new Set(), earlier: [], fresh: new Map() };
    // One, outside of tests: a hub has a store of its own.
    for (const [hub, own] of Map.groupBy(updates, (update) => update.hub)) {
      const chats = new Map(own.map(({ chat, owner }) => [chat, owner]));
      const known = [...new Set(own.flatMap((update) => update.known))];
      const fence = own.find((update) => update.fence !== undefined)?.fence;
      for (const row of await settle(hub, own, chats, known, fence)) {
        if (row.id === null) taken.fenced.add(hub);
        else if (row.fresh) taken.fresh.set(keyOf(row), row);
        else taken.earlier.push(plain(row));
      }
    }
    return taken;
  }

  const inbox: Inbox = {
    async take(hub, updates, { known = [], fence } = {}) {
      if (updates.length === 0) return [];
      const keyed = updates.map((update) => {
        const text = JSON.stringify(update.body ?? null);
        return { ...update, text, digest: hash("md5", text, "base64url"), hub, known, fence };
      });
      const taken = await takes.add(keyed);
      if (taken.fenced.has(hub)) return undefined;
      const chats = new Set(updates.map(({ chat }) => chat));
      const own = ({ owner, chat }: KeptUpdate) => owner === hub && chats.has(chat);
      const earlier = taken.earlier.filter(own);
      taken.earlier = taken.earlier.filter((row) => !own(row));
      const fresh = keyed.flatMap((update): KeptUpdate[] => {
        const row = taken.fresh.get(keyOf(update));
        if (row === undefined) return [];
        taken.fresh.delete(keyOf(update));
        const { id, digest, chat, owner, tries, adopted } = row;
        return [{ id, digest, body: update.body, chat, owner, tries, adopted }];
      });
      return [...earlier, ...fresh];
    },

    async waiting(hub, known) {
      const { rows } = await sql<KeptUpdate & { place: number; orphaned: boolean }>`
        (select id, digest, body, chat, owner, tries, adopted, place, false as orphaned from inbox
          where handled_at is null and owner = ${hub} and id <> all(${known}::bigint[])
          order by place limit ${MOST_AT_ONCE})
        union all
        (select null, null, null, chat, null, null, null, min(place), true from inbox
          where handled_at is null and owner <> ${hub} and owner not in (${LIVING})
          group by chat order by min(place) limit ${MOST_AT_ONCE})`.execute(db);
      const inOrder = rows.toSorted((a, b) => a.place - b.place);
      return {
        own: inOrder.filter(({ orphaned }) => !orphaned).map(plain),
        orphaned: inOrder.filter(({ orphaned }) => orphaned).map(({ chat }) => chat),
      };
    },

    async adopt(hub, chats, known) {
      if (chats.length === 0) return [];
      const rows = await settle(
        hub,
        [],
        new Map(chats.map((one) => [one.chat, one.owner])),
        known,
        undefined,
      );
      return rows.map(plain);
    },

    async begin(hub, { id, digest }) {
      const { rows } = await sql<{ tries: number }>`update inbox set tries = tries + 1
        where id = ${id} and digest = ${digest} and owner = ${hub} and handled_at is null
        returning tries`.execute(db);
      return rows[0]?.tries;
    },

    done: (id, tries = 1) => ends.add([{ id, tries }]),

    async record(updates) {
      const texts = updates.map(({ body }) => JSON.stringify(body ?? null));
      const digests = texts.map((text) => hash("md5", text, "base64url"));
      await sql`insert into inbox as i (id, digest, taken_at, handled_at, chat)
        select distinct on (1, 2) u.id, u.digest, ${clock.now()}::bigint, ${clock.now()}::bigint, u.chat
        from unnest(${updates.map(({ id }) => id)}::bigint[], ${digests}::text[],
          ${updates.map(({ chat }) => chat)}::text[]) as u (id, digest, chat) order by 1, 2
        on conflict (id, digest) do update set body = null, handled_at = excluded.handled_at
          where i.handled_at is null`.execute(db);
    },

    async sweep(before) {
      await db.deleteFrom("inbox").where("handled_at", "<", before).execute();
    },
  };
  return { inbox, writes: [takes, ends] };
}

function plain({ id, digest, body, chat, owner, tries, adopted }: KeptUpdate): KeptUpdate {
  return { id, digest, body, chat, owner, tries, adopted };
}
