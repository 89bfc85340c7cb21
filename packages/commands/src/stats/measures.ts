/** stats_container's numbers. */
import type { Measure } from "@servereye/contract";

/** Of the container's own limit: beyond it the kernel kills in it. As of a machine's memory. */
export const containerMemory = {
  key: "container.memory_usage",
  unit: "percent",
  kind: "gauge",
  about: "memory it holds of its own limit",
  of: "container",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 90,
} as const satisfies Measure;

/** A limit that holds it back in every fourth slice is felt by those who wait for it. The thresholds are ours. */
export const containerThrottled = {
  key: "container.throttled",
  unit: "percent",
  kind: "gauge",
  about: "time slices in which its limit held it back",
  of: "container",
  quantum: 0.1,
  worse: "higher",
  warn: 25,
  bad: 75,
} as const satisfies Measure;

export const containerCpu = {
  key: "container.cpu",
  unit: "percent",
  kind: "gauge",
  about: "processor time; 100 is one processor",
  of: "container",
  quantum: 0.1,
  worse: "higher",
} as const satisfies Measure;

export const containerMemoryBytes = {
  key: "container.memory",
  unit: "bytes",
  kind: "gauge",
  about: "memory it holds, without file pages that were not used lately",
  of: "container",
  quantum: 65_536,
  worse: "higher",
} as const satisfies Measure;

export const containerIn = {
  key: "container.in",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes received",
  of: "container",
  quantum: 100,
  worse: "none",
} as const satisfies Measure;

export const containerOut = {
  key: "container.out",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes sent",
  of: "container",
  quantum: 100,
  worse: "none",
} as const satisfies Measure;

export const containerRead = {
  key: "container.read",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes read from disks",
  of: "container",
  quantum: 100,
  worse: "none",
} as const satisfies Measure;

export const containerWrite = {
  key: "container.write",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes written to disks",
  of: "container",
  quantum: 100,
  worse: "none",
} as const satisfies Measure;

export const statsContainerMeasures: readonly Measure[] = [
  containerCpu,
  containerMemoryBytes,
  containerMemory,
  containerThrottled,
  containerIn,
  containerOut,
  containerRead,
  containerWrite,
];
