/** What agents tell unasked: believed by its signature, handed to who takes its kind, acknowledged once that is kept. */
import { type AgentEvent, Fault, type Verify, verifierOf, verifyEvent } from "@servereye/contract";
import type { Clock, Log, Metrics } from "../ports/process.ts";
import type { Servers } from "../ports/servers.ts";
import { createVerifiers } from "./verifiers.ts";

/** An event that is older is of no use to anybody, ms; its agent may forget it. */
const OLDEST_MS = 7 * 24 * 3_600_000;

/** Keeps an event of its kind. Rejects with STORE_UNAVAILABLE to be told it again, INVALID_COMMAND when it is none. */
export type TakeEvent = (event: { serverId: string; at: number; payload: unknown }) => Promise<void>;

export interface Events {
  /** True: kept, or of no use: the agent may forget it. Never rejects. */
  take(serverId: string, event: AgentEvent): Promise<boolean>;
}

export function createEvents(parts: {
  servers: Pick<Servers, "byId" | "keys">;
  verifierFor?: (publicKey: Uint8Array<ArrayBuffer>) => Promise<Verify>;
  /** By the event's type. */
  takers: Readonly<Record<string, TakeEvent>>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): Events {
  const { clock, log, metrics, takers } = parts;
  const verifiers = createVerifiers(parts.servers, parts.verifierFor ?? verifierOf);

  /** Why it is of no use, or undefined when it was kept. */
  async function judged(serverId: string, event: AgentEvent): Promise<string | undefined> {
    const taker = Object.hasOwn(takers, event.type) ? takers[event.type] : undefined;
    if (taker === undefined) return "unknown";
    if (!(await verifyEvent(await verifiers.of(serverId), serverId, event))) return "unsigned";
    if (clock.now() - event.timestamp > OLDEST_MS) return "old";
    await taker({ serverId, at: Math.min(event.timestamp, clock.now()), payload: event.payload });
    return undefined;
  }

  return {
    async take(serverId, event) {
      try {
        const useless = await judged(serverId, event);
        metrics.count("events_taken", { type: useless === "unknown" ? "unknown" : event.type });
        if (useless !== undefined) {
          metrics.count("events_dropped", { reason: useless });
          log.warn("event.useless", { serverId, type: event.type, reason: useless });
        }
        return true;
      } catch (error) {
        const fault = Fault.of(error);
        const invalid = fault.code === "INVALID_COMMAND" || fault.code === "SERVER_UNKNOWN";
        metrics.count("events_dropped", { reason: invalid ? "invalid" : "unkept" });
        // Of an event that can not be read the agent will not tell a better one; any other is told again.
        if (fault.code === "INTERNAL") log.error("event.failed", { serverId, error: fault.cause ?? fault });
        else log.warn("event.unkept", { serverId, code: fault.code, reason: fault.message });
        return invalid;
      }
    },
  };
}
