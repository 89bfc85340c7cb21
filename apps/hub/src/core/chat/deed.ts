/** What stands before a deed on a server is asked about or done: whether the person may, and whether its agent would. */
import { type Command, Fault, type Role } from "@servereye/contract";
import { authorize, verbFor } from "../access/authorize.ts";
import type { SeenServer } from "../ports/people.ts";
import type { AuditEntry } from "../ports/store.ts";
import { auditTurn } from "./audit.ts";
import { faultDraft, refusal } from "./faults.ts";
import { offers } from "./offered.ts";
import { type Turn, text } from "./turn.ts";

/** What is about to be done, as the audit log calls it. */
export interface Deed {
  what: string;
  command: Command;
  detail: AuditEntry["detail"];
}

/** Whether the person may read there; told when not. */
export async function mayRead(turn: Turn, needs: Role, serverId: string): Promise<SeenServer | undefined> {
  const decision = authorize(turn.actor, verbFor(needs), { serverId });
  if (decision.allowed) return decision.server;
  await turn.show({ blocks: [text(refusal(turn, decision))] });
  return undefined;
}

/** Decided here for every way in; who may not is told so, and the audit log has it. */
export async function mayAct(turn: Turn, serverId: string, deed: Deed): Promise<SeenServer | undefined> {
  const decision = authorize(turn.actor, "server.act", { serverId });
  if (decision.allowed) return decision.server;
  await auditTurn(turn, deed.what, serverId, "refused", deed.detail);
  await turn.show({ blocks: [text(refusal(turn, decision))] });
  return undefined;
}

/** Why its agent would not do it, by its own word, with the line to change where that is one. The agent decides again. */
export async function wouldNot(turn: Turn, server: SeenServer, deed: Deed): Promise<Fault | undefined> {
  const { command } = deed;
  const agent = await offers(turn, server.id);
  const offered = agent.of(command);
  if (offered === "yes") return undefined;
  if (offered === "unknown") return new Fault("UNSUPPORTED", `its agent does not know ${command.name}`);
  const policy = command.policy ?? "";
  const values = { policy, line: agent.line(policy), empty: agent.empty ? "yes" : "no" };
  const fault = new Fault("POLICY_REFUSED", `this server does not allow ${policy}`, { values });
  await auditTurn(turn, deed.what, server.id, "refused", { ...deed.detail, code: fault.code });
  return fault;
}

/** Whether its agent would do it; the person is told when not. */
export async function wouldDo(turn: Turn, server: SeenServer, deed: Deed): Promise<boolean> {
  const fault = await wouldNot(turn, server, deed);
  if (fault === undefined) return true;
  await turn.show(faultDraft(turn, fault, { server: server.name, command: deed.command.name }));
  return false;
}
