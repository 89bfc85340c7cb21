/** cpu's numbers. The thresholds are ours: a busy processor is only bad when it stays so, waiting is worse. */
import type { Measure } from "@servereye/contract";

export const cpuUsage = {
  key: "cpu.usage",
  unit: "percent",
  kind: "gauge",
  about: "time in which the processors worked",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 95,
} as const satisfies Measure;

export const cpuUser = {
  key: "cpu.user",
  unit: "percent",
  kind: "gauge",
  about: "time in programs",
  quantum: 0.1,
  worse: "higher",
} as const satisfies Measure;

export const cpuSystem = {
  key: "cpu.system",
  unit: "percent",
  kind: "gauge",
  about: "time in the kernel, interrupts included",
  quantum: 0.1,
  worse: "higher",
} as const satisfies Measure;

export const cpuIowait = {
  key: "cpu.iowait",
  unit: "percent",
  kind: "gauge",
  about: "idle while a disk was waited for",
  quantum: 0.1,
  worse: "higher",
  warn: 20,
  bad: 50,
} as const satisfies Measure;

export const cpuSteal = {
  key: "cpu.steal",
  unit: "percent",
  kind: "gauge",
  about: "wanted, and given to others by the hypervisor",
  quantum: 0.1,
  worse: "higher",
  warn: 10,
  bad: 25,
} as const satisfies Measure;

/** Load of one minute for each processor online: above 1 tasks queue, or wait for disks. */
export const cpuLoad = {
  key: "cpu.load_per_core",
  unit: "load",
  kind: "gauge",
  about: "load of one minute for each processor online",
  quantum: 0.01,
  worse: "higher",
  warn: 1,
  bad: 2,
} as const satisfies Measure;

/** PSI "some" of the last 10 seconds. */
export const cpuPressure = {
  key: "cpu.pressure",
  unit: "percent",
  kind: "gauge",
  about: "time in which something waited for a processor",
  quantum: 0.1,
  worse: "higher",
  warn: 40,
  bad: 80,
} as const satisfies Measure;

/** Measured where SERVEREYE_AGENT_SAMPLES asks for cores: a large machine has hundreds. */
export const cpuCore = {
  key: "cpu.core_usage",
  unit: "percent",
  kind: "gauge",
  about: "time in which one processor worked",
  of: "core",
  quantum: 0.1,
  worse: "higher",
} as const satisfies Measure;

export const cpuLoad1 = {
  key: "cpu.load1",
  unit: "load",
  kind: "gauge",
  about: "tasks that run or wait, mean of a minute",
  quantum: 0.01,
  worse: "higher",
} as const satisfies Measure;

export const cpuLoad5 = {
  key: "cpu.load5",
  unit: "load",
  kind: "gauge",
  about: "the same of 5 minutes",
  quantum: 0.01,
  worse: "higher",
} as const satisfies Measure;

export const cpuLoad15 = {
  key: "cpu.load15",
  unit: "load",
  kind: "gauge",
  about: "the same of 15 minutes",
  quantum: 0.01,
  worse: "higher",
} as const satisfies Measure;

export const cpuMeasures: readonly Measure[] = [
  cpuUsage,
  cpuUser,
  cpuSystem,
  cpuIowait,
  cpuSteal,
  cpuCore,
  cpuLoad1,
  cpuLoad5,
  cpuLoad15,
  cpuLoad,
  cpuPressure,
];
