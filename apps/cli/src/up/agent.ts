/** This machine's agent as a process beside the hub: logged to a file, and started again when it dies. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { AGENT_NODE, agentProgram } from "../surroundings.ts";
import { NO_WAIT_YET_MS, waitAfter } from "./wait.ts";

const MOST_LOG_BYTES = 10 * 1024 * 1024;
/** The agent's own code for "what was asked of me can not be done": trying again would not help. */
const EXIT_REFUSED = 2;

/** The agent needs none of the hub's secrets. */
const NOT_FOR_AGENT = /^(TELEGRAM_|DATABASE_|REDIS_|SERVEREYE_(?!AGENT_))/;

export interface AgentPlace {
  url: string;
  hubKey: string;
  enrol?: string | undefined;
  dataDir: string;
}

export function agentEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  enrol: string | undefined,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => !NOT_FOR_AGENT.test(name));
  return { ...Object.fromEntries(kept), ...(enrol === undefined ? {} : { SERVEREYE_AGENT_ENROL: enrol }) };
}

export function startAgent(place: AgentPlace): { stop(patienceMs: number): Promise<void> } {
  const logFile = join(place.dataDir, "logs", "agent.log");
  const args = ["--hub", place.url, "--hub-key", place.hubKey];
  const command = [
    ...AGENT_NODE,
    agentProgram(),
    ...args,
    "--data",
    join(place.dataDir, "agent"),
    "--with-parent",
  ];
  let child: ChildProcess | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopping = false;
  let wait = NO_WAIT_YET_MS;

  const start = (): void => {
    const log = openLog(logFile);
    const began = performance.now();
    // Its standard input is a pipe of ours: it ends when we do, however we end, and the agent with it.
    const mine = spawn(process.execPath, command, {
      stdio: ["pipe", log, log],
      env: agentEnvironment(process.env, place.enrol),
    });
    closeSync(log);
    child = mine;
    // An agent that dies while something is written to it: its exit says enough.
    mine.stdin?.on("error", () => undefined);
    mine.once("error", (error) =>
      process.stderr.write(`This machine's agent did not start: ${error.message}\n`),
    );
    mine.once("exit", (code, signal) => {
      if (child === mine) child = undefined;
      if (stopping) return;
      const file = relative(process.cwd(), logFile);
      if (code === EXIT_REFUSED) {
        process.stderr.write(`This machine's agent can not run as it is set up: see ${file}\n`);
        return;
      }
      wait = waitAfter(wait, performance.now() - began);
      process.stderr.write(
        `This machine's agent ended (${signal ?? `code ${code}`}); started again in ${wait / 1000} s. Log: ${file}\n`,
      );
      timer = setTimeout(start, wait);
    });
  };
  start();

  return {
    stop: async (patienceMs) => {
      stopping = true;
      clearTimeout(timer);
      const last = child;
      if (last === undefined) return;
      const ended = new Promise((resolve) => last.once("exit", resolve));
      last.kill("SIGTERM");
      const late = setTimeout(() => last.kill("SIGKILL"), patienceMs);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Appends; one that has grown too large becomes `agent.log.1`. */
function openLog(file: string): number {
  mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MOST_LOG_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}
