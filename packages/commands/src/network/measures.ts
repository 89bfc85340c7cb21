/** network's measures, and the percentages they are made of. */
import type { Level, Measure } from "@servereye/contract";
import { levelOf } from "@servereye/contract";
import { worstOf } from "../shown/shares.ts";
import type { Flow, Interface } from "./contract.ts";

/** Percent of a link's speed in use, the busier direction: links are full duplex. */
export const networkLoad = {
  key: "network.load",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 80,
  bad: 95,
} as const satisfies Measure;

/** Percent of packets since boot that came to harm. A sound cable is far below one in a thousand. */
export const networkErrors = {
  key: "network.errors",
  unit: "percent",
  kind: "gauge",
  worse: "higher",
  warn: 0.1,
  bad: 1,
} as const satisfies Measure;

export const networkMeasures: readonly Measure[] = [
  { key: "network.in", unit: "bytes_per_second", kind: "gauge", worse: "none" },
  { key: "network.out", unit: "bytes_per_second", kind: "gauge", worse: "none" },
  networkLoad,
  networkErrors,
  { key: "network.drops", unit: "count", kind: "counter", worse: "higher" },
];

/** Fewer errors than these say nothing about a link: plugging a cable makes some. */
const ERRORS_THAT_COUNT = 10;

/** Percent of the link's speed, or undefined where speed or rate is not known. */
export function loadPercent({ speed, in: inward, out }: Interface): number | undefined {
  if (speed === undefined || (inward.rate === undefined && out.rate === undefined)) return undefined;
  return (Math.max(inward.rate ?? 0, out.rate ?? 0) * 8 * 100) / speed;
}

export function errorsLevel(...flows: readonly Flow[]): Level {
  return worstOf(
    flows.map(({ errors, packets }) =>
      errors < ERRORS_THAT_COUNT ? "ok" : levelOf(networkErrors, (errors * 100) / (packets + errors)),
    ),
  );
}
