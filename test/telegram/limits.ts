/** How much a bot may send: token buckets for a private chat, a group and all chats together. */
import type { Clock } from "./clock.ts";

/** A bucket holds `burst` messages and gains `perSecond` of them each second. */
export interface Limit {
  readonly burst: number;
  readonly perSecond: number;
}

/** The three that apply. */
export interface Limits {
  readonly privateChat: Limit;
  readonly group: Limit;
  readonly overall: Limit;
}

/**
 * What Telegram's bot FAQ states: about one message a second in a chat with short bursts, 20 a minute in a group,
 * about 30 a second in all. The size of a burst is not published; ten is generous.
 */
export const publishedLimits: Limits = {
  privateChat: { burst: 10, perSecond: 1 },
  group: { burst: 20, perSecond: 20 / 60 },
  overall: { burst: 30, perSecond: 30 },
};

interface Bucket {
  level: number;
  at: number;
}

/** Counts what is sent; `false` for limits switches the counting off. */
export class LimitKeeper {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();
  #limits: Limits | false;

  constructor(clock: Clock, limits: Limits | false) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Sets other limits and forgets what was counted. */
  set(limits: Limits | false): void {
    this.#limits = limits;
    this.#buckets.clear();
  }

  /** Counts one message to a chat. Returns 0, or the whole seconds to wait; then nothing was counted. */
  spend(chatId: number): number {
    if (this.#limits === false) return 0;
    const own = chatId < 0 ? this.#limits.group : this.#limits.privateChat;
    const pairs = [
      [this.#bucket(String(chatId), own), own],
      [this.#bucket("overall", this.#limits.overall), this.#limits.overall],
    ] as const;
    const wait = Math.max(
      ...pairs.map(([bucket, limit]) => (bucket.level >= 1 ? 0 : (1 - bucket.level) / limit.perSecond)),
    );
    if (wait > 0) return Math.max(1, Math.ceil(wait - 1e-9));
    for (const [bucket] of pairs) bucket.level -= 1;
    return 0;
  }

  #bucket(name: string, limit: Limit): Bucket {
    const now = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? { level: limit.burst, at: now };
    // A millionth of slack, so that rounding never keeps a bucket just below a whole message.
    bucket.level = Math.min(limit.burst, bucket.level + ((now - bucket.at) / 1000) * limit.perSecond + 1e-6);
    bucket.at = now;
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
