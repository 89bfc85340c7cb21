/** What following the engine's events costs an agent where nothing happens, beside one without Docker. */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startDocker } from "../../test/engines/docker.ts";
import { cpuMs, memoryOf } from "../cpu.ts";
import { benchFolder } from "../folder.ts";
import { agentsIn, startAgent } from "../hub.ts";
import { stageIn } from "../round-trip/stage.ts";

export interface EventsCost {
  /** Of the span, in which both agents were looked at at once. */
  seconds: number;
  /** That run meanwhile; and of them those with a health check each second, of which the engine makes events. */
  containers: number;
  checked: number;
  following: AgentAtRest;
  without: AgentAtRest;
}

export interface AgentAtRest {
  /** Processor ms in one second. */
  cpuMs: number;
  /** Bytes resident at the end. */
  rss: number;
}

export interface EventsOptions {
  seconds: number;
  containers: number;
  checked: number;
}

/** Both have begun and said their first words by then, ms. */
const SETTLE_MS = 3_000;

export async function eventsCost({ seconds, containers, checked }: EventsOptions): Promise<EventsCost> {
  const folder = benchFolder("events");
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    const docker = await startDocker();
    stops.push(() => docker.stop());
    const check = { Healthcheck: { Test: ["CMD", "true"], Interval: 1e9, Timeout: 1e9, Retries: 3 } };
    for (let at = 0; at < containers; at++)
      await docker.run({ name: `idle-${at}`, ...(at < checked ? check : {}) });
    const { hub, agents } = await stageIn(folder.path, stops);
    const nobody = `unix://${join(folder.path, "nobody")}`;
    const pids = [docker.address, nobody].map((address, at) => {
      const agent = startAgent(hub, agents[at] ?? "", { SERVEREYE_AGENT_DOCKER_HOST: address });
      stops.push(() => agent.stop());
      return agent.pid;
    });
    await agentsIn(hub, 2);
    await wait(SETTLE_MS);
    const before = pids.map(cpuMs);
    await wait(seconds * 1_000);
    const [following, without] = pids.map((pid, at) => ({
      cpuMs: (cpuMs(pid) - (before[at] ?? 0)) / seconds,
      rss: memoryOf(pid).rss,
    }));
    if (following === undefined || without === undefined) throw new Error("an agent was not started");
    return { seconds, containers, checked, following, without };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
