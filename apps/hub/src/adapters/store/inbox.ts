/** Updates of a chat channel: each is taken once, and kept until it is handled. */
import { type Kysely, sql } from "kysely";
import type { Clock, Inbox } from "../../core/ports.ts";
import { batcher } from "./batch.ts";
import type { Tables } from "./tables.ts";

interface Update {
  id: number;
  body: unknown;
}

export function inboxIn(
  db: Kysely<Tables>,
  clock: Clock,
): { inbox: Inbox; writes: Array<{ idle(): Promise<void> }> } {
  const takes = batcher({ flush: keep, most: 500, bound: 10_000, lanes: 2 });
  const ends = batcher<number>({ flush: finish, most: 1_000, bound: 20_000, lanes: 2 });

  async function finish(ids: readonly number[]): Promise<void> {
    await sql`update inbox set body = null, handled_at = ${clock.now()}
      where id = any(${ids}::bigint[]) and handled_at is null`.execute(db);
  }

  /** Keeps what is new; gives its ids. Of an id that comes twice the first is kept. */
  async function keep(updates: readonly Update[]): Promise<Set<number>> {
    const ids = updates.map((update) => update.id);
    const bodies = updates.map((update) => JSON.stringify(update.body ?? null));
    // In the order of ids, so that two hubs with the same updates can not block each other.
    const { rows } = await sql<{ id: number }>`insert into inbox (id, body, taken_at)
      select id, body::json, ${clock.now()}::bigint
      from unnest(${ids}::bigint[], ${bodies}::text[]) with ordinality as u (id, body, place) order by id, place
      on conflict (id) do nothing returning id`.execute(db);
    return new Set(rows.map((row) => row.id));
  }

  const inbox: Inbox = {
    async take(updates) {
      if (updates.length === 0) return [];
      const fresh = await takes.add(updates);
      // The set is shared with those who took in the same statement: who takes an id out of it has the update.
      return updates.filter((update) => fresh.delete(update.id));
    },

    done: (id) => ends.add([id]),

    unfinished: () =>
      db
        .selectFrom("inbox")
        .select(["id", "body"])
        .where("handled_at", "is", null)
        .orderBy("taken_at")
        .orderBy("id")
        .execute(),

    async sweep(before) {
      await db.deleteFrom("inbox").where("handled_at", "<", before).execute();
    },
  };
  return { inbox, writes: [takes, ends] };
}
