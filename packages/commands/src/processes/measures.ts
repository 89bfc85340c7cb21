/** processes' numbers. */
import type { Measure } from "@servereye/contract";

export const processesTotal = {
  key: "processes.total",
  unit: "count",
  kind: "gauge",
  about: "processes, threads of the kernel included",
  quantum: 1,
  worse: "higher",
} as const satisfies Measure;

/** A few come and go; many mean a parent that does not take its children. The thresholds are ours. */
export const processesZombies = {
  key: "processes.zombies",
  unit: "count",
  kind: "gauge",
  about: "ended, and not taken by their parent",
  quantum: 1,
  worse: "higher",
  warn: 10,
  bad: 100,
} as const satisfies Measure;

/** Waiting for a device at the moment of asking; many mean a disk or a network mount that hangs. Ours too. */
export const processesStuck = {
  key: "processes.stuck",
  unit: "count",
  kind: "gauge",
  about: "waiting for a device, not to be interrupted",
  quantum: 1,
  worse: "higher",
  warn: 5,
  bad: 20,
} as const satisfies Measure;

export const processesMeasures: readonly Measure[] = [processesTotal, processesZombies, processesStuck];
