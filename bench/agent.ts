/** What the agent costs a server: processor time at rest and for a sample, and memory meanwhile. */
import { setTimeout as wait } from "node:timers/promises";
import { startChild } from "./child.ts";
import { cpuMs, memoryOf } from "./cpu.ts";
import { benchFolder } from "./folder.ts";
import { agentsIn, startAgent } from "./hub.ts";
import { inTurn, stageIn } from "./round-trip/stage.ts";
import { median } from "./summary.ts";

export interface AgentCost {
  /** Of each of the two spans: at rest, and with a sample each second. */
  seconds: number;
  /** Processor ms in one second with heartbeats alone. */
  restCpuMs: number;
  /** Processor ms for one sample of all three, without what the agent costs at rest. */
  sampleCpuMs: number;
  samples: number;
  /** Bytes; medians of a look each second. */
  rest: Memory;
  busy: Memory;
  /** A Node that does nothing. */
  empty: Memory;
}

export interface Memory {
  rss: number;
  /** What ending the process would give back. */
  private: number;
}

/** What the dashboard's first page would ask, with a part of each answer. */
const SAMPLE = [
  { text: "/processes", expect: "PID" },
  { text: "/cpu", expect: "Load" },
  { text: "/memory", expect: "Available" },
] as const;

/** Reading all is done once before anything is counted: code is compiled, buffers have their sizes. */
const WARM_UP = 5;

export async function agentCost({ seconds }: { seconds: number }): Promise<AgentCost> {
  const folder = benchFolder("agent");
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    const { hub, phones, agents } = await stageIn(folder.path, stops);
    const agent = startAgent(hub, agents[0] ?? "");
    stops.push(() => agent.stop());
    await agentsIn(hub, 1);

    const person = inTurn();
    const sample = async () => {
      for (const say of SAMPLE) {
        await phones.play({ ...say, persons: [person()], together: false });
      }
    };
    for (let at = 0; at < WARM_UP; at++) await sample();
    const rest = await span(agent.pid, seconds);
    const busy = await span(agent.pid, seconds, sample);
    return {
      seconds,
      restCpuMs: rest.cpu / seconds,
      sampleCpuMs: (busy.cpu - rest.cpu) / busy.samples,
      samples: busy.samples,
      rest: rest.memory,
      busy: busy.memory,
      empty: await emptyNode(),
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Looks each second, and does `each` as often. */
async function span(
  pid: number,
  seconds: number,
  each?: () => Promise<void>,
): Promise<{ cpu: number; samples: number; memory: Memory }> {
  const looks: Memory[] = [];
  const [before, began] = [cpuMs(pid), performance.now()];
  for (let second = 1; second <= seconds; second++) {
    await each?.();
    await wait(Math.max(0, began + second * 1_000 - performance.now()));
    looks.push(memoryOf(pid));
  }
  return {
    cpu: cpuMs(pid) - before,
    samples: each === undefined ? 0 : seconds,
    memory: {
      rss: median(looks.map((look) => look.rss)),
      private: median(looks.map((look) => look.private)),
    },
  };
}

async function emptyNode(): Promise<Memory> {
  const child = startChild("-e", { args: ["setInterval(() => undefined, 1e6)"] });
  try {
    await wait(1_000);
    return memoryOf(child.pid);
  } finally {
    await child.stop();
  }
}
