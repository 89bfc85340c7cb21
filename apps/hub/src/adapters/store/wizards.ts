/** What persons are in the middle of: one row a person and chat, changed by whoever saw it last. */
import type { Kysely } from "kysely";
import type { Wizard, Wizards } from "../../core/ports/wizards.ts";
import { isStorable } from "./name.ts";
import type { Tables } from "./tables.ts";

const COLUMNS = [
  "id",
  "chat_id as chatId",
  "person_id as personId",
  "kind",
  "steps",
  "revision",
  "expires",
] as const;

export function wizardsIn(db: Kysely<Tables>): Wizards {
  return {
    async begin({ id, chatId, personId, kind, steps, expires }) {
      const row = { id, kind, steps: JSON.stringify(steps), revision: 0, expires };
      await db
        .insertInto("wizards")
        .values({ ...row, chat_id: chatId, person_id: personId })
        .onConflict((conflict) => conflict.columns(["person_id", "chat_id"]).doUpdateSet(row))
        .execute();
    },

    open: (chatId, personId, now): Promise<Wizard | undefined> =>
      db
        .selectFrom("wizards")
        .select(COLUMNS)
        .where("person_id", "=", personId)
        .where("chat_id", "=", chatId)
        .where("expires", ">", now)
        .executeTakeFirst(),

    async change({ id, steps, revision, expires }) {
      const changed = await db
        .updateTable("wizards")
        .set({ steps: JSON.stringify(steps), revision: revision + 1, expires })
        .where("id", "=", id)
        .where("revision", "=", revision)
        .executeTakeFirstOrThrow();
      return changed.numUpdatedRows === 1n;
    },

    async take(id, personId, now) {
      // The id comes with a button, and a button's values are the chat's own; a person's text never gets here.
      if (!isStorable(id)) return undefined;
      const taken = await db
        .deleteFrom("wizards")
        .where("id", "=", id)
        .where("person_id", "=", personId)
        .returning(COLUMNS)
        .executeTakeFirst();
      return taken === undefined || taken.expires <= now ? undefined : taken;
    },

    async sweep(now) {
      const swept = await db.deleteFrom("wizards").where("expires", "<", now).executeTakeFirstOrThrow();
      return Number(swept.numDeletedRows);
    },
  };
}
