/** How fast one person may ask: a token bucket for each, so that nobody starves the others. */
import type { Clock } from "../ports/process.ts";

/** Most buckets kept; beyond it the longest unused go, which only ever gives somebody a full bucket. */
const MOST = 10_000;

export class Pace {
  readonly #clock: Clock;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(clock: Clock, rate: { burst: number; perSecond: number }) {
    this.#clock = clock;
    this.#burst = rate.burst;
    this.#perSecond = rate.perSecond;
  }

  /** Takes one; 0 when it was there, else seconds (at least 1) until one will be. */
  take(key: string): number {
    const now = this.#clock.monotonic();
    const kept = this.#buckets.get(key);
    const tokens = kept
      ? Math.min(this.#burst, kept.tokens + ((now - kept.at) / 1000) * this.#perSecond)
      : this.#burst;
    this.#buckets.delete(key);
    const left = tokens >= 1 ? tokens - 1 : tokens;
    this.#buckets.set(key, { tokens: left, at: now });
    if (this.#buckets.size > MOST) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / this.#perSecond));
  }
}
