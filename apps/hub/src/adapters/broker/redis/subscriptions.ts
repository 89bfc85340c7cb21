/** Who on this hub listens to which channel: any number of handlers share one subscription at Redis. */
import type { Log } from "../../../core/ports/process.ts";
import { slotOf } from "./slot.ts";

export interface Listener {
  handler: (message: string) => void;
}

export interface Subscriptions {
  has(channel: string): boolean;
  keys(): Iterable<string>;
  slotOf(channel: string): number;
  add(channel: string, listener: Listener): void;
  remove(channel: string, listener: Listener): void;
  /** How many listen to it. */
  count(channel: string): number;
  deliver(channel: string, message: string): void;
}

export function createSubscriptions(log: Log): Subscriptions {
  const channels = new Map<string, { slot: number; listeners: Set<Listener> }>();
  return {
    has: (channel) => channels.has(channel),
    keys: () => channels.keys(),
    slotOf: (channel) => channels.get(channel)?.slot ?? slotOf(channel),
    add(channel, listener) {
      const kept = channels.get(channel) ?? { slot: slotOf(channel), listeners: new Set() };
      channels.set(channel, kept);
      kept.listeners.add(listener);
    },
    remove(channel, listener) {
      const kept = channels.get(channel);
      kept?.listeners.delete(listener);
      if (kept?.listeners.size === 0) channels.delete(channel);
    },
    count: (channel) => channels.get(channel)?.listeners.size ?? 0,
    deliver(channel, message) {
      for (const { handler } of [...(channels.get(channel)?.listeners ?? [])]) {
        try {
          handler(message);
        } catch (error) {
          // Handlers must not throw; one that does may not keep the message from the others.
          log.error("broker.handler_threw", { channel: channel.split(":")[0], error });
        }
      }
    },
  };
}
