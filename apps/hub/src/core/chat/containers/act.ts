/** Starts, stops, restarts or removes one container: asked about first where it hurts, sent once, told as it is known. */
import {
  actionDeadlineMs,
  asksFirst,
  type Container,
  type ContainerVerb,
  containerActions,
  containers,
} from "@servereye/commands/hub";
import { type AnswerOf, Fault } from "@servereye/contract";
import { mayHaveActed } from "../../fleet/acted.ts";
import type { SeenServer } from "../../ports/people.ts";
import { type AuditEnd, auditBegun } from "../audit.ts";
import type { Ended } from "../commands/command.ts";
import { faultDraft } from "../faults.ts";
import { type Draft, note, showAnyway, type Turn, text } from "../turn.ts";
import { against, askedAgain, type Seen } from "./again.ts";
import { lookAgain, lookAround } from "./look.ts";
import { confirmation, ended, ways } from "./shown.ts";
import { deedOf } from "./verb.ts";

/** The container is known, and its state is: start at once, ask before anything else. */
export async function begin(turn: Turn, verb: ContainerVerb, server: SeenServer, seen: Seen): Promise<Ended> {
  const no = await against(turn, verb, server, seen);
  if (no === undefined && !asksFirst(verb)) return act(turn, verb, server, seen.container);
  await turn.show(no ?? confirmation(turn, verb, server, seen));
  return "refused";
}

/** The one message. Whatever becomes of it, it is not sent again, and the audit log has how it ended. */
export async function act(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  container: Pick<Container, "id" | "name" | "state" | "stopSeconds">,
): Promise<Ended> {
  const { t, deps } = turn;
  const { id, name, state } = container;
  const command = containerActions[verb];
  turn.meanwhile({
    blocks: [note(t("container-doing", { verb, name, server: server.name }))],
    // Should this hub die before the end, they are the way on.
    buttons: ways(turn, server, container),
  });
  let audit: AuditEnd;
  try {
    const { what, detail } = deedOf(verb, name, id);
    audit = await auditBegun(turn, what, server.id, { verb, ...detail });
  } catch (error) {
    // What leaves no trace is not done.
    await turn.show(faultDraft(turn, Fault.of(error), { server: server.name }));
    return "refused";
  }
  let done: AnswerOf<(typeof containerActions)[ContainerVerb]>;
  try {
    const { answer } = await deps.fleet.ask({
      server: { id: server.id },
      command,
      ask: { id, name, seen: state },
      deadlineMs: actionDeadlineMs(verb, container),
    });
    done = answer as typeof done;
  } catch (error) {
    return failed(turn, verb, server, container, Fault.of(error), audit);
  }
  await audit("done");
  const words = [text(t("container-done", { verb, name, server: server.name }))];
  await showAnyway(turn, ended(turn, server, words, done, await lookAgain(turn, server, id)));
  return "done";
}

async function failed(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  seen: Pick<Container, "id" | "name" | "state">,
  fault: Fault,
  audit: AuditEnd,
): Promise<Ended> {
  const { t } = turn;
  const { id, name } = seen;
  const unknown = mayHaveActed(fault);
  await audit(unknown ? "unknown" : "failed", { code: fault.code });
  if (!unknown && fault.code === "CONTAINER_CHANGED") {
    const all = await lookAround(turn, server, { id });
    const told = all && askedAgain(turn, verb, server, seen, all, fault.values.is);
    await showAnyway(turn, told ?? faultDraft(turn, fault, { server: server.name }));
    return "refused";
  }
  // What the agent tells to have failed may have begun, and what nobody answered may have been done.
  const looked = unknown || fault.code === "CONTAINER_ACTION_FAILED" || fault.code === "CONTAINER_NOT_FOUND";
  const told: Draft = unknown
    ? { blocks: [text(t("container-unsure", { verb, name, server: server.name }))] }
    : faultDraft(turn, fault, {
        server: server.name,
        // That its agent does not do it is told of containers as such.
        command: fault.code === "UNSUPPORTED" ? containers.name : containerActions[verb].name,
      });
  const draft = looked
    ? ended(turn, server, told.blocks, { said: "" }, await lookAgain(turn, server, id))
    : told;
  await showAnyway(turn, draft);
  return looked ? "unknown" : "refused";
}
