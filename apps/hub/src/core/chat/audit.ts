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

/** Notes how something ended that was noted when it was sent. */
export type AuditEnd = (
  result: Exclude<AuditEntry["result"], "begun">,
  more?: AuditEntry["detail"],
) => Promise<void>;

/**
 * Notes that something is sent now, before it is, so that a hub which dies in the middle leaves a trace; gives what
 * notes its end. Rejects when the entry can not be kept: then nothing is to be sent. `run` tells the two entries apart
 * from others: made up unless what is sent has an id of its own.
 */
export async function auditBegun(
  turn: Turn,
  what: string,
  on: string,
  detail: AuditEntry["detail"],
  run = turn.deps.chance.uuid(),
): Promise<AuditEnd> {
  const { clock, store } = turn.deps;
  const entry = { personId: turn.actor.person.id, from: turn.chatKey, what, on };
  const told = { ...detail, run };
  await store.audit.record({ at: clock.now(), ...entry, result: "begun", detail: told });
  return (result, more = {}) => audit(turn.deps, { ...entry, result, detail: { ...told, ...more } });
}
