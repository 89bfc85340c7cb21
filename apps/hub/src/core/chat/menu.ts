/** The command menu that channels show, in each language. */
import { readings } from "@servereye/commands/hub";
import type { MenuEntry } from "../ports/chat.ts";
import { chatCommands } from "./commands/all.ts";
import { aboutId } from "./commands/help.ts";
import { type Language, translator } from "./translate.ts";

/** Order of the menu: what is asked most comes first; names not here follow after. */
const FIRST = [
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
  "containers",
  "images",
  "servers",
  "use",
  "add",
];

export function menuFor(language: Language, who: "all" | "admin"): MenuEntry[] {
  const t = translator(language);
  const own = [...chatCommands.values()]
    .filter((command) => command.menu === "all" || (who === "admin" && command.menu === "admin"))
    .map((command) => command.name);
  // Pressed in a menu a command has no words: what needs a container's name is come to by its card.
  const shown = readings.filter(({ menu, named }) => menu !== "none" && named !== true);
  const names = [...new Set([...shown.map(({ command }) => command.name), "status", ...own])];
  const rank = (name: string) => (FIRST.indexOf(name) + FIRST.length + 1) % (FIRST.length + 1);
  names.sort((a, b) => rank(a) - rank(b));
  return names.map((name) => ({ name, about: t(aboutId(name)) }));
}
