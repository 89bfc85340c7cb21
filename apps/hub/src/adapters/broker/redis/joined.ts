/** The channels joined on one subscribing connection: brought, in batches, to what is wanted there. */
import { unavailable, type Wire } from "./wire.ts";

/** Channels a batch: one write, and one wait for its confirmation. */
const BATCH = 500;
/** Channels waiting for their batch. At the bound a subscribe fails at once. */
const MOST_WAITING = 50_000;

export interface Joined {
  readonly wire: Wire;
  has(channel: string): boolean;
  channels(): Iterable<string>;
  /** Joins or parts as `wanted` says when its batch goes out. Resolves when Redis confirmed; rejects when the wire is lost. */
  look(channel: string): Promise<void>;
}

export function createJoined(wire: Wire, wanted: (channel: string) => boolean): Joined {
  const standing = new Set<string>();
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  let running = false;

  async function batch(): Promise<void> {
    const due = [...waiting.entries()].slice(0, BATCH);
    for (const [channel] of due) waiting.delete(channel);
    const channels = due.map(([channel]) => channel);
    const joining = channels.filter((channel) => wanted(channel) && !standing.has(channel));
    const parting = channels.filter((channel) => !wanted(channel) && standing.has(channel));
    // Not standing from here on: whoever wants one of them again meanwhile joins anew after it.
    for (const channel of parting) standing.delete(channel);
    try {
      if (parting.length > 0) await wire.part(parting);
      if (joining.length > 0) await wire.join(joining);
      for (const channel of joining) standing.add(channel);
      for (const [, one] of due) one.resolve();
    } catch (error) {
      // Half a batch may stand: nobody knows which half, so all begin again on a new connection.
      wire.fail(error);
      for (const [, one] of due) one.reject(error);
    }
  }

  async function run(): Promise<void> {
    running = true;
    // What is asked for in one turn of the event loop goes out together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.size > 0) await batch();
    running = false;
  }

  return {
    wire,
    has: (channel) => wire.alive && standing.has(channel),
    channels: () => [...standing],
    look(channel) {
      const already = waiting.get(channel);
      if (already !== undefined) return already.promise;
      if (!wire.alive) return Promise.reject(unavailable("the connection to Redis is lost"));
      if (waiting.size >= MOST_WAITING) return Promise.reject(unavailable("too many subscriptions wait"));
      const one = Promise.withResolvers<void>();
      // Whoever does not wait for it learns of a lost connection otherwise.
      one.promise.catch(() => undefined);
      waiting.set(channel, one);
      if (!running) void run();
      return one.promise;
    },
  };
}
