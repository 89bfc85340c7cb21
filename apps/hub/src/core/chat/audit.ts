/** The audit log as the chat writes it: what was done stays done, also when the record of it can not be kept. */
import type { AuditEntry } from "../ports/store.ts";
import type { ChatDeps } from "./deps.ts";
import type { Turn } from "./turn.ts";

/** Records it; a store that fails now is told to the log, since "nothing was changed" would be a lie to the person. */
export async function audit(deps: ChatDeps, entry: Omit<AuditEntry, "at">): Promise<void> {
  try {
    await deps.store.audit.record({ at: deps.clock.now(), ...entry });
  } catch (error) {
    deps.log.error("audit.lost", { what: entry.what, on: entry.on, result: entry.result, error });
  }
}

/** Records what the person of this turn did. */
export const auditTurn = (
  turn: Turn,
  what: string,
  on: string | null,
  result: AuditEntry["result"],
  detail: AuditEntry["detail"] = {},
): Promise<void> =>
  audit(turn.deps, { personId: turn.actor.person.id, from: turn.chatKey, what, on, result, detail });
