/** A process of a bench: started with a line to it, asked by message, and ended with certainty. */
import { type ChildProcess, fork } from "node:child_process";

export interface ChildOptions {
  args?: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  /** Options for Node itself. */
  node?: readonly string[];
}

export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** The next message that `read` makes something of. Rejects after `withinMs`, or when the process ends first. */
  told<T>(read: (message: unknown) => T | undefined, withinMs?: number): Promise<T>;
  /** What it wrote to its outputs lately, for a message about a failure. */
  said(): string;
  /** SIGTERM, and SIGKILL when that does not end it in 5 s. Gives the exit code, null after a kill. */
  stop(): Promise<number | null>;
}

const MOST_SAID = 8_000;

/** Starts `script` on this very Node. It inherits the path and the home alone: settings must not leak into a bench. */
export function startChild(script: string, options: ChildOptions = {}): Child {
  const { PATH = "", HOME = "" } = process.env;
  const child = fork(script, [...(options.args ?? [])], {
    execArgv: [...(options.node ?? [])],
    env: { PATH, HOME, NODE_NO_WARNINGS: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let said = "";
  const keep = (chunk: Buffer) => {
    said = (said + chunk.toString("utf8")).slice(-MOST_SAID);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));

  return {
    pid: child.pid ?? 0,
    process: child,
    said: () => said,
    told<T>(read: (message: unknown) => T | undefined, withinMs = 60_000): Promise<T> {
      return new Promise((resolve, reject) => {
        const fail = (why: string) => {
          stop();
          reject(new Error(`${script} ${why}; it said:\n${said}`));
        };
        const timer = setTimeout(() => fail(`did not answer within ${withinMs} ms`), withinMs);
        const gone = () => fail("ended");
        const hear = (message: unknown) => {
          try {
            const found = read(message);
            if (found === undefined) return;
            stop();
            resolve(found);
          } catch (error) {
            stop();
            reject(error);
          }
        };
        const stop = () => {
          clearTimeout(timer);
          child.off("message", hear);
          child.off("exit", gone);
        };
        child.on("message", hear);
        child.once("exit", gone);
      });
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      const code = await ended;
      clearTimeout(timer);
      return code;
    },
  };
}
