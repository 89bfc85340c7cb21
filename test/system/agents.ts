/** Agents as real processes: the bundle, built once a run, each with a data folder of its own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AGENT_NODE } from "../../apps/cli/src/surroundings.ts";
import { type Running, run } from "./process.ts";

const root = join(import.meta.dirname, "../..");

export interface AgentPlace {
  /** `ws://host:port`. */
  url: string;
  /** base64url; not for `pair`. */
  hubKey?: string;
  enrol?: string;
  pair?: boolean;
  /** A program and its arguments that run it, elsewhere than here. */
  through?: readonly string[];
}

export interface Agent {
  readonly name: string;
  /** Its `srv_` key, a secret. */
  key(): string;
  readonly process: Running;
  /** Resolves when it is in; from now on, or at the line `after`. */
  connected(after?: number): Promise<void>;
  /** Starts it again, after its process ended. */
  again(): Agent;
}

export type StartAgent = (name: string, place: AgentPlace, env?: Record<string, string>) => Agent;

/** Builds the bundle into `folder` and gives what starts agents from it. */
export function agentsIn(folder: string, started: (running: Running) => void): StartAgent {
  const bundle = join(folder, "agent.mjs");
  execFileSync(process.execPath, [join(root, "apps/agent/build.mjs"), bundle], { stdio: "ignore" });
  const start: StartAgent = (name, place, env = {}) => {
    const data = join(folder, `agent-${name}`);
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const options = [
      ["--hub", place.url],
      ["--data", data],
      ["--name", name],
      ...(place.hubKey === undefined ? [] : [["--hub-key", place.hubKey]]),
      ...(place.pair === true ? [["--pair"]] : []),
    ];
    const command = [process.execPath, ...AGENT_NODE, bundle];
    const [program = process.execPath, ...args] = [...(place.through ?? []), ...command];
    const running = run(program, [...args, ...options.flat()], {
      cwd: data,
      env: {
        PATH: process.env.PATH,
        ...(place.enrol === undefined ? {} : { SERVEREYE_AGENT_ENROL: place.enrol }),
        ...env,
      },
    });
    started(running);
    return {
      name,
      key: () => readFileSync(join(data, "server.key"), "utf8").trim(),
      process: running,
      connected: async (after) => {
        await running.line((line) => line.includes('"link.connected"'), after);
      },
      again: () => start(name, place, env),
    };
  };
  return start;
}
