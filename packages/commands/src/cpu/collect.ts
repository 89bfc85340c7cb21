/** cpu at the agent: two readings of /proc/stat an interval apart, load, pressure and a container's quota. */
import type { AnswerOf } from "@servereye/contract";
import type { Host } from "../host.ts";
import { type CpuQuota, readCpuQuota } from "../kernel/cgroup.ts";
import { type CpuTimes, parseStat, type StatFile, sharesBetween } from "../kernel/cpu-times.ts";
import { parseLoad } from "../kernel/load.ts";
import { readPressure } from "../kernel/pressure.ts";
import { tenths } from "../kernel/rounding.ts";
import { collector } from "../kit.ts";
import { cpu, MAX_CORES } from "./contract.ts";

type CpuAnswer = AnswerOf<typeof cpu>;

/** Ms. 40 ticks of a core at the usual 100 a second, so a share is good to 2.5 % of a core. */
const INTERVAL_MS = 400;

export const cpuCollector = collector(cpu, async (_ask, host): Promise<CpuAnswer> => {
  const processors = host.processors();
  const before = statOf(host);
  const quotaBefore = readCpuQuota(host, processors);
  const from = host.monotonic();
  await host.wait(INTERVAL_MS);
  const after = statOf(host);
  const quota = readCpuQuota(host, processors);
  const intervalMs = Math.max(1, Math.round(host.monotonic() - from));

  const now = nowOf(before?.total, after?.total);
  const load = host.peek("/proc/loadavg");
  const told = load && parseLoad(load);
  const pressure = readPressure(host, "cpu");
  const limit = quota && limitOf(quotaBefore, quota, intervalMs / 1000);
  return {
    intervalMs,
    ...(now ? { now } : {}),
    cores: coresOf(before, after),
    processors,
    ...(told ? { load: told } : {}),
    ...(limit ? { limit } : {}),
    ...(pressure ? { pressure } : {}),
  };
});

function statOf(host: Host): StatFile | undefined {
  const bytes = host.peek("/proc/stat");
  return bytes && parseStat(bytes);
}

function nowOf(before: CpuTimes | undefined, after: CpuTimes | undefined): CpuAnswer["now"] {
  const shares = before && after && sharesBetween(before, after);
  if (!shares) return undefined;
  const { usage, user, system, iowait, steal } = shares;
  return {
    usage: tenths(usage),
    user: tenths(user),
    system: tenths(system),
    iowait: tenths(iowait),
    ...(steal === undefined ? {} : { steal: tenths(steal) }),
  };
}

function coresOf(before: StatFile | undefined, after: StatFile | undefined): (number | null)[] {
  const cores: (number | null)[] = [];
  for (const [number, times] of after?.cores ?? []) {
    const earlier = before?.cores.get(number);
    if (number >= MAX_CORES) continue;
    while (cores.length < number) cores.push(null);
    const shares = earlier && sharesBetween(earlier, times);
    cores[number] = shares ? tenths(shares.usage) : null;
  }
  return cores;
}

function limitOf(before: CpuQuota | undefined, after: CpuQuota, seconds: number): CpuAnswer["limit"] {
  const cores = Math.round(after.cores * 100) / 100;
  if (before?.used === undefined || after.used === undefined || after.used < before.used) return { cores };
  return { cores, used: Math.round(((after.used - before.used) / seconds) * 100) / 100 };
}
