/** A machine for tests of long work: the agent's own engine on a test's dockerd, and jobs that are waited for. */
import assert from "node:assert/strict";
import { engineAt } from "../../../../apps/agent/src/host/docker/engine.ts";
import { realPath } from "../../../../apps/agent/src/host/docker/real-path.ts";
import { registryAuthIn } from "../../../../apps/agent/src/host/docker/registry-auth.ts";
import type { TestDocker } from "../../../../test/engines/docker.ts";
import type { Host } from "../host.ts";
import { realHost } from "../kernel/real-host.ts";
import type { Collector } from "../kit.ts";
import type { DockerPolicy } from "./engine.ts";
import { JobState } from "./job-state.ts";
import { createJobs } from "./jobs.ts";

export interface WorkingOptions {
  policy?: Partial<DockerPolicy>;
  /** Where the Docker configuration is; the dockerd's own folder unless told. */
  configuration?: string;
  /** Waits go by as fast as the machine can, and both clocks with them. */
  hurried?: boolean;
}

export function workingHost(docker: TestDocker, options: WorkingOptions = {}): Host {
  const host = realHost();
  let ahead = 0;
  const monotonic = () => host.monotonic() + ahead;
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return {
    ...host,
    monotonic,
    wait: async (ms) => {
      if (!options.hurried) return host.wait(ms);
      ahead += ms;
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
    docker: {
      engine: engineAt({ address: docker.address, log }),
      policy: { allow: [], bindRoots: [], protect: [], ...options.policy },
      jobs: createJobs({ monotonic }),
      realPath,
      registryAuth: (image) => registryAuthIn(options.configuration ?? docker.folder, image),
      sockets: async () => [docker.socket],
    },
  };
}

/** Begins the job of a command and gives its end, with every different step told on the way (`what:state`). */
export async function ended(
  host: Host,
  { command, collect }: Collector,
  ask: object,
): Promise<{ state: JobState; told: string[] }> {
  const job = crypto.randomUUID();
  const wish = command.ask.parse({ ...ask, job });
  let state = JobState.parse(await collect(wish, host));
  const told: string[] = [];
  const end = performance.now() + 120_000;
  for (;;) {
    for (const step of state.steps) {
      const text = `${step.what}:${step.state}`;
      if (!told.includes(text)) told.push(text);
    }
    if (state.state !== "running") return { state, told };
    assert.ok(performance.now() < end, `not over in two minutes: ${JSON.stringify(state)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    state = JobState.parse(host.docker.jobs.get(job));
  }
}
