/** cpu in samples: where the processors' time went since the last one, load and pressure. */
import type { Host } from "../host.ts";
import { readCpuQuota } from "../kernel/cgroup.ts";
import { parseStat, type StatFile, sharesBetween } from "../kernel/cpu-times.ts";
import { parseLoad } from "../kernel/load.ts";
import { put } from "../kernel/measured.ts";
import { pressureSince } from "../kernel/pressure.ts";
import { Rates } from "../kernel/rates.ts";
import type { Sampler, Values } from "../kit.ts";
import {
  cpuCore,
  cpuIowait,
  cpuLoad,
  cpuLoad1,
  cpuLoad5,
  cpuLoad15,
  cpuMeasures,
  cpuPressure,
  cpuSteal,
  cpuSystem,
  cpuUsage,
  cpuUser,
} from "./measures.ts";

/** Processors beyond this number have no series of their own. */
const MOST_CORES = 256;
/** A group is charged for a moment ahead of its quota's slices. */
const ABOVE_QUOTA = 1.5;

export const cpuSampler: Sampler = {
  measures: cpuMeasures,
  start(host, wish) {
    const pressure = pressureSince(host, "cpu");
    const limited = limitUsed(host);
    let before: StatFile | undefined;
    return () => {
      const values: Values = [];
      const bytes = host.peek("/proc/stat");
      const now = bytes && parseStat(bytes);
      const shares = before?.total && now?.total && sharesBetween(before.total, now.total);
      // In a container its own quota is what hurts.
      put(values, cpuUsage, limited() ?? shares?.usage);
      put(values, cpuUser, shares?.user);
      put(values, cpuSystem, shares?.system);
      put(values, cpuIowait, shares?.iowait);
      put(values, cpuSteal, shares?.steal);
      if (wish.cores) putCores(values, before, now);
      before = now;
      putLoad(values, host);
      put(values, cpuPressure, pressure());
      return values;
    };
  },
};

function putCores(values: Values, before: StatFile | undefined, now: StatFile | undefined): void {
  for (const [number, times] of now?.cores ?? []) {
    const earlier = number < MOST_CORES ? before?.cores.get(number) : undefined;
    put(values, cpuCore, earlier && sharesBetween(earlier, times)?.usage, String(number));
  }
}

function putLoad(values: Values, host: Host): void {
  const bytes = host.peek("/proc/loadavg");
  const load = bytes && parseLoad(bytes);
  put(values, cpuLoad1, load?.one);
  put(values, cpuLoad5, load?.five);
  put(values, cpuLoad15, load?.fifteen);
  put(values, cpuLoad, load && load.one / Math.max(1, host.processors()));
}

/** Percent of a container's quota that was used since the last call; undefined where there is none. */
function limitUsed(host: Host): () => number | undefined {
  const processors = host.processors();
  // Seconds of processor time a ms.
  const rates = new Rates({ used: { most: (processors * ABOVE_QUOTA) / 1_000 } });
  return () => {
    const quota = readCpuQuota(host, processors);
    const used = quota?.used;
    const rate = rates.ofOne(host.monotonic(), used === undefined ? undefined : { used }).used;
    return quota === undefined || rate === undefined ? undefined : (rate / quota.cores) * 100;
  };
}
