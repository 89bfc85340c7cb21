/** What containers take now: processor time between two readings, and memory. */
import type { Host } from "../host.ts";
import { tenths } from "../kernel/rounding.ts";
import { EngineRefusal } from "./engine.ts";
import { type ContainerGroup, groupOf, memoryHeld, processorTime } from "./groups.ts";
import { inParallel } from "./parallel.ts";
import { ContainerStats, memoryIn, momentNs } from "./shapes/stats.ts";

/** Ms between two readings: the counters are in ns, and nobody waits gladly. */
const INTERVAL_MS = 250;
/** A timer may be this much early, ms. */
const SLACK_MS = 5;
/** A reading that is older than this says nothing about "now", ms. */
const RECENT_MS = 5_000;
/** Questions to the engine at a time: it tells all of them in the same moment, once a second (moby, `stats.Collector`). */
const AT_ONCE = 64;
/** How long one may take, ms. */
const CALL_MS = 2_000;

export interface RunningContainer {
  id: string;
  /** Of its first process, on the engine's machine. */
  pid: number;
}

export interface Usage {
  /** Percent of one processor; absent where there was nothing to compare with. */
  cpu?: number;
  /** Bytes. */
  memory?: number;
}

interface Reading {
  /** Whose: a container that was started again counts anew. */
  pid: number;
  /** Ms, by the clock of whoever counted. */
  at: number;
  /** Ms, by ours. */
  taken: number;
  /** Ns. */
  processor: number;
  memory: number | undefined;
}

/** What is known of one container: its last reading, and one before that which is old enough to compare with. */
interface Known {
  base: Reading | undefined;
  latest: Reading;
}

/** By the machine, and by the container's id. */
const readings = new WeakMap<object, Map<string, Known>>();

/**
 * Processor time in percent of one processor is time taken by time gone, in which it is `docker stats`'
 * (docker/cli, `calculateCPUPercentUnix`: the share of all processors' time, times their number). What ends
 * meanwhile, and what is not told by `until` (monotonic ms), is left out. Waits only where nothing was read lately.
 */
export async function usageOf(
  host: Host,
  running: readonly RunningContainer[],
  until: number,
): Promise<Map<string, Usage>> {
  const known = readings.get(host.docker) ?? new Map<string, Known>();
  readings.set(host.docker, known);
  const groups = new Map(running.map(({ id, pid }) => [id, groupOf(host, pid, id)]));
  const strangers = running.filter(({ id, pid }) => !isRecent(known.get(id)?.latest, pid, host.monotonic()));
  for (const [id, latest] of await read(host, strangers, groups, until))
    known.set(id, { base: undefined, latest });
  // Whoever was read just now, and has nothing older to compare with, is what is waited for.
  const ages = running.flatMap(({ id, pid }) => {
    const one = known.get(id);
    return one === undefined || comparable(one, pid, host.monotonic())
      ? []
      : [host.monotonic() - one.latest.taken];
  });
  if (ages.length > 0) await host.wait(Math.max(0, INTERVAL_MS - Math.min(...ages)));
  const there = running.filter(({ id }) => known.has(id));
  const now = await read(host, there, groups, until);
  const usage = new Map<string, Usage>();
  for (const [id, reading] of now) {
    const one = known.get(id);
    const base = one && comparable(one, reading.pid, reading.taken);
    usage.set(id, between(base, reading));
    if (one === undefined || reading.taken - one.latest.taken >= INTERVAL_MS)
      known.set(id, { base: one?.latest, latest: reading });
  }
  // Or those of containers long gone would stay.
  for (const [id, { latest }] of known) if (host.monotonic() - latest.taken > RECENT_MS) known.delete(id);
  return usage;
}

const isRecent = (reading: Reading | undefined, pid: number, now: number): boolean =>
  reading?.pid === pid && now - reading.taken <= RECENT_MS;

/** The newest reading of the same life that is old enough, and not too old. */
function comparable({ base, latest }: Known, pid: number, now: number): Reading | undefined {
  return [latest, base].find(
    (one) => isRecent(one, pid, now) && now - (one?.taken ?? now) >= INTERVAL_MS - SLACK_MS,
  );
}

function between(before: Reading | undefined, now: Reading): Usage {
  const memory = now.memory === undefined ? {} : { memory: now.memory };
  if (before === undefined) return memory;
  const [taken, gone] = [(now.processor - before.processor) / 1e6, now.at - before.at];
  // A counter that went back is of another container's life.
  if (gone <= 0 || taken < 0) return memory;
  return { cpu: tenths((taken / gone) * 100), ...memory };
}

async function read(
  host: Host,
  running: readonly RunningContainer[],
  groups: ReadonlyMap<string, ContainerGroup | undefined>,
  until: number,
): Promise<Map<string, Reading>> {
  const found = new Map<string, Reading>();
  const others: RunningContainer[] = [];
  for (const one of running) {
    const group = groups.get(one.id);
    if (group === undefined) others.push(one);
    else {
      const processor = processorTime(host, group);
      const at = host.monotonic();
      // It ended since its group was found.
      if (processor === undefined) continue;
      found.set(one.id, { pid: one.pid, at, taken: at, processor, memory: memoryHeld(host, group) });
    }
  }
  await inParallel(others, AT_ONCE, async ({ id, pid }) => {
    const left = until - host.monotonic();
    if (left <= 0) return;
    const stats = await statsOf(host, id, Math.min(CALL_MS, left)).catch(() => undefined);
    // Without these figures the container is told all the same.
    if (stats === undefined) return;
    const reading = {
      at: stats.at,
      taken: host.monotonic(),
      processor: stats.told.cpu_stats.cpu_usage.total_usage,
    };
    found.set(id, { pid, ...reading, memory: memoryIn(stats.told) });
  });
  return found;
}

export interface ReadStats {
  told: ContainerStats;
  /** Ms by the engine's clock, or by ours where it does not tell. */
  at: number;
}

/** One reading of the engine's; undefined when the container does not run or is gone. Rejects as the engine does. */
export async function statsOf(host: Host, id: string, deadlineMs: number): Promise<ReadStats | undefined> {
  try {
    const { body } = await host.docker.engine.call({
      ...{ route: "container.stats", path: { id }, query: { stream: false, "one-shot": true } },
      deadlineMs,
    });
    const told = ContainerStats.parse(body);
    return { told, at: momentNs(told.read) ?? host.monotonic() };
  } catch (error) {
    if (error instanceof EngineRefusal && (error.status === 404 || error.status === 409)) return undefined;
    throw error;
  }
}
