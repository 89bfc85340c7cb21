/** memory's numbers. */
import type { Measure } from "@servereye/contract";

export const memoryUsage = {
  key: "memory.usage",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 80,
  bad: 90,
} as const satisfies Measure;

export const memoryAvailable = {
  key: "memory.available",
  unit: "bytes",
  kind: "gauge",
  worse: "lower",
} as const satisfies Measure;

/** Full swap is no harm in itself, but nothing is left after it. The thresholds are ours. */
export const memorySwap = {
  key: "memory.swap_usage",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 80,
  bad: 95,
} as const satisfies Measure;

/** PSI "some" of the last 10 seconds: waiting for memory is felt long before a tenth of the time. Ours too. */
export const memoryPressure = {
  key: "memory.pressure",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 10,
  bad: 30,
} as const satisfies Measure;

export const memoryMeasures: readonly Measure[] = [memoryUsage, memoryAvailable, memorySwap, memoryPressure];
