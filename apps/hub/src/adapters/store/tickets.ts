/** One-time secrets, and agents that wait to be added by a code: both are taken once, whoever asks at the same time. */
import { AgentFacts, Fault } from "@servereye/contract";
import type { Kysely } from "kysely";
import type { Clock } from "../../core/ports/process.ts";
import type { Tickets, Waiting } from "../../core/ports/servers.ts";
import { isStorable } from "./name.ts";
import { hashOf } from "./secret.ts";
import type { Tables } from "./tables.ts";

/** Expired rows are kept this long, ms, so that a hub whose clock is ahead throws away nothing that is still good. */
const KEPT = 86_400_000;

export function ticketsIn(db: Kysely<Tables>, clock: Clock): Tickets {
  return {
    async issue(secret, ticket, expires) {
      await db
        .with("swept", (cte) => cte.deleteFrom("tickets").where("expires", "<", clock.now() - KEPT))
        .insertInto("tickets")
        .values({
          hash: hashOf(secret),
          kind: ticket.kind,
          issuer: ticket.issuer,
          data: JSON.stringify(ticket.data),
          expires,
          spent_at: null,
        })
        .execute();
    },

    redeem: (kind, secret, now) =>
      // The row's lock lets one of many through; the others then see that it is spent.
      db
        .updateTable("tickets")
        .set({ spent_at: now })
        .where("hash", "=", hashOf(secret))
        .where("kind", "=", kind)
        .where("spent_at", "is", null)
        .where("expires", ">", now)
        .returning(["kind", "issuer", "data"])
        .executeTakeFirst(),

    async revoke(kind, issuer) {
      await db
        .updateTable("tickets")
        .set({ spent_at: clock.now() })
        .where("kind", "=", kind)
        .where("issuer", "is not distinct from", issuer)
        .where("spent_at", "is", null)
        .execute();
    },
  };
}

export function waitingIn(db: Kysely<Tables>, clock: Clock): Waiting {
  return {
    async put(agent) {
      const public_key = Buffer.from(agent.publicKey);
      const row = { public_key, facts: JSON.stringify(agent.facts), expires: agent.expires };
      const kept = await db
        .with("swept", (cte) => cte.deleteFrom("waiting_agents").where("expires", "<", clock.now() - KEPT))
        .insertInto("waiting_agents")
        .values({ code: agent.code, ...row })
        // Nobody takes over a code that another agent shows.
        .onConflict((conflict) =>
          conflict
            .column("code")
            .doUpdateSet(row)
            .where((eb) =>
              eb.or([
                eb("waiting_agents.public_key", "=", public_key),
                eb("waiting_agents.expires", "<=", clock.now()),
              ]),
            ),
        )
        .executeTakeFirstOrThrow();
      if (kept.numInsertedOrUpdatedRows === 0n) throw new Fault("NOT_ALLOWED", "the code is another agent's");
    },

    async take(code, now) {
      if (!isStorable(code)) return undefined;
      const row = await db
        .deleteFrom("waiting_agents")
        .where("code", "=", code)
        .where("expires", ">", now)
        .returning(["code", "public_key", "facts", "expires"])
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { public_key, facts, ...rest } = row;
      return { ...rest, publicKey: new Uint8Array(public_key), facts: AgentFacts.parse(facts) };
    },

    async drop(code) {
      if (!isStorable(code)) return;
      await db.deleteFrom("waiting_agents").where("code", "=", code).execute();
    },
  };
}
