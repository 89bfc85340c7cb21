/** One process of the cluster: watched, started again when it ends by itself, and never left behind. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";

export interface Making {
  name: string;
  command: readonly string[];
  /** What it writes goes there. */
  log: string;
  cwd?: string;
  env?: Record<string, string | undefined>;
  /** Node's own channel to it (a hub stops when that closes), or a pipe to its input (an agent). */
  tie?: "ipc" | "stdin";
  /** Resolves when it works. */
  works(child: ChildProcess): Promise<unknown>;
  /** How it is asked to end. */
  signal?: NodeJS.Signals;
}

export interface Part {
  readonly name: string;
  /** Undefined while it is away. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Long enough to watch how the others do without it, ms. */
const AWAY_MS = 10_000;
/** Most patience with one that was asked to end, ms. */
const STOP_MS = 2_500;

/** Starts it. Rejects when it does not come to work; `news` is told of every end and return after that. */
export async function startPart(making: Making, news: (text: string) => void): Promise<Part> {
  let child: ChildProcess | undefined;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;

  async function start(): Promise<void> {
    const log = openSync(making.log, "a", 0o600);
    const [program = "", ...args] = making.command;
    const options: SpawnOptions = {
      // A group of its own: Ctrl-C in the terminal is for this program, which ends the parts in their order.
      detached: true,
      stdio: [
        making.tie === "stdin" ? "pipe" : "ignore",
        log,
        log,
        ...(making.tie === "ipc" ? ["ipc" as const] : []),
      ],
      ...(making.cwd === undefined ? {} : { cwd: making.cwd }),
      ...(making.env === undefined ? {} : { env: making.env }),
    };
    const mine = spawn(program, args, options);
    closeSync(log);
    child = mine;
    // Written to while it ends: its exit says enough.
    mine.stdin?.on("error", () => undefined);
    const ended = once(mine, "exit").then(([code, signal]) => {
      child = undefined;
      return `${signal ?? `code ${code}`}`;
    });
    const how = await Promise.race([making.works(mine).then(() => undefined), ended]);
    if (how !== undefined)
      throw new Error(`${making.name} ended (${how}) before it worked; see ${making.log}`);
    void ended.then((reason) => {
      if (stopping) return;
      news(`${making.name} is gone (${reason}); it comes back in ${AWAY_MS / 1_000} s`);
      timer = setTimeout(() => void again(), AWAY_MS);
    });
  }

  async function again(): Promise<void> {
    try {
      await start();
      news(`${making.name} is back`);
    } catch (error) {
      news(error instanceof Error ? error.message : String(error));
      if (!stopping) timer = setTimeout(() => void again(), AWAY_MS);
    }
  }

  await start();
  return {
    name: making.name,
    get pid() {
      return child?.pid;
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const last = child;
      if (last === undefined) return;
      const gone = once(last, "exit");
      last.kill(making.signal ?? "SIGTERM");
      const late = setTimeout(() => last.kill("SIGKILL"), STOP_MS);
      await gone;
      clearTimeout(late);
    },
  };
}

/** For what has no channel to this process: the kernel tells it when this process ends, however that is (setpriv(1)). */
export const untilWeEnd = (signal: "INT" | "TERM", command: readonly string[]): string[] => [
  ...["setpriv", "--pdeathsig", signal],
  ...command,
];
