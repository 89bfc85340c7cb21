/** Which commands to offer while somebody types, and which ones as chips. */
import type { CommandHint } from "@servereye/contract";

const MOST = 8;

/** Commands for a text that begins with `/` and has no space yet: those that begin so first, then those that hold it. */
export function suggestions(text: string, hints: readonly CommandHint[]): CommandHint[] {
  const typed = /^\/(\S*)$/.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined) return [];
  const begins = hints.filter(({ name }) => name.startsWith(typed));
  const holds = hints.filter(({ name }) => !name.startsWith(typed) && name.includes(typed));
  return [...begins, ...holds].slice(0, typed === "" ? hints.length : MOST);
}

/** What is asked most, in the order of the row. */
const CHIPS = [
  "status",
  "cpu",
  "memory",
  "disk",
  "temp",
  "network",
  "processes",
  "uptime",
  "servers",
  "help",
];

export function chips(hints: readonly CommandHint[]): string[] {
  return CHIPS.filter((name) => hints.some((hint) => hint.name === name));
}

/** Walking through what was written before: `step` -1 is older. Past the newest there is an empty line. */
export function recall(
  written: readonly string[],
  place: number | undefined,
  step: 1 | -1,
): { place: number | undefined; text: string } {
  const next = (place ?? written.length) + step;
  if (written.length === 0 || next >= written.length) return { place: undefined, text: "" };
  const at = Math.max(0, next);
  return { place: at, text: written[at] ?? "" };
}
