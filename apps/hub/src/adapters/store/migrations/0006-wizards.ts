/** What persons are in the middle of: rows that live for minutes and can hold secrets, so that no backup has them. */
import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  `create table wizards (
    id text primary key constraint wizards_id check (id <> ''),
    chat_id text not null,
    person_id uuid not null constraint wizards_person references persons on delete cascade,
    kind text not null,
    steps json not null,
    revision integer not null default 0,
    expires bigint not null,
    constraint wizards_one unique (person_id, chat_id)
  )`,
  `create index wizards_by_expiry on wizards (expires)`,
];

export const wizards = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
