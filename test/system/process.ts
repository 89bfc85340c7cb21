/** A child process whose output is kept and whose end is an event. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** Longest a test waits for anything, ms of real time: generous, for machines that are busy. */
export const PATIENCE_MS = 20_000;

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything it wrote so far, both streams. */
  output(): string;
  /** Resolves with the first line, written already or later, that `matches`; rejects when it ends or takes too long. */
  line(matches: (line: string) => boolean, after?: number): Promise<string>;
  /** How many whole lines it wrote; a place to look from for `line`. */
  lines(): number;
  /** How it ended: the exit code, or the signal's name. */
  readonly ended: Promise<number | string>;
  /** Sends a signal and resolves at the end. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

export function run(file: string, args: readonly string[], options: SpawnOptions): Running {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started`);
  let text = "";
  const whole: string[] = [];
  const watchers = new Set<() => void>();
  const look = () => {
    for (const watcher of [...watchers]) watcher();
  };
  let rest = "";
  const take = (chunk: string) => {
    text += chunk;
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    whole.push(...parts);
    look();
  };
  child.stdout?.setEncoding("utf8").on("data", take);
  child.stderr?.setEncoding("utf8").on("data", take);
  let over = false;
  const ended = new Promise<number | string>((resolve) =>
    child.once("close", (code, signal) => {
      over = true;
      resolve(signal ?? code ?? -1);
      look();
    }),
  );
  return {
    child,
    pid,
    output: () => text,
    lines: () => whole.length,
    ended,
    line: (matches, after = 0) =>
      new Promise((resolve, reject) => {
        const done = () => {
          clearTimeout(timer);
          watchers.delete(watcher);
        };
        const fail = (why: string) => {
          done();
          reject(new Error(`${why}; it wrote:\n${text.slice(-4_000)}`));
        };
        const timer = setTimeout(() => fail(`no such line within ${PATIENCE_MS} ms`), PATIENCE_MS);
        const watcher = () => {
          const found = whole.slice(after).find(matches);
          if (found !== undefined) {
            done();
            resolve(found);
          } else if (over) fail("it ended before such a line");
        };
        watchers.add(watcher);
        watcher();
      }),
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
