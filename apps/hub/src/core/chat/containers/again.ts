/** Why an action is not begun as it was asked for: told in words, or asked again about what there is now. */
import {
  type Container,
  ContainerState,
  type ContainerVerb,
  containerActions,
  containers,
  keptFrom,
  verbsFor,
} from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import type { SeenServer } from "../../ports/people.ts";
import { auditTurn } from "../audit.ts";
import { faultDraft } from "../faults.ts";
import { offers } from "../offered.ts";
import { type Draft, type Turn, text } from "../turn.ts";
import { confirmation, type Meanwhile, unfit, ways } from "./shown.ts";

/** A container as it was seen, and those it was seen among. */
export interface Seen {
  container: Container;
  all: readonly Container[];
}

/** What stands against it already now: its state, its protection, its agent's policy. The agent decides all of it again. */
export async function against(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  { container }: Seen,
): Promise<Draft | undefined> {
  if (!verbsFor[container.state].includes(verb)) return unfit(turn, verb, server, container);
  const { t } = turn;
  const { name, id } = container;
  const refused = (code: string) =>
    auditTurn(turn, `container.${verb}`, server.id, "refused", {
      container: name,
      id: id.slice(0, 12),
      code,
    });
  if (keptFrom(verb, container)) {
    await refused("CONTAINER_PROTECTED");
    const words = text(t("container-kept", { verb, name, server: server.name }));
    return { blocks: [words], buttons: ways(turn, server, container) };
  }
  const command = containerActions[verb];
  const agent = await offers(turn, server.id);
  const offered = agent.of(command);
  if (offered === "yes") return undefined;
  if (offered === "unknown") {
    const fault = new Fault("UNSUPPORTED", `its agent does not know ${command.name}`);
    return faultDraft(turn, fault, { server: server.name, command: command.name });
  }
  await refused("POLICY_REFUSED");
  const policy = command.policy ?? "";
  const values = { policy, line: agent.line(policy) };
  const fault = new Fault("POLICY_REFUSED", `this server does not allow ${policy}`, { values });
  return {
    ...faultDraft(turn, fault, { server: server.name, command: containers.name }),
    buttons: ways(turn, server, container),
  };
}

/** What is other than it was shown; a container renamed since is asked about by its new name. */
function changed(same: Container | undefined, was: string | undefined, is?: string | number): Meanwhile {
  if (same === undefined) return "replaced";
  const before = ContainerState.safeParse(was);
  // It may be back where it was by the time it is looked at.
  const between = ContainerState.safeParse(is);
  const now = before.success && before.data === same.state && between.success ? between.data : same.state;
  return before.success && before.data !== now ? { was: before.data, is: now } : "renamed";
}

/** What there is now in the place of what the person was shown; asked about again where it still fits. */
export function askedAgain(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  shown: { id: string; name: string; state: string | undefined },
  all: readonly Container[],
  is?: string | number,
): Draft {
  const same = all.find(({ id }) => id === shown.id);
  const container = same ?? all.find(({ name }) => name === shown.name);
  if (container === undefined)
    return { blocks: [text(turn.t("containers-gone"))], buttons: ways(turn, server) };
  const meanwhile = changed(same, shown.state, is);
  return verbsFor[container.state].includes(verb)
    ? confirmation(turn, verb, server, { container, all }, meanwhile)
    : unfit(turn, verb, server, container, meanwhile);
}
