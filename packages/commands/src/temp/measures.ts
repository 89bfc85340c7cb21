/** temp's measures, and the thresholds of one sensor. */
import type { Level, Measure } from "@servereye/contract";
import { levelOf } from "@servereye/contract";
import type { Sensor } from "./contract.ts";

export const tempCelsius = {
  key: "temp.celsius",
  unit: "celsius",
  kind: "gauge",
  about: "temperature",
  of: "sensor",
  quantum: 0.1,
  worse: "higher",
  warn: 70,
  bad: 85,
} as const satisfies Measure;

export const tempAverage = {
  key: "temp.average",
  unit: "celsius",
  kind: "gauge",
  about: "mean of the cores, else of the processor, else of all sensors",
  quantum: 0.1,
  worse: "higher",
  warn: 70,
  bad: 85,
} as const satisfies Measure;

export const tempMeasures: readonly Measure[] = [
  tempCelsius,
  tempAverage,
  {
    key: "temp.throttled",
    unit: "count",
    kind: "counter",
    about: "times since boot that heat slowed a processor",
    quantum: 1,
    worse: "higher",
  },
];

/** How far below its own limit a sensor warns, °C, where that is stricter than the usual threshold. */
const AHEAD = 10;

/** 70/85 °C, or the sensor's own critical temperature when it is lower (a hard disk's 60), warning 10 °C before. */
export function thresholdsOf({ crit }: Pick<Sensor, "crit">): { warn: number; bad: number } {
  const bad = Math.min(tempCelsius.bad, crit ?? tempCelsius.bad);
  return { bad, warn: Math.min(tempCelsius.warn, bad - AHEAD) };
}

export const tempLevel = (sensor: Pick<Sensor, "celsius" | "crit">): Level =>
  levelOf({ worse: "higher", ...thresholdsOf(sensor) }, sensor.celsius);

const WEIGHT = { ok: 0, warn: 1, bad: 2 } as const;

/** For sorting: those beyond their own thresholds first, then the hottest. */
export const worstFirst = (a: Sensor, b: Sensor): number =>
  WEIGHT[tempLevel(b)] - WEIGHT[tempLevel(a)] || b.celsius - a.celsius;
