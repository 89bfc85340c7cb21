/** What a chart is asked for with, as a button keeps it. */
import type { Measure } from "@servereye/contract";
import type { ButtonAction } from "../../ports/buttons.ts";
import { mainOf } from "./meant.ts";
import { RECENT_SPAN, spanOf, USUAL_SPAN } from "./span.ts";

/** Servers that are compared at the most, and measures that share a chart. */
export const MOST_SERVERS = 8;
const MOST_KEYS = 4;

export interface ChartWish {
  serverIds: readonly string[];
  keys: readonly string[];
  /** One thing of them: a disk, an interface, a container. */
  of?: string;
  span: string;
  /** The reading it was opened from, as its own button asks it. */
  back?: { command: string; ask: Record<string, unknown> };
}

export const chartAction = (
  { serverIds, keys, of, span, back }: ChartWish,
  what = "chart",
): ButtonAction => ({
  kind: "do",
  what,
  values: {
    servers: serverIds.join(" "),
    keys: keys.join(" "),
    span,
    ...(of === undefined ? {} : { of }),
    ...(back === undefined ? {} : { back: JSON.stringify(back) }),
  },
});

export function wishOf({ servers = "", keys = "", span = "", of, back }: Record<string, string>): ChartWish {
  return {
    serverIds: servers.split(" ").filter(Boolean).slice(0, MOST_SERVERS),
    keys: keys.split(" ").filter(Boolean).slice(0, MOST_KEYS),
    span: spanOf(span) ?? USUAL_SPAN,
    ...(of === undefined ? {} : { of }),
    ...(back === undefined ? {} : { back: JSON.parse(back) }),
  };
}

/** 📈 under a reading: what it is mainly about, of the last hours. Undefined for one that measures nothing over time. */
export function chartButton(
  reading: { name: string; measures: readonly Measure[]; named?: true },
  serverId: string,
  ask: Record<string, unknown>,
  of: string | undefined,
): { label: string; action: ButtonAction } | undefined {
  const keys = mainOf(reading.measures).map(({ key }) => key);
  // Of all containers together there would be nothing of the one that was asked about.
  if (keys.length === 0 || (reading.named === true && of === undefined)) return undefined;
  const back = { command: reading.name, ask };
  const wish = { serverIds: [serverId], keys, span: RECENT_SPAN, back, ...(of === undefined ? {} : { of }) };
  return { label: "📈", action: chartAction(wish) };
}
