/** Buttons that were shown: saved many at once, found and spent by their token. */
import { SERVER_ID } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import type { ButtonAction, Buttons, StoredButton } from "../../core/ports/buttons.ts";
import type { Clock } from "../../core/ports/process.ts";
import { type Batcher, batcher } from "./batch.ts";
import { isStorable } from "./name.ts";
import type { Tables } from "./tables.ts";

export function buttonsIn(
  db: Kysely<Tables>,
  clock: Clock,
): { buttons: Buttons; saves: Pick<Batcher<StoredButton>, "idle"> } {
  const saves = batcher<StoredButton>({
    flush: (batch) => save(db, batch),
    most: 1_000,
    bound: 20_000,
    // One at a time: what comes meanwhile goes together, and takes less of everybody's time than side by side.
    lanes: 1,
  });
  const buttons: Buttons = {
    async save(batch) {
      if (batch.length > 0) await saves.add(batch);
    },

    async find(token) {
      // A press can carry any bytes: what the store can not hold, it does not hold.
      if (!isStorable(token)) return undefined;
      return db
        .selectFrom("buttons")
        .select(["token", "chat_id as chatId", "person_id as personId", "action", "expires", "once"])
        .where("token", "=", token)
        .executeTakeFirst();
    },

    async spend(token) {
      if (!isStorable(token)) return false;
      const spent = await db
        .updateTable("buttons")
        .set({ spent_at: clock.now() })
        .where("token", "=", token)
        .where("spent_at", "is", null)
        .executeTakeFirstOrThrow();
      return spent.numUpdatedRows === 1n;
    },

    async end(token, outcome) {
      await db
        .updateTable("buttons")
        .set({ outcome })
        .where("token", "=", token)
        .where("spent_at", "is not", null)
        .execute();
    },

    async outcome(token) {
      const row = await db
        .selectFrom("buttons")
        .select(["outcome", "spent_at"])
        .where("token", "=", token)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return row.spent_at === null ? "unspent" : (row.outcome ?? "unnoted");
    },

    async sweep(now) {
      const swept = await db.deleteFrom("buttons").where("expires", "<", now).executeTakeFirstOrThrow();
      return Number(swept.numDeletedRows);
    },
  };
  return { buttons, saves };
}

/**
 * One INSERT for all. A button for a server that was removed meanwhile is left out, so that it does not fail the
 * buttons of others; pressed, it is unknown, as it would be had it been saved before the removal.
 */
async function save(db: Kysely<Tables>, batch: readonly StoredButton[]): Promise<void> {
  const column = <T>(of: (button: StoredButton) => T): T[] => batch.map(of);
  const servers = column((button) => serverOf(button.action));
  await sql`with present as materialized (
      select id from servers where id = any(${servers}::text[]) order by id for key share
    )
    insert into buttons (token, chat_id, person_id, server_id, action, expires, once)
    select token, chat_id, person_id, server_id, action::json, expires, once
    from unnest(
      ${column((button) => button.token)}::text[],
      ${column((button) => button.chatId)}::text[],
      ${column((button) => button.personId)}::uuid[],
      ${servers}::text[],
      ${column((button) => JSON.stringify(button.action))}::text[],
      ${column((button) => button.expires)}::bigint[],
      ${column((button) => button.once)}::boolean[]
    ) as u (token, chat_id, person_id, server_id, action, expires, once)
    where server_id is null or server_id in (select id from present)`.execute(db);
}

/** The server an action is about: of a "do" its value `serverId`. */
function serverOf(action: ButtonAction): string | null {
  const named =
    action.kind === "ask" ? action.serverId : action.kind === "do" ? action.values.serverId : undefined;
  return named !== undefined && SERVER_ID.test(named) ? named : null;
}
