/** /help: the commands there are, by what they are for. */
import {
  CONTAINER_VERBS,
  containerActions,
  containers,
  create,
  images,
  inspect,
  projectActions,
  prune,
  pull,
  statsContainer,
  top,
  update,
} from "@servereye/commands/hub";
import type { Draft, Turn } from "../turn.ts";
import type { ChatCommand } from "./command.ts";

const CONTAINERS = [
  ...[containers.name, top.name, statsContainer.name, inspect.name],
  ...CONTAINER_VERBS.map((verb) => containerActions[verb].name),
];
const PROJECTS = CONTAINER_VERBS.map((verb) => projectActions[verb].name);

interface Group {
  id: string;
  names: readonly string[];
  admin?: boolean;
  /** Shown to those alone of whose servers one is online that knows this command. */
  first?: string;
}

/** Groups of commands as shown; what is in no group (start) is not shown. */
const GROUPS: readonly Group[] = [
  {
    id: "help-readings",
    names: [
      "status",
      "cpu",
      "memory",
      "disk",
      "temp",
      "network",
      "processes",
      "uptime",
      "ping",
      "chart",
      "overview",
      "top_servers",
      "export",
    ],
  },
  { id: "help-containers", names: CONTAINERS, first: containers.name },
  { id: "help-projects", names: PROJECTS, first: projectActions.start.name },
  {
    id: "help-images",
    names: [images.name, pull.name, create.name, update.name, prune.name],
    first: pull.name,
  },
  {
    id: "help-servers",
    names: ["servers", "use", "add", "rename_server", "remove_server", "members", "audit", "prometheus"],
  },
  { id: "help-rest", names: ["language", "cancel", "debug", "help"] },
  { id: "help-admin", names: ["invite", "stats"], admin: true },
];

export async function helpBlocks(turn: Turn): Promise<Draft["blocks"]> {
  const { t, actor } = turn;
  const blocks: Draft["blocks"] = [];
  const known = await knownTo(turn);
  // Agents of the Go original do some of a group alone.
  const namesIn = ({ names, first }: Group) =>
    first === undefined ? names : names.filter((name) => known.has(name));
  for (const group of GROUPS) {
    if (group.admin && !actor.person.admin) continue;
    if (group.first !== undefined && !known.has(group.first)) continue;
    blocks.push({ type: "heading", text: t(group.id) });
    blocks.push({
      type: "facts",
      rows: namesIn(group).map((name) => ({ label: `/${name}`, value: [t(aboutId(name))] })),
    });
  }
  blocks.push({ type: "note", text: [t("help-naming")] });
  return blocks;
}

/** Commands that the agents of the person's servers know that are online. */
async function knownTo({ actor, deps }: Turn): Promise<Set<string>> {
  try {
    const presence = await deps.fleet.presenceOf(actor.servers.map(({ id }) => id));
    return new Set([...presence.values()].flatMap(({ facts }) => facts.commands));
  } catch (error) {
    // Help without a group is help still; what is in it can be typed all the same.
    deps.log.info("chat.help_shortened", { error: String(error) });
    return new Set();
  }
}

/** Message id of a command's line in menus. */
export const aboutId = (name: string): string => `${name.replaceAll("_", "-")}-about`;

export const help: ChatCommand = {
  name: "help",
  menu: "all",
  run: async (turn) => turn.show({ title: turn.t("start-title"), blocks: await helpBlocks(turn) }),
};
