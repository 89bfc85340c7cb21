/** A container's own control groups on this machine (cgroup v1 and v2), and what they count. */
import type { Host } from "../host.ts";
import { named, numberIn } from "../kernel/cgroup.ts";
import { limitIn, withoutCache } from "./shapes/stats.ts";

const ROOT = "/sys/fs/cgroup";

export interface ContainerGroup {
  version: 1 | 2;
  /** Folders with the files about processor time and about memory: of v2 the same. */
  cpu: string;
  memory: string;
  /** The same about block devices; absent where v1 has no such group for it. */
  blocks?: string;
}

/**
 * By the groups of its first process, which the kernel tells whatever engine and driver made them: `docker/<id>`,
 * `system.slice/docker-<id>.scope`, `libpod-<id>.scope` ... Undefined where they are not to be seen from here, and
 * where the process of that number is not the container's (an engine elsewhere, an agent in a container itself).
 */
export function groupOf(host: Host, pid: number, id: string): ContainerGroup | undefined {
  const lines = (host.peekText(`/proc/${pid}/cgroup`) ?? "").split("\n").map((line) => {
    const [, names = "", ...path] = line.split(":");
    return { names, path: ownPath(path.join(":"), id) };
  });
  const of = (controller: string) =>
    lines.find(({ names, path }) => names.split(",").includes(controller) && path !== undefined);
  const [cpu, memory, blocks, both] = [of("cpuacct"), of("memory"), of("blkio"), of("")];
  if (cpu !== undefined && memory !== undefined) {
    const mount = host.list(`${ROOT}/${cpu.names}`) === undefined ? "cpuacct" : cpu.names;
    return present(host, {
      version: 1,
      cpu: `${ROOT}/${mount}${cpu.path}`,
      memory: `${ROOT}/memory${memory.path}`,
      ...(blocks === undefined ? {} : { blocks: `${ROOT}/blkio${blocks.path}` }),
    });
  }
  if (both === undefined) return undefined;
  const folder = `${ROOT}${both.path}`;
  return present(host, { version: 2, cpu: folder, memory: folder, blocks: folder });
}

/** Up to the part that bears the container's id: below that are groups which the container made itself. */
function ownPath(path: string, id: string): string | undefined {
  const parts = path.split("/");
  const own = parts.findIndex((part) => part.includes(id));
  // Seen from another namespace of groups the path leads upward first, to where nothing is mounted.
  return own < 0 || parts.includes("..") ? undefined : parts.slice(0, own + 1).join("/");
}

const present = (host: Host, group: ContainerGroup): ContainerGroup | undefined =>
  processorTime(host, group) === undefined ? undefined : group;

/** Processor time it has taken so far, ns. */
export function processorTime(host: Host, { version, cpu }: ContainerGroup): number | undefined {
  if (version === 1) return numberIn(host, `${cpu}/cpuacct.usage`);
  const micro = named(host, `${cpu}/cpu.stat`, "usage_usec");
  return micro === undefined ? undefined : micro * 1_000;
}

/** Memory it holds, as `memoryIn` counts it, bytes. */
export function memoryHeld(host: Host, { version, memory }: ContainerGroup): number | undefined {
  const usage = numberIn(host, `${memory}/${version === 1 ? "memory.usage_in_bytes" : "memory.current"}`);
  if (usage === undefined) return undefined;
  const cache = named(host, `${memory}/memory.stat`, version === 1 ? "total_inactive_file" : "inactive_file");
  return withoutCache(usage, cache ?? 0);
}

/** Its own limit, bytes; undefined where it has none. */
export function memoryLimit(host: Host, { version, memory }: ContainerGroup): number | undefined {
  return limitIn(numberIn(host, `${memory}/${version === 1 ? "memory.limit_in_bytes" : "memory.max"}`));
}

/** Time slices in which it wanted the processor, and those in which its limit held it back, so far. */
export function slices(host: Host, { cpu }: ContainerGroup): { all: number; held: number } | undefined {
  // Of v1 the two are mounted together as a rule; apart, the limit is kept with the other.
  const apart = cpu.replace(`${ROOT}/cpuacct/`, `${ROOT}/cpu/`);
  const text = host.peekText(`${apart}/cpu.stat`);
  const [, all] = /^nr_periods (\d+)/m.exec(text ?? "") ?? [];
  const [, held] = /^nr_throttled (\d+)/m.exec(text ?? "") ?? [];
  return all === undefined || held === undefined ? undefined : { all: Number(all), held: Number(held) };
}

/** Bytes that it read from and wrote to block devices so far. */
export function blocksMoved(
  host: Host,
  { version, blocks }: ContainerGroup,
): { read: number; written: number } | undefined {
  if (blocks === undefined) return undefined;
  const file = version === 1 ? "blkio.throttle.io_service_bytes_recursive" : "io.stat";
  const text = host.peekText(`${blocks}/${file}`);
  if (text === undefined) return undefined;
  const sum = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((all, [, number]) => all + Number(number), 0);
  // `8:0 Read 4096`, or `8:0 rbytes=4096 wbytes=0 ...`.
  return version === 1
    ? { read: sum(/^\d+:\d+ Read (\d+)$/gm), written: sum(/^\d+:\d+ Write (\d+)$/gm) }
    : { read: sum(/ rbytes=(\d+)/g), written: sum(/ wbytes=(\d+)/g) };
}

/** Numbers of the processes in it and in the groups below it; undefined where they can not be had. */
export function processesIn(host: Host, group: ContainerGroup): number[] | undefined {
  const found: number[] = [];
  const folders = [group.cpu];
  let told = false;
  for (let at = 0; at < Math.min(folders.length, MOST_FOLDERS); at++) {
    const folder = folders[at] ?? "";
    const text = host.peekText(`${folder}/cgroup.procs`);
    if (text !== undefined) told = true;
    found.push(...(text ?? "").split("\n").flatMap((line) => (line === "" ? [] : [Number(line)])));
    // A file has no list: only what was made inside is gone into.
    for (const name of host.list(folder) ?? [])
      if (!FILES.test(name) && host.list(`${folder}/${name}`) !== undefined)
        folders.push(`${folder}/${name}`);
  }
  return told ? found : undefined;
}

/** Groups that are looked into of one container: a whole system in it has some dozens. */
const MOST_FOLDERS = 256;
/** The kernel's own files in a group, which are most of what is listed. */
const FILES =
  /^(?:cgroup|cpu|cpuacct|cpuset|memory|io|pids|hugetlb|rdma|misc|irq)\.|^(?:tasks|notify_on_release)$/;
