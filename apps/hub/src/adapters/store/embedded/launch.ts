/** Starting PostgreSQL on a data folder that nobody uses, until it answers. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Account, quietEnvironment } from "./account.ts";
import type { Running } from "./adopt.ts";
import type { Binaries } from "./binaries.ts";
import { StoreStartFault } from "./fault.ts";
import { socketPort } from "./folder.ts";
import { greet } from "./greet.ts";
import { endPostmaster, readPostmaster } from "./postmaster.ts";
import { openServerLog, type ServerLog } from "./server-log.ts";
import { settingArguments, settings } from "./settings.ts";

/** What to start and where. */
export type Launch = {
  dataDir: string;
  pgdata: string;
  /** The socket's folder. */
  folder: string;
  account: Account;
  binaries: Binaries;
  progress: (text: string) => void;
};

// In milliseconds: recovery after a crash reads at most 256 MB of log, then writes what it changed.
const patience = 60_000;
const noticeable = 1_000;
/** Processes of a server killed a moment ago still hold its memory; they notice and leave. */
const leftoverPatience = 5_000;

/** Starts the server and waits until it answers. Its process lives on when this one is killed. */
export async function launch(order: Launch): Promise<Running> {
  const until = performance.now() + leftoverPatience;
  for (;;) {
    const log = openServerLog(join(order.dataDir, "postgres.log"));
    try {
      return await tryOnce(order, log);
    } catch (error) {
      const held = log.lastLines(20).some((line) => line.includes("shared memory block"));
      if (!held || performance.now() > until) throw error;
    } finally {
      log.close();
    }
    await wait(100);
  }
}

async function tryOnce(order: Launch, log: ServerLog): Promise<Running> {
  const child = spawnServer(order, log);
  const began = performance.now();
  let told = false;
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended = `ended with ${code ?? signal}`;
  });
  while (readPostmaster(order.pgdata)?.state !== "ready" || child.pid === undefined) {
    const taken = performance.now() - began;
    if (ended !== undefined) throw couldNotStart(order, log, ended);
    if (taken > patience) {
      if (child.pid !== undefined) await endPostmaster(child.pid, order.pgdata);
      throw couldNotStart(order, log, `not ready after ${patience / 1_000} s`);
    }
    if (taken > noticeable && !told) {
      told = true;
      order.progress("PostgreSQL is recovering from an unclean stop");
    }
    await wait(3);
  }
  try {
    return { ...(await greet(order.folder, socketPort)), pid: child.pid };
  } catch (cause) {
    await endPostmaster(child.pid, order.pgdata);
    throw couldNotStart(order, log, "it runs and does not answer", cause);
  }
}

function spawnServer({ account, binaries, pgdata, folder }: Launch, log: ServerLog): ChildProcess {
  const values = settings(binaries.major, folder, socketPort);
  const { file, args, ...as } = account.command(join(binaries.bin, "postgres"), [
    "-D",
    pgdata,
    ...settingArguments(values),
  ]);
  const child = spawn(file, args, {
    ...as,
    env: quietEnvironment,
    cwd: "/",
    // A session of its own: Ctrl-C must reach the hub, which still has things to write, and not the store.
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  child.unref();
  return child;
}

function couldNotStart(order: Launch, log: ServerLog, how: string, cause?: unknown): StoreStartFault {
  const lines = log.lastLines(200);
  const telling = lines.filter((line) => /FATAL|PANIC|HINT|No space left/.test(line)).slice(-3);
  const said = (telling.length > 0 ? telling : lines.slice(-3))
    .map((line) => line.replace(/^.*?\] /, ""))
    .join(" ");
  return new StoreStartFault(
    `The private PostgreSQL could not start (${how}). ${said}`.trim() +
      ` The rest is in ${join(order.dataDir, "postgres.log")}. Put that right, or set DATABASE_URL.`,
    { cause },
  );
}
