/** What stands before anything is asked of a server's images: which server, whether the person may, whether it would. */
import type { Command } from "@servereye/contract";
import { Fault } from "@servereye/contract";
import { authorize } from "../../access/authorize.ts";
import type { SeenServer } from "../../ports/people.ts";
import type { AuditEntry } from "../../ports/store.ts";
import { auditTurn } from "../audit.ts";
import { type Again, choose, notOne } from "../commands/not-one.ts";
import { faultDraft, noServers, refusal } from "../faults.ts";
import { offers } from "../offered.ts";
import { type Turn, text } from "../turn.ts";
import { which } from "../which.ts";

/** What is about to be done, as the audit log calls it. */
export interface Deed {
  what: string;
  command: Command;
  detail: AuditEntry["detail"];
}

/** The server a person means by what they typed; undefined when they were shown what to choose from. */
export async function meantServer(turn: Turn, typed: string, again: Again): Promise<SeenServer | undefined> {
  const { t, actor } = turn;
  if (actor.servers.length === 0) {
    await turn.show(noServers(turn));
    return undefined;
  }
  const found = typed === "" ? undefined : which(typed, actor.servers);
  if (found?.kind === "one") return found.server;
  if (found !== undefined) {
    await turn.show(notOne(turn, found, typed, again));
    return undefined;
  }
  const only = actor.servers.length === 1 ? actor.servers[0] : undefined;
  const server = only ?? actor.servers.find(({ id }) => id === actor.chosen);
  if (server === undefined)
    await turn.show(choose(turn, t("pick-which", { command: again.command }), actor.servers, again));
  return server;
}

/** Decided here for every way in; who may not is told so, and the audit log has it. */
export async function mayAct(turn: Turn, serverId: string, deed: Deed): Promise<SeenServer | undefined> {
  const decision = authorize(turn.actor, "server.act", { serverId });
  if (decision.allowed) return decision.server;
  await auditTurn(turn, deed.what, serverId, "refused", deed.detail);
  await turn.show({ blocks: [text(refusal(turn, decision))] });
  return undefined;
}

/** Whether its agent would do it, by its own word; told with the line to change when not. The agent decides again. */
export async function wouldDo(turn: Turn, server: SeenServer, deed: Deed): Promise<boolean> {
  const { command } = deed;
  const agent = await offers(turn, server.id);
  const offered = agent.of(command);
  if (offered === "yes") return true;
  const policy = command.policy ?? "";
  const fault =
    offered === "unknown"
      ? new Fault("UNSUPPORTED", `its agent does not know ${command.name}`)
      : new Fault("POLICY_REFUSED", `this server does not allow ${policy}`, {
          values: { policy, line: agent.line(policy) },
        });
  if (offered === "denied")
    await auditTurn(turn, deed.what, server.id, "refused", { ...deed.detail, code: fault.code });
  await turn.show(faultDraft(turn, fault, { server: server.name, command: command.name }));
  return false;
}
