/** What `/logs` costs the agent: memory and time for a log of 100 MiB, beside a short one's, on a real engine. */
import { setTimeout as wait } from "node:timers/promises";
import { startDocker, type TestDocker } from "../../test/engines/docker.ts";
import { memoryOf } from "../cpu.ts";
import { benchFolder } from "../folder.ts";
import { agentsIn, startAgent } from "../hub.ts";
import { inTurn, stageIn } from "../round-trip/stage.ts";
import { type Summary, summary } from "../summary.ts";

export interface LogsCost {
  /** Bytes the agent has in memory before any log was read. */
  rest: number;
  logs: Array<{
    /** Bytes of the log. */
    size: number;
    /** From the message to the answer, ms. */
    answers: Summary;
    /** The most bytes that were resident meanwhile. */
    most: number;
  }>;
}

export interface LogsOptions {
  /** MiB of each log, the smallest first. */
  sizes: readonly number[];
  /** Questions of each. */
  asks: number;
}

const LOOK_MS = 10;
const LINE = 999;
/** Nobody shares another's answer. */
const APART_MS = 150;

export async function logsCost({ sizes, asks }: LogsOptions): Promise<LogsCost> {
  const folder = benchFolder("logs");
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    const docker = await startDocker();
    stops.push(() => docker.stop());
    for (const size of sizes) await write(docker, size);
    const { hub, phones, agents } = await stageIn(folder.path, stops);
    const agent = startAgent(hub, agents[0] ?? "", { SERVEREYE_AGENT_DOCKER_HOST: docker.address });
    stops.push(() => agent.stop());
    await agentsIn(hub, 1);

    const person = inTurn();
    const ask = async (text: string, expect: string): Promise<number> => {
      const { times } = await phones.play({ text, expect, persons: [person()], together: false });
      await wait(APART_MS);
      return times[0] ?? Number.NaN;
    };
    await ask("/containers", "log-");
    const rest = memoryOf(agent.pid).rss;
    const logs: LogsCost["logs"] = [];
    for (const size of sizes) {
      let most = 0;
      const watch = setInterval(() => {
        most = Math.max(most, memoryOf(agent.pid).rss);
      }, LOOK_MS);
      const times: number[] = [];
      try {
        for (let at = 0; at < asks; at++) times.push(await ask(`/logs log-${size}m 1d`, "the very end"));
      } finally {
        clearInterval(watch);
      }
      logs.push({ size: size * 1024 ** 2, answers: summary(times), most });
    }
    return { rest, logs };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** A container that has written so much and ended. */
async function write(docker: TestDocker, size: number): Promise<void> {
  const line = `$(head -c ${LINE} /dev/zero | tr '\\0' x)`;
  const script = `yes "${line}" | head -c ${size * 1024 ** 2}; echo; echo the very end`;
  const id = await docker.run({ name: `log-${size}m`, Cmd: ["sh", "-c", script] });
  await docker.until(id, ({ State }) => State.Status === "exited");
}
