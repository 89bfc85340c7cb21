/** Work that is done wholly or not at all, also when it is part of more. */
import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** Runs it in a transaction: in the one `db` is, or in one of its own. */
export function whole<T>(db: Kysely<Tables>, run: (trx: Kysely<Tables>) => Promise<T>): Promise<T> {
  return db.isTransaction ? run(db) : db.transaction().execute(run);
}
