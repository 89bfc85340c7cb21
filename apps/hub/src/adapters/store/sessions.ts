/** Sessions of the page, found by the hash of their secret. */
import type { Kysely } from "kysely";
import type { Clock } from "../../core/ports/process.ts";
import type { Sessions } from "../../core/ports/store.ts";
import { hashOf } from "./secret.ts";
import type { Tables } from "./tables.ts";

/** Expired sessions are kept this long, ms, against hubs whose clocks differ. */
const KEPT = 86_400_000;

export function sessionsIn(db: Kysely<Tables>, clock: Clock): Sessions {
  return {
    async start(secret, account, expires) {
      await db
        .with("swept", (cte) => cte.deleteFrom("sessions").where("expires", "<", clock.now() - KEPT))
        .insertInto("sessions")
        .values({
          hash: hashOf(secret),
          channel: account.channel,
          external_id: account.externalId,
          expires,
        })
        .execute();
    },

    find: (secret, now) =>
      db
        .selectFrom("sessions")
        .select(["channel", "external_id as externalId"])
        .where("hash", "=", hashOf(secret))
        .where("expires", ">", now)
        .executeTakeFirst(),

    async end(secret) {
      await db.deleteFrom("sessions").where("hash", "=", hashOf(secret)).execute();
    },
  };
}
