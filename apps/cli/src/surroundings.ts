/** Where things are: the settings as the hub will read them, its data folder, and the programs to start. */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";

export type Env = Readonly<Record<string, string | undefined>>;

/** `.env` beside the start, below what the environment itself says: as the hub reads it. */
export function settings(): Env {
  if (!existsSync(".env")) return process.env;
  return { ...parseEnv(readFileSync(".env", "utf8")), ...process.env };
}

export const dataFolder = (env: Env): string => resolve(env.SERVEREYE_DATA_DIR?.trim() || "./data");

const apps = join(import.meta.dirname, "../..");

export const HUB_PROGRAM = join(apps, "hub/src/main.ts");

/**
 * Options of the hub's Node. Young objects get 2 × 16 MiB: left alone, Node 24 takes 2 × 64 MiB on a large machine,
 * which thousands of agents that come at once fill for good.
 */
export const HUB_NODE: readonly string[] = ["--max-semi-space-size=16"];

/**
 * Options of the agent's Node: young objects get 2 × 2 MiB. Left alone, a long log makes Node take 2 × 16 MiB and more,
 * for good. The install script gives the same ones.
 */
export const AGENT_NODE: readonly string[] = ["--max-semi-space-size=2"];

/** Backup and restore are the hub's own: it alone knows the store. */
export const BACKUP_PROGRAM = join(apps, "hub/src/backup-main.ts");

/** The agent's one file where it was built, its sources otherwise. */
export function agentProgram(): string {
  const bundle = join(apps, "agent/dist/agent.mjs");
  return existsSync(bundle) ? bundle : join(apps, "agent/src/main.ts");
}

/** The person's language as a locale, from the terminal's variables; English with a clock of 24 hours where they say nothing. */
export function localeOf(env: Env): string {
  const named = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  const tag = named.split(/[.@]/)[0]?.replaceAll("_", "-") ?? "";
  try {
    return Intl.getCanonicalLocales(tag === "" || /^(C|POSIX)$/.test(tag) ? "en-GB" : tag)[0] ?? "en-GB";
  } catch {
    // A variable that names no language at all.
    return "en-GB";
  }
}
