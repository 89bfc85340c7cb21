/** How what a single-use button stands for has ended, so that a second press is told what is known. */
import { type Kysely, sql } from "kysely";

export const outcomes = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table buttons add column outcome text
      constraint buttons_outcome check (outcome in ('done', 'refused', 'cancelled'))`.execute(db);
  },
};
