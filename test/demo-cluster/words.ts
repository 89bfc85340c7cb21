/** What a person reads of the cluster. */
import { relative } from "node:path";
import type { Programs } from "./engines.ts";
import type { Part } from "./part.ts";

export interface Row {
  part: Part;
  where: string;
}

const near = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
};

export function greeting(o: {
  programs: Programs;
  folder: string;
  /** The folder of the hub whose terminal is named. */
  terminal: string;
  page: string | undefined;
  publicUrl: string;
  telegram: readonly string[];
  rows: readonly Row[];
  seconds: number;
}): string {
  const row = (label: string, text: string) => `  ${label.padEnd(12)}${text}`;
  const victim = o.rows.find(({ part }) => part.name === "hub-2");
  return [
    "",
    `👁 A cluster on this machine (${o.seconds.toFixed(1)} s): three hubs, PostgreSQL ${o.programs.postgres.major}, Redis, haproxy`,
    "",
    row("Page", o.page ?? o.publicUrl),
    ...(o.page === undefined ? [] : [row("", "this link works once, for an hour")]),
    row("Terminal", `SERVEREYE_DATA_DIR=${near(o.terminal)} npx servereye chat`),
    ...(o.telegram.length > 0
      ? // As the hub has them: a label of ten characters, then the text.
        o.telegram.map((line) => row(line.slice(2, 12).trimEnd(), line.slice(12)))
      : [row("Telegram", "off; start it with TELEGRAM_BOT_TOKEN set")]),
    row("Folder", `${near(o.folder)}, with a log for each part; the next start goes on from it`),
    "",
    row("part", `${"process".padEnd(9)}where`),
    ...o.rows.map(({ part, where }) => row(part.name, `${String(part.pid ?? "-").padEnd(9)}${where}`)),
    "",
    `Ask /memory at the page, then: kill -9 ${victim?.part.pid ?? "PID"}  (hub-2, or any other), and ask again.`,
    "What is killed comes back after 10 s. Ctrl-C stops everything.",
    "",
  ].join("\n");
}

/** One line, whatever is missing. */
export const missing = (packages: readonly string[]): string =>
  `Not here: ${packages.join(", ")}. On Debian or Ubuntu: sudo apt-get install -y ${packages.join(" ")}`;
