/** How long to wait before dialling again: full jitter under a cap that grows. */
import type { Clock } from "../clock.ts";

/** Caps in ms: doubling from the first to the second within the first minute without a hub, then the third. */
export const FIRST_CAP_MS = 500;
export const EARLY_CAP_MS = 5_000;
export const LATE_CAP_MS = 60_000;
export const EARLY_MS = 60_000;

/** A connection that held this long counts as one that worked, ms. Shorter ones must not make dialling quick. */
const STEADY_MS = 10_000;

export class Backoff {
  readonly #clock: Clock;
  readonly #random: () => number;
  #tries = 0;
  #since: number;

  /** `random` gives numbers in [0, 1). */
  constructor(clock: Clock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
    this.#since = clock.monotonic();
  }

  /** A let-in connection ended after `heldMs`. */
  worked(heldMs: number): void {
    if (heldMs < STEADY_MS) return;
    this.#tries = 0;
    this.#since = this.#clock.monotonic();
  }

  /** Ms to wait before the next try: anything up to the cap, so that a thousand agents do not come as one. */
  next(): number {
    const early = this.#clock.monotonic() - this.#since < EARLY_MS;
    const cap = early ? Math.min(EARLY_CAP_MS, FIRST_CAP_MS * 2 ** Math.min(this.#tries, 10)) : LATE_CAP_MS;
    this.#tries++;
    return this.#random() * cap;
  }

  /** Ms to wait when the hub asked to be dialled at once. */
  soon(): number {
    return this.#random() * FIRST_CAP_MS;
  }

  /** Ms to wait when dialling again is not expected to help. */
  slow(): number {
    return LATE_CAP_MS * (0.5 + this.#random() / 2);
  }
}
