/** /help: the commands there are, by what they are for. */
import type { Draft, Turn } from "../turn.ts";
import type { ChatCommand } from "./command.ts";

/** Groups of commands as shown; what is in no group (start) is not shown. */
const GROUPS: ReadonlyArray<{ id: string; names: readonly string[]; admin?: boolean }> = [
  {
    id: "help-readings",
    names: ["status", "cpu", "memory", "disk", "temp", "network", "processes", "uptime", "ping"],
  },
  { id: "help-servers", names: ["servers", "use", "add", "rename_server", "remove_server", "members"] },
  { id: "help-rest", names: ["language", "debug", "help"] },
  { id: "help-admin", names: ["invite", "stats"], admin: true },
];

export function helpBlocks(turn: Turn): Draft["blocks"] {
  const { t, actor } = turn;
  const blocks: Draft["blocks"] = [];
  for (const group of GROUPS) {
    if (group.admin && !actor.person.admin) continue;
    blocks.push({ type: "heading", text: t(group.id) });
    blocks.push({
      type: "facts",
      rows: group.names.map((name) => ({ label: `/${name}`, value: [t(aboutId(name))] })),
    });
  }
  blocks.push({ type: "note", text: [t("help-naming")] });
  return blocks;
}

/** Message id of a command's line in menus. */
export const aboutId = (name: string): string => `${name.replaceAll("_", "-")}-about`;

export const help: ChatCommand = {
  name: "help",
  menu: "all",
  run: (turn) => turn.show({ title: turn.t("start-title"), blocks: helpBlocks(turn) }),
};
