/** Who has to rest after a 429: the chat that was told so, or all of them when many are told at once. */
import type { Clock } from "../../core/ports/process.ts";

/** Telegram does not say whose limit was met. This many chats told within this time (ms): it is the bot's own. */
const manyChats = 5;
const atOnce = 1_000;

export interface Pauses {
  /** Gives whether this made it the bot's own limit: then all rest. */
  pause(chat: string, ms: number): boolean;
  /** All rest: another hub of the bot was told so. */
  pauseAll(ms: number): void;
  /** Ms that this chat still rests, 0 when it does not. */
  left(chat: string): number;
  wait(ms: number): Promise<void>;
  /** Ends all waiting with `reason`. */
  close(reason: Error): void;
}

/** `share`: of several hubs each sees only so much of what the bot is told. */
export function createPauses(clock: Clock, share: () => number): Pauses {
  /** Monotonic ms. */
  const until = new Map<string, number>();
  let allUntil = 0;
  let told: Array<{ chat: string; at: number }> = [];
  const waiting = new Set<(reason: Error) => void>();
  let closed: Error | undefined;

  return {
    pause(chat, ms) {
      const now = clock.monotonic();
      for (const [other, end] of until) if (end <= now) until.delete(other);
      until.set(chat, Math.max(until.get(chat) ?? 0, now + ms));
      told = told.filter(({ at }) => now - at < atOnce);
      told.push({ chat, at: now });
      const many = Math.max(2, Math.ceil(manyChats * share()));
      if (new Set(told.map((each) => each.chat)).size < many) return false;
      allUntil = Math.max(allUntil, now + ms);
      return true;
    },
    pauseAll(ms) {
      allUntil = Math.max(allUntil, clock.monotonic() + ms);
    },
    left(chat) {
      const now = clock.monotonic();
      return Math.max(0, (until.get(chat) ?? 0) - now, allUntil - now);
    },
    wait(ms) {
      if (closed) return Promise.reject(closed);
      return new Promise((resolve, reject) => {
        const stop = (reason: Error) => {
          cancel();
          reject(reason);
        };
        waiting.add(stop);
        const cancel = clock.after(ms, () => {
          waiting.delete(stop);
          resolve();
        });
      });
    },
    close(reason) {
      closed = reason;
      for (const stop of waiting) stop(reason);
      waiting.clear();
    },
  };
}
