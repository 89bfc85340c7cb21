/** cpu's numbers. The thresholds are ours: a busy processor is only bad when it stays so, waiting is worse. */
import type { Measure } from "@servereye/contract";

export const cpuUsage = {
  key: "cpu.usage",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 80,
  bad: 95,
} as const satisfies Measure;

export const cpuUser = {
  key: "cpu.user",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
} as const satisfies Measure;

export const cpuSystem = {
  key: "cpu.system",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
} as const satisfies Measure;

export const cpuIowait = {
  key: "cpu.iowait",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 20,
  bad: 50,
} as const satisfies Measure;

export const cpuSteal = {
  key: "cpu.steal",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 10,
  bad: 25,
} as const satisfies Measure;

/** Load of one minute for each processor online: above 1 tasks queue, or wait for disks. */
export const cpuLoad = {
  key: "cpu.load_per_core",
  unit: "load",
  kind: "gauge",
  worse: "higher",
  warn: 1,
  bad: 2,
} as const satisfies Measure;

/** PSI "some" of the last 10 seconds. */
export const cpuPressure = {
  key: "cpu.pressure",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 40,
  bad: 80,
} as const satisfies Measure;

export const cpuMeasures: readonly Measure[] = [
  cpuUsage,
  cpuUser,
  cpuSystem,
  cpuIowait,
  cpuSteal,
  cpuLoad,
  cpuPressure,
];
