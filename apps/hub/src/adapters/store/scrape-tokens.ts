/** Scrape tokens, found by the hash of their secret. */
import { type Kysely, sql } from "kysely";
import type { ChannelName } from "../../core/ports/people.ts";
import type { ScrapeTokens } from "../../core/ports/scrape.ts";
import { hashOf } from "./secret.ts";
import type { Tables } from "./tables.ts";

export function scrapeTokensIn(db: Kysely<Tables>): ScrapeTokens {
  return {
    async make(secret, { account, serverId }, now) {
      await sql`insert into scrape_tokens (hash, channel, external_id, server_id, made)
        values (${hashOf(secret)}, ${account.channel}, ${account.externalId}, ${serverId}, ${now})
        on conflict on constraint scrape_tokens_one do update set hash = excluded.hash, made = excluded.made`.execute(
        db,
      );
    },

    async find(secret) {
      const { rows } = await sql<{ channel: ChannelName; externalId: string; serverId: string | null }>`
        select channel, external_id as "externalId", server_id as "serverId"
        from scrape_tokens where hash = ${hashOf(secret)}`.execute(db);
      const [row] = rows;
      if (row === undefined) return undefined;
      const { channel, externalId, serverId } = row;
      return { account: { channel, externalId }, serverId };
    },

    async revoke(personId) {
      const done = await sql`delete from scrape_tokens t using accounts a
        where a.channel = t.channel and a.external_id = t.external_id and a.person_id = ${personId}`.execute(
        db,
      );
      return Number(done.numAffectedRows ?? 0n);
    },
  };
}
