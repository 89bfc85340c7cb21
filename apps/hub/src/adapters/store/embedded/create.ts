/** Making a new data folder for PostgreSQL, whole or not at all. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Account, lendPath, quietEnvironment } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { StoreStartFault } from "./fault.ts";

/** The one role and the one database of the private PostgreSQL. */
export const role = "servereye";

// A first start took 0.5 s where this was measured; a slow SD card may need a hundred times that.
const patience = 120_000;

/**
 * Runs `initdb` in a folder beside `pgdata` and renames it, so that a crash never leaves half of one.
 *
 * Anybody who reaches the socket is let in (`trust`): the socket's folder is 0700, and inside a user namespace the
 * names that `peer` compares do not agree. The locale is C.UTF-8 of PostgreSQL itself where it has one (17 and later),
 * so that neither ICU nor an upgrade of the system's C library changes the order of an index.
 */
export async function createData(
  dataDir: string,
  pgdata: string,
  account: Account,
  binaries: Binaries,
): Promise<void> {
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith("postgres.new-"))
      rmSync(join(dataDir, name), { recursive: true, force: true, maxRetries: 3 });
  }
  const fresh = join(dataDir, `postgres.new-${randomBytes(4).toString("hex")}`);
  mkdirSync(fresh, { mode: 0o700 });
  lendPath(dataDir, account);
  if (account.owner !== undefined) chownSync(fresh, account.owner.uid, account.owner.gid);
  const provider = binaries.major >= 17 ? ["--locale-provider=builtin"] : [];
  const locale = binaries.major >= 17 || process.platform === "linux" ? "C.UTF-8" : "C";
  await run(account, join(binaries.bin, "initdb"), [
    `--pgdata=${fresh}`,
    `--username=${role}`,
    "--auth=trust",
    "--encoding=UTF8",
    ...provider,
    `--locale=${locale}`,
    "--data-checksums",
    "--no-instructions",
  ]).catch((cause: unknown) => {
    rmSync(fresh, { recursive: true, force: true });
    throw cause;
  });
  renameSync(fresh, pgdata);
}

async function run(account: Account, program: string, args: string[]): Promise<void> {
  const { file, args: all, ...as } = account.command(program, args);
  const child = spawn(file, all, {
    ...as,
    env: quietEnvironment,
    cwd: "/",
    // Ctrl-C in the hub's terminal is the hub's affair.
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    timeout: patience,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const ended = Promise.withResolvers<number | NodeJS.Signals | null>();
  child.once("error", ended.reject).once("close", (code, signal) => ended.resolve(code ?? signal));
  let how: number | NodeJS.Signals | null | undefined;
  try {
    how = await ended.promise;
  } catch (cause) {
    throw new StoreStartFault(`PostgreSQL's initdb (${program}) cannot be run. Set DATABASE_URL.`, { cause });
  }
  if (how === 0) return;
  throw new StoreStartFault(
    `PostgreSQL's data could not be set up: ${said.trim() || `initdb ended with ${how}`}. ` +
      "Free some space or name another folder with SERVEREYE_DATA_DIR, or set DATABASE_URL.",
  );
}
