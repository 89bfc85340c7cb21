/** Containers in samples: what each took since the last one, straight from its control groups where they can be seen. */
import {
  blocksMoved,
  type ContainerGroup,
  groupOf,
  memoryHeld,
  memoryLimit,
  processorTime,
  slices,
} from "../docker/groups.ts";
import { inParallel } from "../docker/parallel.ts";
import { blocksIn, limitIn, memoryIn, trafficIn } from "../docker/shapes/stats.ts";
import { statsOf } from "../docker/usage.ts";
import type { Host } from "../host.ts";
import { put } from "../kernel/measured.ts";
import { parseMeminfo } from "../kernel/meminfo.ts";
import { type Counters, Rates } from "../kernel/rates.ts";
import type { Sampler, Values } from "../kit.ts";
import { parseNetDev } from "../network/netdev.ts";
import {
  containerCpu,
  containerIn,
  containerMemory,
  containerMemoryBytes,
  containerOut,
  containerRead,
  containerThrottled,
  containerWrite,
  statsContainerMeasures,
} from "./measures.ts";
import { type Running, runningContainers } from "./running.ts";

/** Without their groups at hand, the engine is asked about so many, so many at a time, ms each. */
const MOST_ASKED = 32;
const AT_ONCE = 8;
const CALL_MS = 1_500;
/** Bytes a ms: 1 Tbit/s between containers of one machine, 128 GiB/s from the caches of its disks. */
const FASTEST = 1.25e8;
/** Ns of processor time a ms for each processor, with what is charged late. */
const PROCESSOR = 1.5e6;

type Name = "cpu" | "in" | "out" | "read" | "written" | "slices" | "held";

interface Taken {
  name: string;
  counters: Counters<Name>;
  memory: number | undefined;
  limit: number | undefined;
}

export const statsContainerSampler: Sampler = {
  measures: statsContainerMeasures,
  start(host) {
    const running = runningContainers(host);
    const bytes = { most: FASTEST };
    const rates = new Rates<Name>({
      cpu: { most: PROCESSOR * Math.max(1, host.processors()) },
      ...{ in: bytes, out: bytes, read: bytes, written: bytes },
      ...{ slices: { most: 1_000 }, held: { most: 1_000 } },
    });
    return async () => {
      const values: Values = [];
      const now = await takenBy(host, await running.now());
      const since = rates.since(
        host.monotonic(),
        new Map([...now].map(([id, { counters }]) => [id, counters])),
      );
      for (const [id, { name, memory, limit }] of now) {
        const rate = since.get(id);
        put(values, containerCpu, rate?.cpu === undefined ? undefined : rate.cpu / 1e7, name);
        put(values, containerMemoryBytes, memory, name);
        if (memory !== undefined && limit !== undefined)
          put(values, containerMemory, Math.min(100, (memory / limit) * 100), name);
        if (rate?.slices)
          put(values, containerThrottled, Math.min(100, ((rate.held ?? 0) / rate.slices) * 100), name);
        put(values, containerIn, rate?.in, name);
        put(values, containerOut, rate?.out, name);
        put(values, containerRead, rate?.read, name);
        put(values, containerWrite, rate?.written, name);
      }
      if (now.size < running.known) running.changed();
      return values;
    };
  },
};

async function takenBy(host: Host, running: readonly Running[]): Promise<Map<string, Taken>> {
  const found = new Map<string, Taken>();
  const others: Running[] = [];
  const meminfo = host.peek("/proc/meminfo");
  const machine = (meminfo && parseMeminfo(meminfo).total) ?? Infinity;
  for (const one of running) {
    const group = groupOf(host, one.pid, one.id);
    const taken = group && ofGroup(host, one, group);
    if (taken !== undefined) found.set(one.key, { ...taken, limit: below(taken.limit, machine) });
    else if (!one.wasGroup) others.push(one);
    one.wasGroup ||= taken !== undefined;
  }
  await inParallel(others.slice(0, MOST_ASKED), AT_ONCE, async (one) => {
    // One that ended, or of which the engine does not tell now, has a gap.
    const stats = await statsOf(host, one.id, CALL_MS).catch(() => undefined);
    if (stats === undefined) return;
    const { cpu_stats, memory_stats } = stats.told;
    const [traffic, blocks] = [trafficIn(stats.told), blocksIn(stats.told)];
    const { periods, throttled_periods } = cpu_stats.throttling_data;
    found.set(one.key, {
      name: one.name,
      counters: {
        cpu: cpu_stats.cpu_usage.total_usage,
        ...(traffic === undefined ? {} : { in: traffic.received, out: traffic.sent }),
        ...{ read: blocks.read, written: blocks.write, slices: periods, held: throttled_periods },
      },
      memory: memoryIn(stats.told),
      limit: one.hasLimit ? limitIn(memory_stats.limit) : undefined,
    });
  });
  return found;
}

const below = (limit: number | undefined, machine: number): number | undefined =>
  limit !== undefined && limit < machine ? limit : undefined;

function ofGroup(host: Host, one: Running, group: ContainerGroup): Taken | undefined {
  const cpu = processorTime(host, group);
  if (cpu === undefined) return undefined;
  const blocks = blocksMoved(host, group);
  const quota = slices(host, group);
  const traffic = one.ownNetwork ? trafficOf(host, one.pid) : undefined;
  return {
    name: one.name,
    counters: {
      cpu,
      ...traffic,
      ...blocks,
      ...(quota === undefined ? {} : { slices: quota.all, held: quota.held }),
    },
    memory: memoryHeld(host, group),
    limit: memoryLimit(host, group),
  };
}

/** Bytes of all its interfaces but the loopback. */
function trafficOf(host: Host, pid: number): { in: number; out: number } | undefined {
  const text = host.peekText(`/proc/${pid}/net/dev`);
  if (text === undefined) return undefined;
  const sums = { in: 0, out: 0 };
  for (const [name, link] of parseNetDev(text)) {
    if (name === "lo") continue;
    sums.in += link.in.bytes;
    sums.out += link.out.bytes;
  }
  return sums;
}
