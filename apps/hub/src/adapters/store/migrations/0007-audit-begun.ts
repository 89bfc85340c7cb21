/** Lets the audit log say that something was sent, before anybody knows how it ends. */
import { type Kysely, sql } from "kysely";

export const auditBegun = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`alter table audit
      drop constraint audit_result,
      add constraint audit_result
        check (result in ('begun', 'done', 'failed', 'refused', 'expired', 'unknown'))`.execute(db);
  },
};
