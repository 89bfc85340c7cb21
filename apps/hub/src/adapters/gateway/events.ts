/** The events of one agent on their way in: as many as it may tell, each acknowledged once it is stored. */
import { type AgentEvent, MAX_EVENT_BYTES, MOST_UNACKED_EVENTS } from "@servereye/contract";
import type { OnlineAgent } from "../../core/fleet/door.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import type { GatewayLimits } from "./limits.ts";

export interface EventIntake {
  take(event: AgentEvent): void;
}

/** An agent that tells too much is named in the log so often, ms. */
const NAMED_EVERY_MS = 60_000;

/** What is dropped here is told again by the agent, since nothing acknowledges it; nobody else waits for it. */
export function takeEvents(parts: {
  serverId: string;
  agent: Pick<OnlineAgent, "told">;
  ack(id: string): void;
  clock: Clock;
  metrics: Metrics;
  log: Log;
  limits: Pick<GatewayLimits, "eventBurst" | "eventsPerMinute">;
}): EventIntake {
  const { serverId, clock, metrics, log, limits } = parts;
  const { eventBurst, eventsPerMinute } = limits;
  /** A token bucket: as many as may come at once, filled as fast as they may come. */
  let bucket = { left: eventBurst, at: clock.monotonic() };
  let inWork = 0;
  let named = Number.NEGATIVE_INFINITY;

  function drop(reason: "rate" | "size" | "busy"): void {
    metrics.count("events_dropped", { reason });
    if (clock.monotonic() - named < NAMED_EVERY_MS) return;
    named = clock.monotonic();
    log.warn("agent.events_dropped", { serverId, reason });
  }

  function within(): boolean {
    const now = clock.monotonic();
    const left = Math.min(eventBurst, bucket.left + ((now - bucket.at) / 60_000) * eventsPerMinute);
    bucket = { left: left >= 1 ? left - 1 : left, at: now };
    return left >= 1;
  }

  return {
    take(event) {
      if (inWork >= MOST_UNACKED_EVENTS) return drop("busy");
      if (!within()) return drop("rate");
      if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) return drop("size");
      inWork += 1;
      parts.agent
        .told(event)
        .then((stored) => {
          if (stored) parts.ack(event.id);
        })
        .finally(() => {
          inWork -= 1;
        });
    },
  };
}
