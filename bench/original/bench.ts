/** Agents of the Go original on one hub: what their idle polls cost, and how soon an ask reaches a poll that waits. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { toHex } from "@servereye/contract";
import { cpuMs, memoryOf } from "../cpu.ts";
import { askerId, castFleet } from "../fleet/cast.ts";
import { seedOfAgent } from "../fleet/order.ts";
import { benchFolder } from "../folder.ts";
import { agentsIn, startHub } from "../hub.ts";
import { inFolder } from "../round-trip/people.ts";
import { phonesIn } from "../round-trip/phone-line.ts";
import { type Summary, summary } from "../summary.ts";
import { type PollStyle, poller } from "./poller.ts";

export interface OriginalFigures {
  style: PollStyle;
  agents: number;
  /** The hub, percent of a core: with none of them, and with all of them idle. */
  alone: number;
  idle: number;
  /** Bytes for each agent: the hub with all of them less the hub with none. */
  memory: number;
  /** From the hub's making of a message to a waiting poll that has it, ms. */
  given: Summary;
  /** `/ping` on a phone, ms. */
  ping: Summary;
}

export interface OriginalOptions {
  agents: number;
  /** How long each is watched. */
  seconds: number;
  pings: number;
  styles?: readonly PollStyle[];
}

const SETTLE_MS = 2_000;
const STYLES = ["streams", "pubsub"] as const satisfies PollStyle[];

export async function originalAgents(options: OriginalOptions): Promise<OriginalFigures[]> {
  const figures: OriginalFigures[] = [];
  for (const style of options.styles ?? STYLES) figures.push(await one(style, options));
  return figures;
}

async function one(style: PollStyle, { agents, seconds, pings }: OriginalOptions): Promise<OriginalFigures> {
  const folder = benchFolder("original");
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    const dataDir = join(folder.path, "data");
    mkdirSync(dataDir, { mode: 0o700 });
    // As many persons as agents, each with a server of their own: nobody asks faster than a person may.
    await inFolder(dataDir, ({ store, connection }) =>
      castFleet(store, connection, { agents, persons: agents, seen: agents }),
    );
    const phones = await phonesIn(stops);
    const env = { TELEGRAM_BOT_TOKEN: phones.place.token, TELEGRAM_API_ROOT: phones.place.url };
    const hub = await startHub({ dataDir, env });
    stops.push(() => hub.child.stop());
    const { pid } = hub.child;
    const share = async (): Promise<number> => {
      const [before, began] = [cpuMs(pid), performance.now()];
      await wait(seconds * 1_000);
      return (100 * Math.max(0, cpuMs(pid) - before)) / (performance.now() - began);
    };
    await wait(SETTLE_MS);
    const alone = await share();
    const empty = memoryOf(pid).rss;

    const given: number[] = [];
    const trouble: string[] = [];
    const pollers = Array.from({ length: agents }, (_, at) =>
      poller({
        base: hub.url,
        key: `srv_${toHex(seedOfAgent(at))}`,
        style,
        given: (ms) => void given.push(ms),
        failed: (why) => void trouble.push(why),
      }),
    );
    stops.push(() => {
      for (const each of pollers) each.stop();
    });
    // Not all in one moment: the hub bounds how many unknown keys it looks up at once.
    for (const [at, each] of pollers.entries()) {
      each.start();
      if (at % 20 === 19) await wait(100);
    }
    await agentsIn(hub, agents);
    await wait(SETTLE_MS);
    const idle = await share();
    const memory = (memoryOf(pid).rss - empty) / agents;
    const persons = Array.from({ length: pings }, (_, at) => askerId(at % agents));
    const played = await phones.play({ persons, text: "/ping", expect: "Round trip", together: false });
    if (trouble.length > 0 || given.length < pings)
      throw new Error(`an agent had trouble: ${trouble[0] ?? `${given.length} of ${pings} asks came`}`);
    return { style, agents, alone, idle, memory, given: summary(given), ping: summary(played.times) };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
