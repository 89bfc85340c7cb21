/** The broker and the presence board of a hub that is alone: in process, for as long as it runs. */
import { Fault, SILENCE_MS } from "@servereye/contract";
import type { Broker, Presence, PresenceBoard } from "../../core/ports/broker.ts";
import type { Clock, Log } from "../../core/ports/process.ts";

/** How much longer than the silence limit an entry stands, so that the gateway's own end of it comes first; ms. */
export const PRESENCE_MARGIN_MS = 5_000;

export function createMemoryBroker(parts: { log: Log }): Broker {
  interface Listener {
    handler: (message: string) => void;
  }
  const channels = new Map<string, Set<Listener>>();
  let closed = false;

  function open(): void {
    if (closed) throw new Fault("BROKER_UNAVAILABLE", "the broker is closed");
  }

  function deliver(channel: string, listener: Listener, message: string): void {
    // Left since it was published: not its message any more.
    if (!channels.get(channel)?.has(listener)) return;
    try {
      listener.handler(message);
    } catch (error) {
      // Handlers must not throw; one that does may not keep the message from the others.
      parts.log.error("broker.handler_threw", { channel: channel.split(":")[0], error });
    }
  }

  return {
    async publish(channel, message) {
      open();
      const listeners = [...(channels.get(channel) ?? [])];
      // After the publisher's own turn, as a message that came over a network would: nobody may rely on less.
      for (const listener of listeners) queueMicrotask(() => deliver(channel, listener, message));
      return listeners.length;
    },
    async subscribe(channel, handler) {
      open();
      const listener: Listener = { handler };
      const listeners = channels.get(channel) ?? new Set();
      listeners.add(listener);
      channels.set(channel, listeners);
      return {
        async close() {
          listeners.delete(listener);
          if (listeners.size === 0 && channels.get(channel) === listeners) channels.delete(channel);
        },
      };
    },
    // In process: never away.
    restored: () => () => undefined,
    async check() {
      open();
    },
    async close() {
      closed = true;
      channels.clear();
    },
  };
}

/** Of one millisecond, the connection of the hub with the greater id counts as the later. */
const isLater = (a: Presence, b: Presence): boolean =>
  a.since > b.since || (a.since === b.since && a.hub > b.hub);

export function createMemoryPresence(parts: { clock: Clock }): PresenceBoard {
  const entries = new Map<string, Presence>();

  /** The entry if it still stands; one that has expired is thrown away. */
  function standing(serverId: string): Presence | undefined {
    const entry = entries.get(serverId);
    if (!entry) return undefined;
    if (parts.clock.now() - entry.lastHeartbeat <= SILENCE_MS + PRESENCE_MARGIN_MS) return entry;
    entries.delete(serverId);
    return undefined;
  }

  return {
    async put(presence) {
      const kept = standing(presence.serverId);
      if (kept !== undefined && isLater(kept, presence)) return;
      entries.set(presence.serverId, structuredClone(presence));
    },
    async remove(serverId, hub, since) {
      const entry = entries.get(serverId);
      if (entry?.hub === hub && entry.since === since) entries.delete(serverId);
    },
    async get(serverIds) {
      const found = new Map<string, Presence>();
      for (const serverId of serverIds) {
        const entry = standing(serverId);
        if (entry) found.set(serverId, structuredClone(entry));
      }
      return found;
    },
    async count() {
      for (const serverId of [...entries.keys()]) standing(serverId);
      return entries.size;
    },
    unseen: () => [],
  };
}
