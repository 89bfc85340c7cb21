/** /create_container: step by step, or all of it in one line; nothing is made before its summary was confirmed. */
import { create, RESTARTS } from "@servereye/commands/hub";
import type { AuditEntry } from "../../ports/store.ts";
import type { ButtonDeed, ChatCommand, Ended } from "../commands/command.ts";
import { type Deed, mayAct, wouldDo } from "../deed.ts";
import { faultDraft, noServers } from "../faults.ts";
import type { Typed } from "../parse.ts";
import { type Draft, type DraftButton, type Turn, text } from "../turn.ts";
import { which } from "../which.ts";
import { beginWork } from "../work.ts";
import { answered, backward, clear, completed, nameTaken, onward, servers } from "./answers.ts";
import { type Line, mayHoldValues, readLine } from "./line.ts";
import { wizardDraft } from "./shown.ts";
import { beginWizard, changeWizard, endWizard, type Open, openWizard, STEPS, type State } from "./state.ts";
import { echo, type Wrong } from "./values.ts";
import { askOf, nothing, variablesOf, type Wanted } from "./wanted.ts";

const deedOf = (detail: AuditEntry["detail"] = {}): Deed => ({
  what: "container.create",
  command: create,
  detail,
});

const show = async (turn: Turn, open: Open, wrong?: Wrong): Promise<void> =>
  turn.show(await wizardDraft(turn, open, wrong));

export const createCommand: ChatCommand = {
  name: create.name,
  menu: "none",
  run: async (turn, { rest, words }) => {
    // From a button its words are those that were typed: none.
    const line = rest === "" && words.length > 0 ? words.join(" ") : rest;
    return line === "" ? stepByStep(turn) : inOneLine(turn, line);
  },
};

/** The server that is meant where none is named: the only one, or the one chosen for this chat. */
function usual(turn: Turn): string | undefined {
  const able = servers(turn);
  const { chosen } = turn.actor;
  return able.length === 1 ? able[0]?.id : able.find(({ id }) => id === chosen)?.id;
}

/** Told at once where it would be refused in the end: for want of a right, or by the agent's policy. */
async function possible(turn: Turn, serverId: string | undefined): Promise<boolean> {
  if (turn.actor.servers.length === 0) {
    await turn.show(noServers(turn));
    return false;
  }
  const asked = serverId ?? (servers(turn).length === 0 ? turn.actor.servers[0]?.id : undefined);
  if (asked === undefined) return true;
  const server = await mayAct(turn, asked, deedOf());
  return server !== undefined && (await wouldDo(turn, server, deedOf()));
}

async function stepByStep(turn: Turn): Promise<void> {
  const serverId = usual(turn);
  if (!(await possible(turn, serverId))) return;
  const state: State = {
    wanted: nothing("unless-stopped"),
    at: serverId === undefined ? "server" : "image",
    changing: false,
    ...(serverId === undefined ? {} : { serverId }),
  };
  await show(turn, await beginWizard(turn, state));
}

async function inOneLine(turn: Turn, typed: string): Promise<void> {
  const line = readLine(typed);
  if ("wrong" in line ? mayHoldValues(typed) : variablesOf(line.wanted).length > 0) await hide(turn);
  if ("wrong" in line) return turn.show(lineWrong(turn, line));
  const serverId = serverIdOf(turn, line);
  if (typeof serverId === "object") return turn.show(lineWrong(turn, serverId));
  if (!(await possible(turn, serverId))) return;
  await show(turn, ...(await lined(turn, line.wanted, serverId)));
}

function serverIdOf(turn: Turn, { server }: Line): string | undefined | Wrong {
  if (server === undefined) return usual(turn);
  const found = which(server, turn.actor.servers);
  if (found.kind === "one") return found.server.id;
  return found.kind === "several"
    ? { wrong: "pick-several", values: { reference: echo(server) } }
    : { wrong: "server-unknown", values: { reference: echo(server) } };
}

/** To the summary, or first to the one thing that is missing or taken. */
async function lined(turn: Turn, wanted: Wanted, serverId: string | undefined): Promise<[Open, Wrong?]> {
  if (serverId === undefined) return [await beginWizard(turn, { wanted, at: "server", changing: true })];
  const state = await completed(turn, { wanted, serverId, at: "summary", changing: false });
  const taken = wanted.name === undefined ? undefined : await nameTaken(turn, state, wanted.name);
  if (taken === undefined) return [await beginWizard(turn, state)];
  return [await beginWizard(turn, { ...state, at: "name", changing: true }), taken];
}

const lineWrong = ({ t }: Turn, { wrong, values }: Wrong): Draft => ({
  blocks: [text(`❌ ${t(wrong, values)}`), text(t("wizard-usage")), { type: "code", text: EXAMPLE }],
  buttons: [[stepsButton(t("wizard-steps"))]],
});

const EXAMPLE = [
  "/create_container nginx:1.27",
  "--name web -p 8080:80 -e KEY=value",
  "-v data:/var/lib/x",
  "--restart unless-stopped",
].join("\n  ");

const stepsButton = (label: string): DraftButton => ({
  label,
  action: { kind: "menu", command: create.name, args: [] },
  mine: true,
});

/** Takes the person's message away, since it may hold a secret; says so when it can not. */
async function hide(turn: Turn): Promise<void> {
  try {
    await turn.port.remove(turn.incoming.chat, turn.incoming.messageId);
  } catch (error) {
    turn.deps.log.warn("chat.values_message_kept", { error: String(error) });
    await turn.port.send(turn.incoming.chat, {
      blocks: [text(turn.t("wizard-delete-yourself"))],
      buttons: [],
    });
  }
}

/** `NAME=value` where nobody asked for it, or an option that only this command has. */
const VALUE_LIKE = /^[A-Za-z_]\w*=|(?:^|\s)(?:-e|(?:--|—|–)env)(?=[\s=])/;

/** What could be a variable of a container is taken away also where it came to nothing. True: it was one. */
export async function hideMisplaced(
  turn: Turn,
  { command, rest }: Pick<Typed, "command" | "rest">,
): Promise<boolean> {
  const holds =
    command === create.name ? mayHoldValues(rest) : command === undefined && VALUE_LIKE.test(rest);
  if (holds) await hide(turn);
  return holds;
}

/** The next word of a person who is in the middle of it; false: they are not. */
export async function wizardText(turn: Turn, typed: string): Promise<boolean> {
  const open = await openWizard(turn);
  if (open === undefined) return false;
  if (/^(cancel|отмена)$/i.test(typed)) {
    await ended(turn, open);
    return true;
  }
  const { state } = open;
  if (state.at === "env") await hide(turn);
  const next = await answered(turn, state, typed);
  if ("wrong" in next) {
    // A variable typed at the wrong step is no less a secret.
    if (state.at !== "env" && typed.includes("=")) await hide(turn);
    await show(turn, open, next);
    return true;
  }
  await goOn(turn, open, next);
  return true;
}

async function goOn(turn: Turn, open: Open, next: State): Promise<void> {
  if (next.serverId !== open.state.serverId && !(await possible(turn, next.serverId))) return;
  const changed = await changeWizard(turn, open, await completed(turn, next));
  // Another word came first: the newest state is what there is to answer.
  const now = changed ?? (await openWizard(turn));
  if (now !== undefined) await show(turn, now);
}

/** A button of the wizard: it answers its press itself, since one of an earlier question changes nothing. */
const wizardDeed: ButtonDeed = async (turn, { id, revision, act, value = "" }) => {
  const open = await openWizard(turn);
  if (open === undefined || open.id !== id) return turn.notice(turn.t("wizard-over"), true);
  if (String(open.revision) !== revision) return turn.notice(turn.t("wizard-older"), true);
  await turn.notice("");
  if (act === "end") return ended(turn, open);
  if (act === "show") return show(turn, open);
  const next = await pressed(turn, open.state, act, value);
  return "wrong" in next ? show(turn, open, next) : goOn(turn, open, next);
};

async function pressed(
  turn: Turn,
  state: State,
  act: string | undefined,
  value: string,
): Promise<State | Wrong> {
  const step = STEPS.find((one) => one === value);
  if (act === "next") return onward(state);
  if (act === "back") return backward(state);
  if (act === "clear" && state.at !== "summary") return clear(state, state.at);
  if (act === "change" && step !== undefined) return { ...state, at: step, changing: true };
  if (act === "set") return set(turn, state, value);
  return state;
}

async function set(turn: Turn, state: State, value: string): Promise<State | Wrong> {
  const restart = RESTARTS.find((one) => one === value);
  if (state.at === "restart" && restart !== undefined) return onward(state, { ...state.wanted, restart });
  if (state.at === "server" && servers(turn).some(({ id }) => id === value))
    return onward({ ...state, serverId: value });
  return answered(turn, state, value);
}

async function ended(turn: Turn, open: Open): Promise<void> {
  await endWizard(turn, open);
  await turn.show({ blocks: [text(turn.t("wizard-ended"))] });
}

/** /cancel */
export const cancelCommand: ChatCommand = {
  name: "cancel",
  menu: "none",
  run: async (turn) => {
    const open = await openWizard(turn);
    if (open !== undefined) return ended(turn, open);
    await turn.show({ blocks: [text(turn.t("cancel-nothing"))] });
  },
};

/** The confirmed summary, once. What was said leaves the store with it; where nothing was begun it can be changed still. */
const createDeed: ButtonDeed = async (turn, { serverId = "", id = "", revision }): Promise<Ended> => {
  const { t, deps } = turn;
  const open = await openWizard(turn);
  const over = async (): Promise<Ended> => {
    const words = text(t(open?.id === id ? "wizard-older" : "wizard-over"));
    await turn.show({ blocks: [words], buttons: [[stepsButton(t("wizard-steps"))]] });
    return "refused";
  };
  if (open === undefined || open.id !== id || String(open.revision) !== revision) return over();
  const { wanted } = open.state;
  const detail = { container: wanted.name ?? "", image: wanted.image ?? "" };
  const server = await mayAct(turn, serverId, deedOf(detail));
  if (server === undefined) return "refused";
  const job = deps.chance.uuid();
  const ask = askOf(wanted, job);
  if (open.state.serverId !== serverId || ask === undefined || !(await endWizard(turn, open))) return over();
  const work = { job, kind: create.name, server, about: ask.name, what: "container.create" };
  return beginWork(turn, work, create, ask, detail, async (fault) => {
    const again = await beginWizard(turn, open.state);
    const back: DraftButton = {
      label: t("wizard-to-summary"),
      action: { kind: "do", what: "wizard", values: { id: again.id, revision: "0", act: "show", value: "" } },
      mine: true,
    };
    return { ...faultDraft(turn, fault, { server: server.name, command: create.name }), buttons: [[back]] };
  });
};

export const wizardDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [
  ["wizard", wizardDeed],
  ["wizard.create", createDeed],
];
