/** The PostgreSQL that may already be running on a data folder: finding it, trusting it or not, ending it. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** What `postmaster.pid` says: line 1 the pid, 4 the port, 5 the socket folder, 8 the state. */
export type Postmaster = { pid: number; port: number; socketFolder: string; state: string };

/** Reads the folder's `postmaster.pid`; undefined when there is none or it is half written. */
export function readPostmaster(pgdata: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(pgdata, "postmaster.pid"), "utf8").split("\n");
  } catch {
    // Missing is the usual case; unreadable cannot be: the folder's owner was checked before.
    return undefined;
  }
  const [pid = "", , , port = "", socketFolder = "", , , state = ""] = lines;
  if (!(Number(pid) > 0)) return undefined;
  return { pid: Number(pid), port: Number(port), socketFolder: socketFolder.trim(), state: state.trim() };
}

/**
 * Whether process `pid` is a live PostgreSQL that works in `pgdata`.
 *
 * A zombie is dead: it holds nothing, yet still takes signals, which is what misleads PostgreSQL itself. A recycled
 * pid is told by its working folder (a postmaster moves into its data), compared by inode so that no other name of the
 * folder matters. The start time in `postmaster.pid` is not compared: a step of the machine's clock would make a live
 * server look dead, and taking a live server's folder is the one mistake that loses data.
 */
export function runsOn(pid: number, pgdata: string): boolean {
  if (process.platform !== "linux") return runsByItsArguments(pid, pgdata);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const name = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
    const state = stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
    if (state === "Z" || state === "X" || name !== "postgres") return false;
    const [home, data] = [statSync(`/proc/${pid}/cwd`), statSync(pgdata)];
    return home.dev === data.dev && home.ino === data.ino;
  } catch {
    // Gone meanwhile, or another account's process, which cannot be the server of a folder of ours.
    return false;
  }
}

/** Removes the leftovers of a server known to be dead; PostgreSQL would refuse over a pid that lives again. */
export function clearLeftovers(pgdata: string, socketFolders: readonly string[], port: number): void {
  rmSync(join(pgdata, "postmaster.pid"), { force: true });
  for (const folder of socketFolders) {
    for (const end of ["", ".lock"]) rmSync(join(folder, `.s.PGSQL.${port}${end}`), { force: true });
  }
}

/** How long a clean stop may take, in milliseconds; together about 1 s. */
export const stopPatience = { fast: 700, immediate: 200, killed: 100 };

/**
 * Ends the server: fast (SIGINT: open transactions are rolled back), then immediate (SIGQUIT: the next start
 * recovers), then SIGKILL. Returns how it went; `undefined` when it was not running.
 */
export async function endPostmaster(
  pid: number,
  pgdata: string,
  patience: typeof stopPatience = stopPatience,
): Promise<"fast" | "immediate" | "killed" | undefined> {
  const steps = [
    ["fast", "SIGINT"],
    ["immediate", "SIGQUIT"],
    ["killed", "SIGKILL"],
  ] as const;
  if (!runsOn(pid, pgdata)) return undefined;
  for (const [way, signal] of steps) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the look and the signal.
      return way;
    }
    if (await goneWithin(pid, pgdata, patience[way])) return way;
  }
  return "killed";
}

async function goneWithin(pid: number, pgdata: string, patience: number): Promise<boolean> {
  const until = performance.now() + patience;
  while (runsOn(pid, pgdata)) {
    if (performance.now() > until) return false;
    await wait(5);
  }
  return true;
}

function runsByItsArguments(pid: number, pgdata: string): boolean {
  const shown = spawnSync("ps", ["-o", "stat=,command=", "-p", String(pid)], {
    encoding: "utf8",
    timeout: 2_000,
  });
  const line = (shown.stdout ?? "").trim();
  return line !== "" && !line.startsWith("Z") && line.includes("postgres") && line.includes(pgdata);
}
