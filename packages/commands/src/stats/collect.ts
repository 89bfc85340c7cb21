/** stats_container at the agent: two readings of the engine's, the earlier one kept from the last look if it is fresh. */
import type { AnswerOf } from "@servereye/contract";
import { engineFault } from "../docker/jobs.ts";
import { processorLimit } from "../docker/shapes/inspected.ts";
import { blocksIn, limitIn, memoryIn, trafficIn } from "../docker/shapes/stats.ts";
import { isUp, lookInto } from "../docker/subject.ts";
import { type ReadStats, statsOf } from "../docker/usage.ts";
import type { Host } from "../host.ts";
import { parseMeminfo } from "../kernel/meminfo.ts";
import { tenths } from "../kernel/rounding.ts";
import { collector } from "../kit.ts";
import { type Look, statsContainer } from "./contract.ts";

/** Ms for one reading, between two at the least, and how old the earlier may be at the most. */
const CALL_MS = 3_000;
const INTERVAL_MS = 500;
const FRESH_MS = 10_000;
/** Containers whose last reading is kept: those that somebody watches. */
const MOST_KEPT = 64;

interface Kept extends ReadStats {
  taken: number;
  pid: number;
}

const kept = new WeakMap<object, Map<string, Kept>>();

export const statsContainerCollector = collector(
  statsContainer,
  async (ask, host): Promise<AnswerOf<typeof statsContainer>> => {
    const { subject, inspected } = await lookInto(host, ask.container);
    const restarts = Math.max(0, Math.trunc(inspected.RestartCount));
    if (!isUp(subject.state)) return { subject, restarts };
    const pair = await twoReadings(host, subject.id, inspected.State.Pid).catch((error: unknown) => {
      throw engineFault(error);
    });
    if (pair === undefined) return { subject, restarts };
    const cpuLimit = processorLimit(inspected.HostConfig);
    const memoryLimit = inspected.HostConfig.Memory;
    const meminfo = host.peek("/proc/meminfo");
    const memoryTotal = meminfo && parseMeminfo(meminfo).total;
    return {
      subject,
      restarts,
      look: {
        ...between(...pair),
        processors: Math.max(1, host.processors()),
        ...(cpuLimit === undefined ? {} : { cpuLimit }),
        ...(memoryLimit > 0 ? { memoryLimit } : {}),
        ...(memoryTotal ? { memoryTotal } : {}),
      },
    };
  },
);

async function twoReadings(host: Host, id: string, pid: number): Promise<[Kept, Kept] | undefined> {
  const known = kept.get(host.docker) ?? new Map<string, Kept>();
  kept.set(host.docker, known);
  const last = known.get(id);
  const isFresh = last?.pid === pid && host.monotonic() - last.taken <= FRESH_MS;
  const first = isFresh ? last : await oneReading(host, id, pid);
  if (first === undefined) return undefined;
  const wait = first.taken + INTERVAL_MS - host.monotonic();
  if (wait > 0) await host.wait(wait);
  const second = await oneReading(host, id, pid);
  if (second === undefined) return undefined;
  known.delete(id);
  known.set(id, second);
  for (const oldest of known.keys()) if (known.size > MOST_KEPT) known.delete(oldest);
  return [first, second];
}

async function oneReading(host: Host, id: string, pid: number): Promise<Kept | undefined> {
  const read = await statsOf(host, id, CALL_MS);
  return read && { ...read, taken: host.monotonic(), pid };
}

function between(first: Kept, second: Kept): Omit<Look, "processors"> {
  const [before, now] = [first.told, second.told];
  // By the engine's clock, which may have been set between the two.
  const intervalMs = Math.max(0, second.at - first.at);
  /** A second; undefined where it can not be said. A counter that went back began anew. */
  const rate = (was: number, is: number) =>
    intervalMs === 0 || is < was ? undefined : ((is - was) / intervalMs) * 1_000;
  const flow = (was: number | undefined, is: number) => {
    const a = was === undefined ? undefined : rate(was, is);
    return { all: is, ...(a === undefined ? {} : { now: a }) };
  };
  const taken = rate(before.cpu_stats.cpu_usage.total_usage, now.cpu_stats.cpu_usage.total_usage);
  const [held, all] = (["throttled_periods", "periods"] as const).map(
    (name) => now.cpu_stats.throttling_data[name] - before.cpu_stats.throttling_data[name],
  );
  const throttled =
    all !== undefined && held !== undefined && all > 0 && held >= 0 ? (held / all) * 100 : undefined;
  const memory = memoryIn(now);
  const [traffic, trafficBefore] = [trafficIn(now), trafficIn(before)];
  const [blocks, blocksBefore] = [blocksIn(now), blocksIn(before)];
  const pidsLimit = limitIn(now.pids_stats.limit);
  return {
    // Ns a second are billionths of a processor.
    ...(taken === undefined ? {} : { cpu: tenths(taken / 1e7) }),
    ...(throttled === undefined ? {} : { throttled: tenths(Math.min(100, throttled)) }),
    ...(memory === undefined ? {} : { memory }),
    ...(traffic === undefined
      ? {}
      : {
          received: flow(trafficBefore?.received, traffic.received),
          sent: flow(trafficBefore?.sent, traffic.sent),
        }),
    read: flow(blocksBefore.read, blocks.read),
    written: flow(blocksBefore.write, blocks.write),
    ...(now.pids_stats.current === undefined ? {} : { pids: now.pids_stats.current }),
    ...(pidsLimit === undefined ? {} : { pidsLimit }),
    intervalMs,
  };
}
