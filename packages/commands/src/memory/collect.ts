/** memory at the agent: /proc/meminfo, and the container's own figures where it has a limit. */
import { type AnswerOf, Fault } from "@servereye/contract";
import type { Host } from "../host.ts";
import { type MemoryLimit, readMemoryLimit } from "../kernel/cgroup.ts";
import { type Meminfo, parseMeminfo } from "../kernel/meminfo.ts";
import { readPressure } from "../kernel/pressure.ts";
import { collector } from "../kit.ts";
import { memory } from "./contract.ts";

type MemoryAnswer = AnswerOf<typeof memory>;

export const memoryCollector = collector(memory, async (_ask, host): Promise<MemoryAnswer> => {
  const now = memoryNow(host);
  if (now === undefined) throw new Fault("UNSUPPORTED", "/proc/meminfo tells no MemTotal");
  const pressure = readPressure(host, "memory");
  return { ...now, ...(pressure ? { pressure } : {}) };
});

/** Undefined where the kernel tells nothing. */
export function memoryNow(host: Host): MemoryAnswer | undefined {
  const bytes = host.peek("/proc/meminfo");
  const info = bytes && parseMeminfo(bytes);
  if (!info?.total) return undefined;
  const limit = readMemoryLimit(host, info.total);
  return limit ? ofContainer(info.total, info, limit) : ofMachine(info.total, info);
}

function ofMachine(total: number, info: Meminfo): MemoryAnswer {
  const { free = 0, buffers = 0, cached = 0, reclaimable = 0, shared = 0 } = info;
  // Kernels before 3.14 do not tell what is available: free and what can be dropped, shared memory can not be.
  const guessed = free + buffers + Math.max(0, cached + reclaimable - shared);
  const available = Math.min(total, info.available ?? guessed);
  const swap = swapOf(info.swapTotal ?? 0, (info.swapTotal ?? 0) - (info.swapFree ?? 0));
  return {
    total,
    used: total - available,
    available,
    free: Math.min(total, free),
    ...(info.buffers === undefined ? {} : { buffers }),
    ...(info.cached === undefined ? {} : { cached: cached + reclaimable }),
    ...(swap ? { swap } : {}),
  };
}

function ofContainer(machineTotal: number, info: Meminfo, limit: MemoryLimit): MemoryAnswer {
  const total = limit.limit;
  const current = Math.min(total, limit.current);
  // The working set, as container engines count it: what is charged without the file pages dropped first.
  const used = Math.max(0, current - limit.inactiveFile);
  const swap = swapOf(Math.min(info.swapTotal ?? 0, limit.swapLimit ?? Infinity), limit.swapCurrent);
  return {
    total,
    used,
    available: total - used,
    free: total - current,
    ...(limit.file === undefined ? {} : { cached: limit.file }),
    ...(swap ? { swap } : {}),
    container: { machineTotal },
  };
}

function swapOf(total: number, used: number | undefined): MemoryAnswer["swap"] {
  if (total <= 0 || used === undefined) return undefined;
  return { total, used: Math.min(total, Math.max(0, used)) };
}
