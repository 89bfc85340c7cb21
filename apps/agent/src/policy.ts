/** What this server allows: read from its settings, and the words with which a refusal tells how to change it. */

import type { DockerPolicy } from "@servereye/commands/agent";
import { ContainerName } from "@servereye/commands/agent";
import { nearest } from "./variables.ts";

/** On where SERVEREYE_AGENT_ALLOW is not set at all, and can be taken away by setting it. */
export const DEFAULT_ALLOW: readonly string[] = [
  "containers.start",
  "containers.stop",
  "containers.restart",
  "containers.logs",
];
/** The whole list when nothing is allowed, for who would rather not leave it empty. */
const NOTHING = "none";

const MOST_ACTIONS = 64;
const MOST_ROOTS = 32;
const MOST_PROTECTED = 256;
const ACTION = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;

export interface PolicySettings {
  /** Undefined: not set. Empty: nothing. */
  allow: string | undefined;
  /** Undefined or empty: none. */
  bindRoots: string | undefined;
  protect: string | undefined;
}

/** Adds every fault to `faults`. */
export function policyOf(told: PolicySettings, faults: string[]): DockerPolicy {
  return {
    allow: told.allow === undefined ? DEFAULT_ALLOW : actions(told.allow, faults),
    bindRoots: bindRoots(told.bindRoots ?? "", faults),
    protect: protectedNames(told.protect ?? "", faults),
  };
}

function actions(text: string, faults: string[]): string[] {
  const told = words(text);
  if (told.length === 1 && told[0] === NOTHING) return [];
  if (told.includes(NOTHING))
    faults.push(`SERVEREYE_AGENT_ALLOW: "${NOTHING}" stands alone; leave it out beside actions.`);
  for (const action of told) {
    if (!ACTION.test(action) || action.length > 64)
      faults.push(`SERVEREYE_AGENT_ALLOW: "${action}" is no action; write them like containers.restart.`);
  }
  if (told.length > MOST_ACTIONS) faults.push(`SERVEREYE_AGENT_ALLOW: at most ${MOST_ACTIONS} actions.`);
  return told;
}

/** Divided by commas alone: a folder's name may have spaces. */
function bindRoots(text: string, faults: string[]): string[] {
  const roots = [...new Set(text.split(",").flatMap((part) => part.trim() || []))];
  for (const root of roots) {
    const odd = oddIn(root);
    if (odd !== undefined) faults.push(`SERVEREYE_AGENT_BIND_ROOTS: ${JSON.stringify(root)} ${odd}.`);
  }
  if (roots.length > MOST_ROOTS) faults.push(`SERVEREYE_AGENT_BIND_ROOTS: at most ${MOST_ROOTS} folders.`);
  return roots;
}

function oddIn(root: string): string | undefined {
  if (!root.startsWith("/")) return "is no absolute folder; begin it with /";
  if (root === "/") return "would give away the whole machine; name the folders that are meant";
  if (/[\p{Cc}:]/u.test(root)) return "holds a colon or a control character, which no mount can have";
  if (/\/\/|\/$|(^|\/)\.\.?(\/|$)/.test(root))
    return "is not in its plain form; write it without //, ., .. and the last /";
  return root.length > 1_024 ? "is longer than 1,024 characters" : undefined;
}

function protectedNames(text: string, faults: string[]): string[] {
  const names = words(text);
  for (const name of names) {
    if (!ContainerName.safeParse(name).success)
      faults.push(`SERVEREYE_AGENT_PROTECT: ${JSON.stringify(name)} is no name of a container.`);
  }
  if (names.length > MOST_PROTECTED)
    faults.push(
      `SERVEREYE_AGENT_PROTECT: at most ${MOST_PROTECTED} containers; label the others servereye.protect=true.`,
    );
  return names;
}

/** Names of no action here, each with the nearest that there is. */
export function unknownActions(
  allow: readonly string[],
  known: readonly string[],
): Array<{ action: string; near: string | undefined }> {
  return allow
    .filter((action) => !known.includes(action))
    .map((action) => ({ action, near: nearest(action, known) }));
}

/** Where a changed policy has to be written on this server, and what makes it hold. */
export interface PolicyPlace {
  /** The file; undefined: the environment the agent is started with, which goes before its file. */
  file: string | undefined;
  /** What is to be started again. */
  restart: "service" | "hub" | "agent";
}

/** The values of POLICY_REFUSED: the one line, whole, and what to do with it; `empty`: the list allows nothing at all. */
export const refusalValues = (
  policy: string,
  allow: readonly string[],
  place: PolicyPlace,
): Record<string, string> => ({
  ...{ policy, line: `SERVEREYE_AGENT_ALLOW=${[...allow, policy].join(",")}` },
  ...(allow.length === 0 ? { empty: "yes" } : {}),
  ...placeValues(place),
});

/** What to do with a line, for the refusals of commands that look closer. */
export const placeValues = ({ file, restart }: PolicyPlace): Record<string, string> => ({
  restart,
  ...(file === undefined ? { where: "environment" } : { where: "file", file }),
});

const words = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter((part) => part !== ""))];
