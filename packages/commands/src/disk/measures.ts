/** disk's measures, and the two percentages they are made of. */
import type { Level, Measure } from "@servereye/contract";
import { levelOf } from "@servereye/contract";
import { percentOf } from "../shown/shares.ts";
import type { DiskSpace, Filesystem } from "./contract.ts";

export const diskUsed = {
  key: "disk.used",
  unit: "percent",
  kind: "gauge",
  about: "space used, as df counts it",
  of: "filesystem",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 90,
} as const satisfies Measure;

export const diskInodes = {
  key: "disk.inodes",
  unit: "percent",
  kind: "gauge",
  about: "inodes used",
  of: "filesystem",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 90,
} as const satisfies Measure;

export const diskBusy = {
  key: "disk.busy",
  unit: "percent",
  kind: "gauge",
  about: "time with a request in work",
  of: "device",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 95,
} as const satisfies Measure;

export const diskUsedBytes = {
  key: "disk.used_bytes",
  unit: "bytes",
  kind: "gauge",
  about: "space used",
  of: "filesystem",
  quantum: 1_048_576,
  worse: "higher",
} as const satisfies Measure;

export const diskRead = {
  key: "disk.read",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes read",
  of: "device",
  quantum: 100,
  worse: "none",
} as const satisfies Measure;

export const diskWrite = {
  key: "disk.write",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes written",
  of: "device",
  quantum: 100,
  worse: "none",
} as const satisfies Measure;

export const diskReads = {
  key: "disk.reads",
  unit: "per_second",
  kind: "gauge",
  about: "reads that were completed",
  of: "device",
  quantum: 0.1,
  worse: "none",
} as const satisfies Measure;

export const diskWrites = {
  key: "disk.writes",
  unit: "per_second",
  kind: "gauge",
  about: "writes that were completed",
  of: "device",
  quantum: 0.1,
  worse: "none",
} as const satisfies Measure;

export const diskPressure = {
  key: "disk.pressure",
  unit: "percent",
  kind: "gauge",
  about: "time in which something waited for a disk",
  quantum: 0.1,
  worse: "higher",
} as const satisfies Measure;

export const diskMeasures: readonly Measure[] = [
  diskUsed,
  diskUsedBytes,
  diskInodes,
  diskRead,
  diskWrite,
  diskReads,
  diskWrites,
  diskBusy,
  diskPressure,
];

/** Percent used as df(1) counts it: used / (used + available), so that 100 means nobody but root can write. */
export const usedPercent = (space: DiskSpace): number => percentOf(space.used, space.used + space.available);

/** Percent of inodes in use, 0 where there is no fixed number of them. */
export const inodesPercent = (space: DiskSpace): number =>
  space.inodes ? percentOf(space.inodes.used, space.inodes.total) : 0;

/** What a filesystem's row is marked with: hanging is bad, telling no size is neither good nor bad. */
export function spaceLevel(filesystem: Filesystem): Level | undefined {
  if (filesystem.space === "hung") return "bad";
  if (filesystem.space === "unreadable") return undefined;
  return levelOf(diskUsed, usedPercent(filesystem.space));
}

/** How much a filesystem asks to be looked at: more is sooner. */
export function urgencyOf({ space }: Pick<Filesystem, "space">): number {
  if (space === "hung") return 200;
  if (space === "unreadable") return -1;
  return Math.max(usedPercent(space), inodesPercent(space));
}
