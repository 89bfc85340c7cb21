/** How much agents of the Go original, and whoever pretends to be one, may take of the proxy. */
import type { Clock } from "../../core/ports/process.ts";

export interface ProxyLimits {
  /** A poll is held so long at the most, ms. */
  pollMs: number;
  /** What is held when the agent did not say how long: subscriptions, and streams; ms. */
  subscribeMs: number;
  blockMs: number;
  /** Bodies that carry a reply, and all others, bytes. */
  replyBytes: number;
  bodyBytes: number;
  /** Requests of one agent. */
  agent: Rate;
  /** Keys tried that nobody has added: from one network, and from all. */
  unknown: Rate;
  unknownInAll: Rate;
  /** Networks and agents whose rate is remembered; beyond, the one seen longest ago is forgotten. */
  remembered: number;
  /** Agents whose key is kept as checked, and for how long after their last request, ms. */
  known: number;
  knownMs: number;
  /** Agents nobody has added whose facts are kept until somebody does. */
  strangers: number;
}

/** So many at once, and as many more a second. */
export interface Rate {
  burst: number;
  perSecond: number;
}

export const PROXY_LIMITS: ProxyLimits = {
  pollMs: 60_000,
  subscribeMs: 30_000,
  blockMs: 5_000,
  replyBytes: 256 * 1_024,
  bodyBytes: 8 * 1_024,
  agent: { burst: 1_000, perSecond: 200 },
  // After a hub's start the keys of all its agents are unknown to it for a moment, and many may come from one network.
  unknown: { burst: 200, perSecond: 5 },
  unknownInAll: { burst: 1_000, perSecond: 100 },
  remembered: 10_000,
  known: 20_000,
  knownMs: 60_000,
  strangers: 1_000,
};

export interface Buckets {
  /** Takes one of `name`'s; false when there is none. */
  take(name: string): boolean;
  /** Gives one back. */
  give(name: string): void;
}

/** A token bucket for each name. */
export function createBuckets(clock: Pick<Clock, "monotonic">, rate: Rate, most: number): Buckets {
  const buckets = new Map<string, { left: number; at: number }>();

  function bucketOf(name: string): { left: number; at: number } {
    const now = clock.monotonic();
    const kept = buckets.get(name) ?? { left: rate.burst, at: now };
    kept.left = Math.min(rate.burst, kept.left + ((now - kept.at) * rate.perSecond) / 1_000);
    kept.at = now;
    // Deleted and set again: a Map keeps insertion order, so its first key is the least recently used.
    buckets.delete(name);
    buckets.set(name, kept);
    if (buckets.size > most) {
      const oldest = buckets.keys().next();
      if (!oldest.done) buckets.delete(oldest.value);
    }
    return kept;
  }

  return {
    take(name) {
      const bucket = bucketOf(name);
      if (bucket.left < 1) return false;
      bucket.left -= 1;
      return true;
    },
    give(name) {
      const bucket = bucketOf(name);
      bucket.left = Math.min(rate.burst, bucket.left + 1);
    },
  };
}
