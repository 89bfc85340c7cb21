/** Lets old entries of the audit log go, by a transaction that says so; everything else about it stays refused. */
import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  `create or replace function audit_is_append_only() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' and current_setting('servereye.audit_trim', true) = 'on' then
        return null;
      end if;
      raise exception 'the audit log is append only' using errcode = 'insufficient_privilege';
    end
  $$`,
  `create index audit_by_age on audit (at)`,
];

export const auditTrim = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
