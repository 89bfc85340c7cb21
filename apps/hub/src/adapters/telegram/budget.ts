/** This hub's share of what the bot may send: kept to for a while after Telegram said that it was too much. */
import type { Clock } from "../../core/ports/process.ts";

/** "The bot may send about 30 messages a second in all": Telegram's bot FAQ. */
const PER_SECOND = 30;
/** Telegram's own count is the truth, and lets more through at times: so it is only kept to after it was met; ms. */
const KEPT_TO_MS = 60_000;

export interface Budget {
  /** The bot's own limit was met. */
  met(): void;
  /** Ms that this call has to wait for its turn, 0 when nothing holds it. The turn is then taken. */
  turn(): number;
}

/** `share`: this hub's part of the whole, over 0 to 1; it may change at any time. */
export function createBudget(clock: Clock, share: () => number): Budget {
  let until = Number.NEGATIVE_INFINITY;
  /** When the next turn is free, monotonic ms. */
  let next = 0;
  return {
    met() {
      until = clock.monotonic() + KEPT_TO_MS;
    },
    turn() {
      const now = clock.monotonic();
      if (now >= until) return 0;
      const at = Math.max(next, now);
      next = at + 1000 / (PER_SECOND * share());
      return at - now;
    },
  };
}
