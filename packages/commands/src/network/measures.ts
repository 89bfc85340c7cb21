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
  about: "traffic of the busier direction in the speed of the link",
  of: "interface",
  quantum: 0.1,
  worse: "higher",
  warn: 80,
  bad: 95,
} as const satisfies Measure;

/** Percent of packets that came to harm: asked, since boot. A sound cable is far below one in a thousand. */
export const networkErrors = {
  key: "network.errors",
  unit: "percent",
  kind: "gauge",
  about: "packets that came to harm",
  of: "interface",
  quantum: 0.01,
  worse: "higher",
  warn: 0.1,
  bad: 1,
} as const satisfies Measure;

export const networkIn = {
  key: "network.in",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes received",
  of: "interface",
  quantum: 100,
  worse: "none",
} as const satisfies Measure;

export const networkOut = {
  key: "network.out",
  unit: "bytes_per_second",
  kind: "gauge",
  about: "bytes sent",
  of: "interface",
  quantum: 100,
  worse: "none",
} as const satisfies Measure;

export const networkPacketsIn = {
  key: "network.packets_in",
  unit: "per_second",
  kind: "gauge",
  about: "packets received",
  of: "interface",
  quantum: 1,
  worse: "none",
} as const satisfies Measure;

export const networkPacketsOut = {
  key: "network.packets_out",
  unit: "per_second",
  kind: "gauge",
  about: "packets sent",
  of: "interface",
  quantum: 1,
  worse: "none",
} as const satisfies Measure;

export const networkErrorRate = {
  key: "network.error_rate",
  unit: "per_second",
  kind: "gauge",
  about: "packets that came to harm, both directions",
  of: "interface",
  quantum: 0.01,
  worse: "higher",
} as const satisfies Measure;

export const networkDrops = {
  key: "network.drops",
  unit: "per_second",
  kind: "gauge",
  about: "packets dropped, both directions",
  of: "interface",
  quantum: 0.01,
  worse: "higher",
} as const satisfies Measure;

export const networkTcp = {
  key: "network.tcp",
  unit: "count",
  kind: "gauge",
  about: "TCP sockets",
  of: "state",
  quantum: 1,
  worse: "none",
} as const satisfies Measure;

export const networkMeasures: readonly Measure[] = [
  networkIn,
  networkOut,
  networkPacketsIn,
  networkPacketsOut,
  networkLoad,
  networkErrors,
  networkErrorRate,
  networkDrops,
  networkTcp,
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
