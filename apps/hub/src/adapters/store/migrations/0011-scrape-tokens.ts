/** Tokens with which a Prometheus reads samples for a person: by hash, and gone with the account or the server. */
import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  // server_id: null for every server that the account may see.
  `create table scrape_tokens (
    hash bytea primary key constraint scrape_tokens_hash check (octet_length(hash) = 32),
    channel text not null,
    external_id text not null,
    server_id text constraint scrape_tokens_server references servers on delete cascade,
    made bigint not null,
    constraint scrape_tokens_account foreign key (channel, external_id)
      references accounts (channel, external_id) on delete cascade,
    constraint scrape_tokens_one unique nulls not distinct (channel, external_id, server_id)
  )`,
];

export const scrapeTokens = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
