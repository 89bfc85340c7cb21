/** `/proc/stat`: how long each processor was in each state, in clock ticks since boot (proc_stat(5)). */
import { Scan } from "./scan.ts";

export interface CpuTimes {
  /** user + nice; guests are already inside these two. */
  user: number;
  /** system + irq + softirq. */
  system: number;
  idle: number;
  iowait: number;
  /** Taken by the hypervisor; `undefined` on kernels that do not tell (before 2.6.11). */
  steal: number | undefined;
}

export interface StatFile {
  total: CpuTimes | undefined;
  /** By processor number: there are gaps where one is offline. */
  cores: Map<number, CpuTimes>;
  /** Epoch seconds. */
  bootTime: number | undefined;
}

/** Reads the whole file; lines that are not understood are passed over. */
export function parseStat(bytes: Uint8Array): StatFile {
  const file: StatFile = { total: undefined, cores: new Map(), bootTime: undefined };
  const scan = new Scan(bytes);
  do {
    if (scan.take("cpu")) {
      const core = scan.bytes[scan.at] === 0x20 ? undefined : scan.number();
      const times = parseTimes(scan);
      if (times && core === undefined) file.total ??= times;
      else if (times && core !== undefined) file.cores.set(core, times);
    } else if (scan.take("btime ")) {
      file.bootTime = scan.number();
    }
  } while (scan.nextLine());
  return file;
}

function parseTimes(scan: Scan): CpuTimes | undefined {
  const user = scan.number();
  const nice = scan.number();
  const system = scan.number();
  const idle = scan.number();
  if (user === undefined || nice === undefined || system === undefined || idle === undefined)
    return undefined;
  const iowait = scan.number() ?? 0;
  const irq = scan.number() ?? 0;
  const softirq = scan.number() ?? 0;
  return { user: user + nice, system: system + irq + softirq, idle, iowait, steal: scan.number() };
}

/** Where the time of an interval went, percent of it. */
export interface CpuShares {
  /** All but idle and iowait: user + system + steal. */
  usage: number;
  user: number;
  system: number;
  iowait: number;
  steal?: number;
}

/**
 * Shares of the interval between two readings, or `undefined` when they tell of none (no tick went by, or the
 * counters were reset). Single counters are known to step back a little (iowait, idle, steal): these count as 0.
 */
export function sharesBetween(before: CpuTimes, after: CpuTimes): CpuShares | undefined {
  if (sum(after) < sum(before)) return undefined;
  const gone = (key: keyof CpuTimes) => Math.max(0, (after[key] ?? 0) - (before[key] ?? 0));
  const [user, system, idle, iowait] = [gone("user"), gone("system"), gone("idle"), gone("iowait")];
  const known = after.steal !== undefined && before.steal !== undefined;
  const steal = known ? gone("steal") : 0;
  const whole = user + system + idle + iowait + steal;
  if (whole === 0) return undefined;
  const percent = (ticks: number) => (ticks / whole) * 100;
  return {
    usage: percent(user + system + steal),
    user: percent(user),
    system: percent(system),
    iowait: percent(iowait),
    ...(known ? { steal: percent(steal) } : {}),
  };
}

const sum = (t: CpuTimes) => t.user + t.system + t.idle + t.iowait + (t.steal ?? 0);
