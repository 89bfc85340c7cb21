/** The hub as a process of `servereye up`: its notices read, and started again when it dies after it had been ready. */
import { type ChildProcess, fork } from "node:child_process";
import { HubNotice } from "@servereye/contract";
import { HUB_NODE, HUB_PROGRAM } from "../surroundings.ts";
import { NO_WAIT_YET_MS, waitAfter } from "./wait.ts";

export interface RunningHub {
  /** Resolves when it has ended and is not started again: it never was ready, or `stop` was called. 0 when all was well. */
  readonly ended: Promise<number>;
  /** Ends it, by force after `patienceMs`. */
  stop(patienceMs: number): void;
}

/** `told`: each notice of it, again after each start. */
export function startHub(
  env: Record<string, string | undefined>,
  told: (notice: HubNotice) => void,
): RunningHub {
  const ended = Promise.withResolvers<number>();
  let child: ChildProcess | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopping = false;
  let wasReady = false;
  let wait = NO_WAIT_YET_MS;

  const start = (): void => {
    const began = performance.now();
    let failed = false;
    // What this process was started with (a debugger, a tether) is not for the hub.
    const mine = fork(HUB_PROGRAM, [], { execArgv: [...HUB_NODE], env });
    child = mine;
    mine.on("message", (message) => {
      const read = HubNotice.safeParse(message);
      // A notice of a newer hub that this command line does not know yet.
      if (!read.success) return;
      if (read.data.type === "ready") wasReady = true;
      if (read.data.type === "failed") failed = true;
      told(read.data);
    });
    mine.once("error", ended.reject);
    mine.once("exit", (code, signal) => {
      child = undefined;
      if (stopping) return ended.resolve(0);
      // It went by itself and in order: somebody told it to, by its own pid.
      if (code === 0) return ended.resolve(0);
      const how = signal ?? `code ${code}`;
      if (!wasReady) {
        if (!failed) process.stderr.write(`The hub ended unexpectedly (${how}) before it was ready.\n`);
        return ended.resolve(1);
      }
      wait = waitAfter(wait, performance.now() - began);
      process.stderr.write(
        `The hub ended unexpectedly (${how}); started again in ${wait / 1000} s. What it knew is kept.\n`,
      );
      timer = setTimeout(start, wait);
    });
  };
  start();

  return {
    ended: ended.promise,
    stop: (patienceMs) => {
      stopping = true;
      clearTimeout(timer);
      const last = child;
      if (last === undefined) return ended.resolve(0);
      last.kill("SIGTERM");
      const late = setTimeout(() => last.kill("SIGKILL"), patienceMs);
      last.once("exit", () => clearTimeout(late));
    },
  };
}
