/** /start_container, /stop_container, ... /remove_container <name> [server], and their buttons. */
import { CONTAINER_VERBS, type ContainerVerb, containerActions } from "@servereye/commands/hub";
import type { ButtonDeed, ChatCommand, Ended } from "../commands/command.ts";
import { mayAct } from "../deed.ts";
import { type Turn, text } from "../turn.ts";
import { act, begin } from "./act.ts";
import { against, askedAgain } from "./again.ts";
import { looked } from "./look.ts";
import { meantContainer } from "./meant.ts";
import { pickButton, ways } from "./shown.ts";
import { deedOf, verbOf } from "./verb.ts";

export const containerCommands: readonly ChatCommand[] = CONTAINER_VERBS.map((verb) => ({
  name: containerActions[verb].name,
  menu: "none",
  run: (turn, typed) => typedAction(turn, verb, typed.words),
}));

async function typedAction(turn: Turn, verb: ContainerVerb, words: readonly string[]): Promise<void> {
  const meant = await meantContainer(turn, words, {
    command: containerActions[verb].name,
    may: ({ id }, reference) => mayAct(turn, id, deedOf(verb, reference)),
    pick: (server) => (one, label) => pickButton(verb, server, one, label),
  });
  if (meant !== undefined) await begin(turn, verb, meant.server, meant);
}

/** A container chosen by its button: the same as by its name. */
const pickDeed: ButtonDeed = async (turn, { serverId = "", verb: word, id = "" }): Promise<Ended> => {
  const verb = verbOf(word);
  const server = await mayAct(turn, serverId, deedOf(verb, id.slice(0, 12)));
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
  const server = await mayAct(turn, serverId, deedOf(verb, name));
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
