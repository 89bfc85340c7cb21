/** disk's measures, and the two percentages they are made of. */
import type { Level, Measure } from "@servereye/contract";
import { levelOf } from "@servereye/contract";
import { percentOf } from "../shown/shares.ts";
import type { DiskSpace, Filesystem } from "./contract.ts";

export const diskUsed = {
  key: "disk.used",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 80,
  bad: 90,
} as const satisfies Measure;

export const diskInodes = {
  key: "disk.inodes",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 80,
  bad: 90,
} as const satisfies Measure;

export const diskBusy = {
  key: "disk.busy",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 80,
  bad: 95,
} as const satisfies Measure;

export const diskMeasures: readonly Measure[] = [
  diskUsed,
  diskInodes,
  diskBusy,
  { key: "disk.read", unit: "bytes_per_second", kind: "gauge", worse: "none" },
  { key: "disk.write", unit: "bytes_per_second", kind: "gauge", worse: "none" },
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
