/** Hubs: in this process, with a clock that can be turned on; or as a process of their own that can be killed. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HubNotice, LocalHub } from "@servereye/contract";
import { systemClock } from "../../apps/hub/src/clock.ts";
import { readConfig } from "../../apps/hub/src/config.ts";
import type { Clock } from "../../apps/hub/src/core/ports/process.ts";
import { startHub } from "../../apps/hub/src/hub.ts";
import { PATIENCE_MS, type Running, run } from "./process.ts";

/** The machine's clock, put forward by a test. What is due after a while still takes that while. */
export interface TurnedClock extends Clock {
  advance(ms: number): void;
  /** Time that passes without the date being another: an agent that keeps to the hub's date dials anew when that is put forward. */
  idle(ms: number): void;
}

export function turnedClock(): TurnedClock {
  let ahead = 0;
  let idled = 0;
  return {
    now: () => systemClock.now() + ahead,
    monotonic: () => systemClock.monotonic() + ahead + idled,
    after: systemClock.after,
    advance: (ms) => {
      ahead += ms;
    },
    idle: (ms) => {
      idled += ms;
    },
  };
}

export interface TestHub {
  /** `http://127.0.0.1:port`. */
  url: string;
  /** `ws://127.0.0.1:port`. */
  agentUrl: string;
  hubKey: string;
  /** Makes a server the first admin's. */
  enrol: string;
  setupLink: string | undefined;
  loginLink: string;
  logFile: string;
  stop(): Promise<unknown>;
}

const wsOf = (url: string): string => url.replace(/^http/, "ws");

export async function hubHere(env: Record<string, string>, clock?: Clock): Promise<TestHub> {
  const hub = await startHub({ config: readConfig(env), logToFile: true, ...(clock ? { clock } : {}) });
  await hub.ready;
  return {
    url: hub.url,
    agentUrl: wsOf(hub.url),
    hubKey: hub.hubKey,
    enrol: await hub.invite(),
    setupLink: hub.telegram?.setupLink,
    loginLink: hub.loginLink,
    logFile: hub.logFile ?? "",
    stop: hub.stop,
  };
}

export interface HubProcess extends TestHub {
  process: Running;
  /** Resolves with the lines a person would see. The agent of this machine must have been started by then. */
  ready: Promise<string[]>;
}

/** Resolves when the hub may be dialled. `through`: a program and its arguments that run it, elsewhere than here. */
export async function hubApart(
  env: Record<string, string>,
  started: (running: Running) => void,
  through: readonly string[] = [],
): Promise<HubProcess> {
  const main = join(import.meta.dirname, "../../apps/hub/src/main.ts");
  const dataDir = env.SERVEREYE_DATA_DIR ?? "";
  const [program = process.execPath, ...args] = [...through, process.execPath, main];
  const running = run(program, args, {
    cwd: dataDir,
    env: { PATH: process.env.PATH, ...env, SERVEREYE_LOCAL_AGENT: "on" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  started(running);
  const agent = Promise.withResolvers<Extract<HubNotice, { type: "agent" }>>();
  const ready = Promise.withResolvers<string[]>();
  const fail = (why: string) => {
    const error = new Error(`${why}; the hub wrote:\n${running.output()}`);
    agent.reject(error);
    ready.reject(error);
  };
  // Whoever does not wait for it must not be ended by its rejection.
  ready.promise.catch(() => undefined);
  const timer = setTimeout(() => fail("the hub was not ready in time"), PATIENCE_MS);
  ready.promise.finally(() => clearTimeout(timer)).catch(() => undefined);
  void running.ended.then((how) => fail(`the hub ended: ${how}`));
  running.child.on("message", (raw) => {
    const notice = HubNotice.parse(raw);
    if (notice.type === "agent") agent.resolve(notice);
    if (notice.type === "ready") ready.resolve(notice.lines);
    if (notice.type === "failed") fail(notice.line);
  });
  const place = await agent.promise;
  const here = LocalHub.parse(JSON.parse(readFileSync(join(dataDir, "run/hub.json"), "utf8")));
  return {
    url: here.url,
    agentUrl: place.url,
    hubKey: place.hubKey,
    enrol: place.enrol ?? "",
    setupLink: undefined,
    loginLink: "",
    logFile: join(dataDir, "logs/hub.log"),
    process: running,
    ready: ready.promise,
    stop: () => running.end("SIGTERM"),
  };
}
