/** What sampling costs a server: the agent with a thousand processes about, beside node-exporter scraped at the same pace. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { engine } from "../../test/engines.ts";
import { freePort } from "../../test/system/ports.ts";
import { cpuMs, memoryOf } from "../cpu.ts";
import { benchFolder } from "../folder.ts";
import { agentsIn, startAgent, startHub } from "../hub.ts";
import { median } from "../summary.ts";

export interface Cost {
  /** Processor ms for one sample or scrape, with all that goes with it. */
  cpu: number;
  /** Bytes; medians of a look each second. */
  rss: number;
  private: number;
}

export interface SamplingCost {
  processes: number;
  seconds: number;
  agent: Cost;
  /** The same agent that measures nothing unasked. */
  without: Cost;
  /** Undefined where it is not to be had. */
  exporter: Cost | undefined;
}

/** A sample each second; the first ones, which read what later ones know, are not counted. */
const WARM_MS = 5_000;

export async function samplingCost({
  processes,
  seconds,
}: {
  processes: number;
  seconds: number;
}): Promise<SamplingCost> {
  const folder = benchFolder("sampling");
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    const idle = Array.from({ length: processes }, () => spawn("sleep", ["3600"], { stdio: "ignore" }));
    stops.push(() => idle.forEach((one) => void one.kill("SIGKILL")));
    const dataDir = join(folder.path, "data");
    mkdirSync(dataDir, { mode: 0o700 });
    const hub = await startHub({ dataDir });
    stops.push(() => hub.child.stop());

    let enrol = hub.enrol;
    const agentWith = async (samples: string): Promise<Cost> => {
      const data = join(folder.path, "agent");
      mkdirSync(data, { recursive: true, mode: 0o700 });
      const env = { SERVEREYE_AGENT_INTERVAL: "1", SERVEREYE_AGENT_SAMPLES: samples };
      const first = enrol === undefined ? {} : { SERVEREYE_AGENT_ENROL: enrol };
      enrol = undefined;
      const agent = startAgent(hub, data, { ...env, ...first });
      try {
        await agentsIn(hub, 1);
        await wait(WARM_MS);
        return await costOf(agent.pid, seconds);
      } finally {
        await agent.stop();
      }
    };
    const agent = await agentWith("on");
    const without = await agentWith("off");
    return { processes, seconds, agent, without, exporter: await exporterCost(seconds) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** As it is installed, with all its collectors. */
async function exporterCost(seconds: number): Promise<Cost | undefined> {
  const program = engine("node-exporter");
  if (program === undefined) {
    process.stderr.write("node-exporter is left out: it is not here.\n");
    return undefined;
  }
  const port = await freePort();
  const exporter = spawn(program, [`--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
  const ended = new Promise((resolve) => exporter.once("exit", resolve));
  const scrape = async (): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    const text = await response.text();
    if (!text.includes("node_cpu_seconds_total")) throw new Error("node-exporter told nothing of the CPU");
  };
  try {
    const until = performance.now() + 10_000;
    for (;;) {
      try {
        await scrape();
        break;
      } catch (error) {
        // It does not listen yet.
        if (performance.now() > until) throw error;
        await wait(100);
      }
    }
    for (let at = 0; at < WARM_MS / 1_000; at++) await scrape();
    return await costOf(exporter.pid ?? 0, seconds, scrape);
  } finally {
    exporter.kill("SIGTERM");
    await ended;
  }
}

/** Over so many seconds, with `each` once in each of them. */
async function costOf(pid: number, seconds: number, each?: () => Promise<void>): Promise<Cost> {
  const looks: Array<{ rss: number; private: number }> = [];
  const [before, began] = [cpuMs(pid), performance.now()];
  for (let second = 1; second <= seconds; second++) {
    await each?.();
    await wait(Math.max(0, began + second * 1_000 - performance.now()));
    looks.push(memoryOf(pid));
  }
  return {
    cpu: (cpuMs(pid) - before) / seconds,
    rss: median(looks.map(({ rss }) => rss)),
    private: median(looks.map((look) => look.private)),
  };
}
