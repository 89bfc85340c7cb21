/** /start_container, /stop_container, ... /remove_container <name> [server], and their buttons. */
import {
  CONTAINER_VERBS,
  type Container,
  ContainerName,
  type ContainerVerb,
  containerActions,
  containers,
} from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { authorize } from "../../access/authorize.ts";
import type { SeenServer } from "../../ports/people.ts";
import { auditTurn } from "../audit.ts";
import type { ButtonDeed, ChatCommand } from "../commands/command.ts";
import { choose, notOne } from "../commands/not-one.ts";
import { noServers, refusal } from "../faults.ts";
import { type Turn, text } from "../turn.ts";
import { which } from "../which.ts";
import { act, begin, type Ended } from "./act.ts";
import { against, askedAgain } from "./again.ts";
import { findContainer } from "./find.ts";
import { looked } from "./look.ts";
import { none, pickButton, several, ways } from "./shown.ts";

export const containerCommands: readonly ChatCommand[] = CONTAINER_VERBS.map((verb) => ({
  name: containerActions[verb].name,
  menu: "none",
  run: (turn, typed) => typedAction(turn, verb, typed.words),
}));

async function typedAction(turn: Turn, verb: ContainerVerb, words: readonly string[]): Promise<void> {
  const { t, actor } = turn;
  const { name: command } = containerActions[verb];
  if (actor.servers.length === 0) return turn.show(noServers(turn));
  const [reference, ...rest] = words;
  if (reference === undefined || !ContainerName.safeParse(reference).success) {
    const list = { kind: "menu" as const, command: containers.name, args: rest };
    return turn.show({
      blocks: [text(t(reference === undefined ? "container-usage" : "container-no-name", { command }))],
      buttons: [[{ label: t("containers-all"), action: list }]],
    });
  }
  const again = { command, words: (serverId: string) => [reference, serverId] };
  const typed = rest.join(" ");
  const found = typed === "" ? undefined : which(typed, actor.servers);
  if (found !== undefined && found.kind !== "one") return turn.show(notOne(turn, found, typed, again));
  const only = actor.servers.length === 1 ? actor.servers[0] : undefined;
  const server = found?.server ?? only ?? actor.servers.find(({ id }) => id === actor.chosen);
  if (server === undefined)
    return turn.show(choose(turn, t("pick-which", { command }), actor.servers, again));
  if (!(await allowed(turn, verb, server.id, reference))) return;
  const all = await looked(turn, server, { beginning: reference });
  if (all === undefined) return;
  const meant = findContainer(reference, all);
  const pick = (one: Container, label: string) => pickButton(verb, server, one, label);
  if (meant.kind === "several") return turn.show(several(turn, server, reference, meant.containers, pick));
  if (meant.kind === "none") return turn.show(none(turn, server, reference, meant.near, pick));
  await begin(turn, verb, server, { container: meant.container, all });
}

/** Decided here for every way in; who may not is told so, and the audit log has it. */
async function allowed(
  turn: Turn,
  verb: ContainerVerb,
  serverId: string,
  container: string,
): Promise<SeenServer | undefined> {
  const decision = authorize(turn.actor, "server.act", { serverId });
  if (decision.allowed) return decision.server;
  await auditTurn(turn, `container.${verb}`, serverId, "refused", { container });
  await turn.show({ blocks: [text(refusal(turn, decision))] });
  return undefined;
}

const verbOf = (word: string | undefined): ContainerVerb => {
  const verb = CONTAINER_VERBS.find((known) => known === word);
  if (verb === undefined) throw new Fault("INTERNAL", "a stored button names no action on containers");
  return verb;
};

/** A container chosen by its button: the same as by its name. */
const pickDeed: ButtonDeed = async (turn, { serverId = "", verb: word, id = "" }): Promise<Ended> => {
  const verb = verbOf(word);
  const server = await allowed(turn, verb, serverId, id.slice(0, 12));
  const all = server && (await looked(turn, server, { id }));
  if (server === undefined || all === undefined) return "refused";
  const container = all.find((one) => one.id === id);
  if (container !== undefined) return begin(turn, verb, server, { container, all });
  await turn.show({ blocks: [text(turn.t("containers-gone"))], buttons: ways(turn, server) });
  return "refused";
};

/** The confirmed action. The right is decided again, and what was shown has to be so still; else it is asked again. */
const doDeed: ButtonDeed = async (turn, values): Promise<Ended> => {
  const { serverId = "", id = "", name = "", state } = values;
  const verb = verbOf(values.verb);
  const server = await allowed(turn, verb, serverId, name);
  const all = server && (await looked(turn, server, { id }));
  if (server === undefined || all === undefined) return "refused";
  const container = all.find((one) => one.id === id && one.name === name && one.state === state);
  if (container === undefined) {
    await turn.show(askedAgain(turn, verb, server, { id, name, state }, all));
    return "refused";
  }
  const no = await against(turn, verb, server, { container, all });
  if (no === undefined) return act(turn, verb, server, container);
  await turn.show(no);
  return "refused";
};

export const containerDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [
  ["container.pick", pickDeed],
  ["container.do", doDeed],
];
