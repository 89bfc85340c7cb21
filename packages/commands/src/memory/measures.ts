/** memory's numbers. */
import type { Measure } from "@servereye/contract";

export const memoryUsage = {
  key: "memory.usage",
  unit: "percent",
  kind: "gauge",
  about: "used of total",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 90,
} as const satisfies Measure;

export const memoryAvailable = {
  key: "memory.available",
  unit: "bytes",
  kind: "gauge",
  about: "what programs can still get without swapping",
  quantum: 1_048_576,
  worse: "lower",
} as const satisfies Measure;

/** Full swap is no harm in itself, but nothing is left after it. The thresholds are ours. */
export const memorySwap = {
  key: "memory.swap_usage",
  unit: "percent",
  kind: "gauge",
  about: "swap used of its total",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 95,
} as const satisfies Measure;

/** PSI "some" of the last 10 seconds: waiting for memory is felt long before a tenth of the time. Ours too. */
export const memoryPressure = {
  key: "memory.pressure",
  unit: "percent",
  kind: "gauge",
  about: "time in which something waited for memory",
  quantum: 0.1,
  worse: "higher",
  warn: 10,
  bad: 30,
} as const satisfies Measure;

export const memoryMeasures: readonly Measure[] = [memoryUsage, memoryAvailable, memorySwap, memoryPressure];
