/** uptime's number. A machine that just started by itself is worth a look: the threshold, 10 minutes, is ours. */
import type { Measure } from "@servereye/contract";

export const uptimeSeconds = {
  key: "uptime.seconds",
  unit: "seconds",
  kind: "gauge",
  about: "time since boot",
  quantum: 1,
  worse: "lower",
  warn: 600,
} as const satisfies Measure;

export const uptimeMeasures: readonly Measure[] = [uptimeSeconds];
