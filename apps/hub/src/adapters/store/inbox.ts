/** Updates of a chat channel: each is taken once, and kept until it is handled. */
import { hash } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { Clock, Inbox } from "../../core/ports.ts";
import { batcher } from "./batch.ts";
import type { Tables } from "./tables.ts";

interface Keyed {
  id: number;
  /** Of the text; tells contents apart, guards nothing. */
  digest: string;
  text: string;
}

const keyOf = ({ id, digest }: Pick<Keyed, "id" | "digest">): string => `${id} ${digest}`;

/** So many updates end within this time, ms, when a hundred people write at once that it saves most statements. */
const LINGER_MS = 10;

export function inboxIn(
  db: Kysely<Tables>,
  clock: Clock,
): { inbox: Inbox; writes: Array<{ idle(): Promise<void> }> } {
  const takes = batcher({ flush: keep, most: 500, bound: 10_000, lanes: 2 });
  // The answer is out by then. After a crash within this time it is given once more.
  const ends = batcher<number>({ flush: finish, most: 1_000, bound: 20_000, lanes: 1, lingerMs: LINGER_MS });

  async function finish(ids: readonly number[]): Promise<void> {
    await sql`update inbox set body = null, handled_at = ${clock.now()}
      where id = any(${ids}::bigint[]) and handled_at is null`.execute(db);
  }

  /**
   * Keeps what is new; gives its keys. The number alone does not tell an update: a bot that was silent for a week, or
   * another bot with this store, counts from anywhere. The same number with another content is another update.
   */
  async function keep(updates: readonly Keyed[]): Promise<Set<string>> {
    const ids = updates.map((update) => update.id);
    const digests = updates.map((update) => update.digest);
    const bodies = updates.map((update) => update.text);
    // In the order of ids, so that two hubs with the same updates can not block each other.
    const { rows } = await sql<{
      id: number;
      digest: string;
    }>`insert into inbox (id, digest, body, taken_at)
      select id, digest, body::json, ${clock.now()}::bigint
      from unnest(${ids}::bigint[], ${digests}::text[], ${bodies}::text[])
        with ordinality as u (id, digest, body, place) order by id, digest, place
      on conflict (id, digest) do nothing returning id, digest`.execute(db);
    return new Set(rows.map(keyOf));
  }

  const inbox: Inbox = {
    async take(updates) {
      if (updates.length === 0) return [];
      const keyed = updates.map(({ id, body }) => {
        const text = JSON.stringify(body ?? null);
        return { id, body, text, digest: hash("md5", text, "base64url") };
      });
      const fresh = await takes.add(keyed);
      // The set is shared with those who took in the same statement: who takes a key out of it has the update.
      return keyed.filter((update) => fresh.delete(keyOf(update))).map(({ id, body }) => ({ id, body }));
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
