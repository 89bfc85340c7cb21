/** What a process of the hub is told: the environment, and `.env` beside the start below it. */
import { readFileSync, statSync } from "node:fs";
import { parseEnv } from "node:util";

/** `.env` beside the start, below what the environment itself says. Gives a warning when others can read it. */
export function environment(): {
  env: Record<string, string | undefined>;
  warning: string | undefined;
} {
  const found = statSync(".env", { throwIfNoEntry: false });
  if (found === undefined) return { env: process.env, warning: undefined };
  const open = (found.mode & 0o077) !== 0;
  return {
    env: { ...parseEnv(readFileSync(".env", "utf8")), ...process.env },
    warning: open
      ? "⚠ Other users of this machine can read .env, and it may hold secrets: chmod 600 .env"
      : undefined,
  };
}
