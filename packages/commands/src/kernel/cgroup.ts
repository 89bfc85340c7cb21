/** Limits that a container puts on the machine as it is seen from inside (cgroup v1 and v2). */
import type { Host } from "../host.ts";
import { Scan } from "./scan.ts";

// Which group's limits count: that of process 1 and the groups above it. In a container that is the container
// itself; on a plain machine it is init, which has none. The agent's own group would be wrong: a service with a
// limit of its own (`MemoryMax=`) must not make a machine look small.
const INIT_GROUPS = "/proc/1/cgroup";
const ROOT = "/sys/fs/cgroup";

/** The folders, innermost first, that hold a controller's files for process 1. */
interface Groups {
  version: 1 | 2;
  folders: string[];
}

function groupsOf(host: Host, controller: "memory" | "cpu"): Groups {
  const lines = (host.peekText(INIT_GROUPS) ?? "").split("\n").map((line) => {
    const [, names = "", ...path] = line.split(":");
    return { names: names.split(","), path: path.join(":") };
  });
  const v1 = lines.find((line) => line.names.includes(controller));
  if (v1) return { version: 1, folders: mountsOf(host, controller).flatMap((m) => upward(m, v1.path)) };
  // The v2 line has no names. Without any line (hidepid) the root still tells of a container's limit.
  const v2 = lines.find((line) => line.names.length === 1 && line.names[0] === "" && line.path !== "");
  if (!v2 && host.list(`${ROOT}/${controller}`)) return { version: 1, folders: mountsOf(host, controller) };
  return { version: 2, folders: upward(ROOT, v2?.path ?? "/") };
}

function mountsOf(host: Host, controller: "memory" | "cpu"): string[] {
  if (controller === "memory") return [`${ROOT}/memory`];
  // One of the two is often a link to the other.
  const both = `${ROOT}/cpu,cpuacct`;
  return host.list(both) === undefined ? [`${ROOT}/cpu`] : [both];
}

/** A path below a mount and all above it. Inside a container the path may be the host's: what is not there is skipped by reading. */
function upward(mount: string, path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "." && part !== "..");
  const folders: string[] = [];
  for (let n = Math.min(parts.length, 32); n >= 0; n--) folders.push([mount, ...parts.slice(0, n)].join("/"));
  return folders;
}

/** The number in a file of its own, or `undefined` for "max", "-1" or none. */
export function numberIn(host: Host, path: string): number | undefined {
  const bytes = host.peek(path);
  return bytes && new Scan(bytes).number();
}

/** The number after a name in a file of `name number` lines. */
export function named(host: Host, path: string, name: string): number | undefined {
  const bytes = host.peek(path);
  if (!bytes) return undefined;
  const scan = new Scan(bytes);
  do {
    if (scan.take(`${name} `)) return scan.number();
  } while (scan.nextLine());
  return undefined;
}

export interface MemoryLimit {
  /** Bytes. */
  limit: number;
  /** Charged to the group, caches included. */
  current: number;
  /** Of that, file pages not used lately: the kernel gives them up first. */
  inactiveFile: number;
  /** Of that, all file pages. */
  file: number | undefined;
  swapLimit: number | undefined;
  swapCurrent: number | undefined;
}

/** The tightest memory limit below `machineTotal` bytes, with the use that counts against it. */
export function readMemoryLimit(host: Host, machineTotal: number): MemoryLimit | undefined {
  const { version, folders } = groupsOf(host, "memory");
  let tightest: MemoryLimit | undefined;
  for (const folder of folders) {
    const limit = numberIn(host, `${folder}/${version === 2 ? "memory.max" : "memory.limit_in_bytes"}`);
    // v1 writes "no limit" as a number close to 2^63.
    if (limit === undefined || limit <= 0 || limit >= (tightest?.limit ?? machineTotal)) continue;
    const found = version === 2 ? memoryV2(host, folder, limit) : memoryV1(host, folder, limit);
    if (found) tightest = found;
  }
  return tightest;
}

function memoryV2(host: Host, folder: string, limit: number): MemoryLimit | undefined {
  const current = numberIn(host, `${folder}/memory.current`);
  if (current === undefined) return undefined;
  const stat = `${folder}/memory.stat`;
  return {
    limit,
    current,
    inactiveFile: named(host, stat, "inactive_file") ?? 0,
    file: named(host, stat, "file"),
    swapLimit: numberIn(host, `${folder}/memory.swap.max`),
    swapCurrent: numberIn(host, `${folder}/memory.swap.current`),
  };
}

function memoryV1(host: Host, folder: string, limit: number): MemoryLimit | undefined {
  const current = numberIn(host, `${folder}/memory.usage_in_bytes`);
  if (current === undefined) return undefined;
  const stat = `${folder}/memory.stat`;
  const both = numberIn(host, `${folder}/memory.memsw.limit_in_bytes`);
  const bothUsed = numberIn(host, `${folder}/memory.memsw.usage_in_bytes`);
  return {
    limit,
    current,
    inactiveFile: named(host, stat, "total_inactive_file") ?? named(host, stat, "inactive_file") ?? 0,
    file: named(host, stat, "total_cache") ?? named(host, stat, "cache"),
    // v1 counts memory and swap together; "no limit" gives more than any machine has.
    swapLimit: both === undefined ? undefined : Math.max(0, both - limit),
    swapCurrent: bothUsed === undefined ? undefined : Math.max(0, bothUsed - current),
  };
}

export interface CpuQuota {
  /** Processors' worth of time. */
  cores: number;
  /** Processor time the group has used so far, seconds; `undefined` when not told. */
  used: number | undefined;
}

/** The tightest processor quota below `processors`, with the time that counts against it. */
export function readCpuQuota(host: Host, processors: number): CpuQuota | undefined {
  const { version, folders } = groupsOf(host, "cpu");
  let tightest: { cores: number; folder: string } | undefined;
  for (const folder of folders) {
    const cores = version === 2 ? quotaV2(host, folder) : quotaV1(host, folder);
    if (cores !== undefined && cores > 0 && cores < (tightest?.cores ?? processors))
      tightest = { cores, folder };
  }
  if (!tightest) return undefined;
  const { cores, folder } = tightest;
  if (version === 2) return { cores, used: scaled(named(host, `${folder}/cpu.stat`, "usage_usec"), 1e6) };
  const apart = `${ROOT}/cpuacct${folder.slice(`${ROOT}/cpu`.length)}`;
  const used = numberIn(host, `${folder}/cpuacct.usage`) ?? numberIn(host, `${apart}/cpuacct.usage`);
  return { cores, used: scaled(used, 1e9) };
}

const scaled = (value: number | undefined, unit: number) => (value === undefined ? undefined : value / unit);

function quotaV2(host: Host, folder: string): number | undefined {
  const bytes = host.peek(`${folder}/cpu.max`);
  if (!bytes) return undefined;
  const scan = new Scan(bytes);
  const quota = scan.number(); // "max" is not one
  const period = scan.number();
  return quota === undefined || !period ? undefined : quota / period;
}

function quotaV1(host: Host, folder: string): number | undefined {
  const quota = numberIn(host, `${folder}/cpu.cfs_quota_us`); // "-1" is not one
  const period = numberIn(host, `${folder}/cpu.cfs_period_us`);
  return quota === undefined || !period ? undefined : quota / period;
}
