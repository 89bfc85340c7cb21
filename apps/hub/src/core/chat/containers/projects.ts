/** /start_project, /stop_project, ... <project> [server], and their buttons: the whole of a Compose project, in order. */
import {
  CONTAINER_VERBS,
  type Container,
  type ContainerVerb,
  containers,
  MOST_MEMBERS,
  membersFor,
  projectActions,
  projectFits,
  projectsOf,
} from "@servereye/commands/hub";
import type { SeenServer } from "../../ports/people.ts";
import type { ButtonDeed, ChatCommand, Ended } from "../commands/command.ts";
import { meantServer } from "../commands/meant-server.ts";
import { type Deed, mayAct, wouldDo } from "../deed.ts";
import { nearest } from "../nearest.ts";
import { type Draft, type Turn, text } from "../turn.ts";
import { beginWork } from "../work.ts";
import { type Listed, lookedAt } from "./look.ts";
import { membersText, projectConfirmation, projectsToChoose, projectWays } from "./project-shown.ts";
import { verbOf } from "./verb.ts";

const deedOf = (verb: ContainerVerb, project: string): Deed => ({
  what: `project.${verb}`,
  command: projectActions[verb],
  detail: { project },
});

export const projectCommands: readonly ChatCommand[] = CONTAINER_VERBS.map((verb) => ({
  name: projectActions[verb].name,
  menu: "none",
  run: (turn, { words }) => typed(turn, verb, words),
}));

async function typed(turn: Turn, verb: ContainerVerb, words: readonly string[]): Promise<void> {
  const { t } = turn;
  const command = projectActions[verb].name;
  const [reference, ...rest] = words;
  if (reference === undefined) {
    const projects = { kind: "ask" as const, command: containers.name, ask: { projects: true } };
    const server = turn.actor.servers.find(({ id }) => id === turn.actor.chosen) ?? turn.actor.servers[0];
    return turn.show({
      blocks: [text(t("project-usage", { command }))],
      buttons: server
        ? [[{ label: t("containers-projects"), action: { ...projects, serverId: server.id } }]]
        : [],
    });
  }
  const server = await meantServer(turn, rest.join(" "), {
    command,
    words: (serverId) => [reference, serverId],
  });
  if (server === undefined || !(await mayAct(turn, server.id, deedOf(verb, reference)))) return;
  const all = await lookedAt(turn, server, {});
  if (all === undefined) return;
  const names = projectsOf(all.containers).map(({ name }) => name);
  const begun = names.filter((name) => name.toLowerCase().startsWith(reference.toLowerCase()));
  const whole = names.find((name) => name === reference) ?? (begun.length === 1 ? begun[0] : undefined);
  if (all.left === 0 && whole !== undefined) return ask(turn, verb, server, whole, all);
  if (all.left > 0) {
    // Of more containers than are told at once only a whole name says which project is meant.
    const named = await lookedAt(turn, server, { project: reference });
    if (named === undefined) return;
    if (membersOf(named, reference).length > 0) return ask(turn, verb, server, reference, named);
  }
  const near = nearest(reference, names);
  const offered = begun.length > 0 ? begun : near === undefined ? [] : [near];
  await turn.show(projectsToChoose(turn, verb, server, reference, offered));
}

const membersOf = ({ containers: all }: Listed, project: string): Container[] =>
  all.filter((one) => one.project === project);

/** What is about to be done to it, and why not where it can not be. */
async function ask(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  project: string,
  all: Listed,
  changed = false,
): Promise<void> {
  const members = membersOf(all, project);
  const no = await against(turn, verb, server, project, members, all.left);
  if (no === "told") return;
  await turn.show(no ?? projectConfirmation(turn, verb, server, project, members, changed));
}

async function against(
  turn: Turn,
  verb: ContainerVerb,
  server: SeenServer,
  project: string,
  members: readonly Container[],
  left: number,
): Promise<Draft | "told" | undefined> {
  const { t } = turn;
  const why = (id: string): Draft => ({
    blocks: [text(t(id, { verb, project, server: server.name, most: MOST_MEMBERS, left }))],
    buttons: projectWays(turn, server, members.length > 0 ? project : undefined),
  });
  // Who was not told may be one of it: it can neither be shown nor done as a whole.
  if (left > 0) return why("project-untold");
  if (members.length === 0) return why("containers-project-gone");
  if (!projectFits(verb, members)) return why("project-unfit");
  if (membersFor(verb, members).told.length > MOST_MEMBERS) return why("project-many");
  return (await wouldDo(turn, server, deedOf(verb, project))) ? undefined : "told";
}

const pickDeed: ButtonDeed = async (turn, { serverId = "", verb: word, project = "" }): Promise<void> => {
  const verb = verbOf(word);
  const server = await mayAct(turn, serverId, deedOf(verb, project));
  const all = server && (await lookedAt(turn, server, { project }));
  if (server !== undefined && all !== undefined) await ask(turn, verb, server, project, all);
};

/** The confirmed action. What was shown has to be so still, to the last container; else it is asked again. */
const doDeed: ButtonDeed = async (turn, values): Promise<Ended> => {
  const { serverId = "", project = "", members: shown = "[]" } = values;
  const verb = verbOf(values.verb);
  const deed = deedOf(verb, project);
  const server = await mayAct(turn, serverId, deed);
  const all = server && (await lookedAt(turn, server, { project }));
  if (server === undefined || all === undefined) return "refused";
  if (all.left > 0 || membersText(verb, membersOf(all, project)) !== shown) {
    await ask(turn, verb, server, project, all, true);
    return "refused";
  }
  if (!(await wouldDo(turn, server, deed))) return "refused";
  const told: unknown[] = JSON.parse(shown);
  const work = {
    ...{ job: turn.deps.chance.uuid(), kind: deed.command.name, server, about: project, what: deed.what },
  };
  return beginWork(turn, work, deed.command, { project, containers: told }, { project, count: told.length });
};

export const projectDeeds: ReadonlyArray<readonly [string, ButtonDeed]> = [
  ["project.pick", pickDeed],
  ["project.do", doDeed],
];
