/** Messages between hubs, and which agent is connected to which of them. */
import type { AgentFacts } from "@servereye/contract";

export interface Subscription {
  close(): Promise<void>;
}

export interface Broker {
  /**
   * Gives how many subscriptions received it; those of another hub on one channel may count as one. Fault
   * BROKER_UNAVAILABLE when it can not be reached; it may have been received all the same then, if it was on its way.
   */
  publish(channel: string, message: string): Promise<number>;
  /** Resolves when the subscription stands. The handler must not throw. */
  subscribe(channel: string, handler: (message: string) => void): Promise<Subscription>;
  /**
   * Calls `run` each time the broker stands again after it was away, with subscriptions standing again too: it may
   * have come back empty, so what lives in it alone has to be put again. The returned function ends it.
   */
  restored(run: () => void): () => void;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** An agent's connection as all hubs see it. Times in epoch ms by the hub's clock. */
export interface Presence {
  serverId: string;
  hub: string;
  since: number;
  lastHeartbeat: number;
  protocol: number;
  /** Network round trip hub to agent, ms; null before the first measure. */
  latencyMs: number | null;
  /** Agent's clock less the hub's, ms. */
  skewMs: number;
  facts: AgentFacts;
}

export interface PresenceBoard {
  /**
   * Writes or renews an entry. That of a later connection stays: one with a greater `since`, or with the same and a
   * greater `hub`, which is the order in which connections give way to each other. Fault BROKER_UNAVAILABLE, as all here.
   */
  put(presence: Presence): Promise<void>;
  /** Takes it away only if it is still this hub's connection made at `since`. */
  remove(serverId: string, hub: string, since: number): Promise<void>;
  get(serverIds: readonly string[]): Promise<Map<string, Presence>>;
  count(): Promise<number>;
  /** Regions that can not be looked at now: whoever is there is missed by `get` and `count`, and not known to be away. */
  unseen(): readonly string[];
}
