/** Why an action is not begun as it was asked for: told in words, or asked again about what there is now. */
import {
  type Container,
  ContainerState,
  type ContainerVerb,
  containerActions,
  containers,
  keptBy,
  keptFrom,
  verbsFor,
} from "@servereye/commands/hub";
import type { SeenServer } from "../../ports/people.ts";
import { auditTurn } from "../audit.ts";
import { wouldNot } from "../deed.ts";
import { faultDraft } from "../faults.ts";
import { type Draft, type Turn, text } from "../turn.ts";
import { confirmation, type Meanwhile, unfit, ways } from "./shown.ts";
import { deedOf } from "./verb.ts";

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
  const deed = deedOf(verb, name, id);
  if (keptFrom(verb, container)) {
    await auditTurn(turn, deed.what, server.id, "refused", { ...deed.detail, code: "CONTAINER_PROTECTED" });
    const words = text(t("container-kept", { verb, name, server: server.name, ...keptBy(container) }));
    return { blocks: [words], buttons: ways(turn, server, container) };
  }
  const fault = await wouldNot(turn, server, deed);
  if (fault === undefined) return undefined;
  // That its agent does not do it is told of containers as such; that it can not, of the action.
  const command = fault.code === "UNSUPPORTED" ? containerActions[verb].name : containers.name;
  const told = faultDraft(turn, fault, { server: server.name, command });
  return fault.code === "UNSUPPORTED" ? told : { ...told, buttons: ways(turn, server, container) };
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
