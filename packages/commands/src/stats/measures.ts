/** stats_container's numbers. */
import type { Measure } from "@servereye/contract";

/** Of the container's own limit: beyond it the kernel kills in it. As of a machine's memory. */
export const containerMemory = {
  key: "container.memory_usage",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 80,
  bad: 90,
} as const satisfies Measure;

/** A limit that holds it back in every fourth slice is felt by those who wait for it. The thresholds are ours. */
export const containerThrottled = {
  key: "container.throttled",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 25,
  bad: 75,
} as const satisfies Measure;

const containerCpu = {
  key: "container.cpu",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
} as const satisfies Measure;

export const statsContainerMeasures: readonly Measure[] = [containerCpu, containerMemory, containerThrottled];
