/** Small values that all hubs share. */
import { type Kysely, sql } from "kysely";
import type { Settings } from "../../core/ports/store.ts";
import type { Tables } from "./tables.ts";

export function settingsIn(db: Kysely<Tables>): Settings {
  return {
    async get(key) {
      const row = await db.selectFrom("settings").select("value").where("key", "=", key).executeTakeFirst();
      return row?.value;
    },

    async set(key, value) {
      await db
        .insertInto("settings")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
        .execute();
    },

    async setOnce(key, value) {
      // The update to the value that is there already waits for a rival and then gives what it wrote.
      const { value: kept } = await db
        .insertInto("settings")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: sql`settings.value` }))
        .returning("value")
        .executeTakeFirstOrThrow();
      return kept;
    },
  };
}
