/** Counts wrong tries, so that a pairing code can not be guessed. */
import { Fault } from "@servereye/contract";
import type { Clock } from "../ports/process.ts";

export interface TriesLimits {
  /** Wrong tries of one person until they are locked out. */
  each: number;
  /** Wrong tries of everybody together. */
  inAll: number;
  /** For so long, and so long is a wrong try remembered; ms. */
  lockMs: number;
  /** Persons remembered. */
  persons: number;
}

export interface Tries {
  /**
   * Counts a try as wrong before its outcome is known, so that a burst at once can not slip through. Throws
   * Fault RATE_LIMITED with `until` (epoch ms) when locked. Gives what to call when it was right after all
   * (`right`: forgets the person's wrong ones) or proved nothing (`void`).
   */
  begin(personId: string): { left: number; right(): void; void(): void };
}

// 40 bits of code and 200 guesses in a quarter of an hour: a chance of 1 in 5 * 10^9 against one waiting agent.
const LIMITS: TriesLimits = { each: 5, inAll: 200, lockMs: 15 * 60_000, persons: 10_000 };

export function createTries(clock: Clock, limits: TriesLimits = LIMITS): Tries {
  interface Wrong {
    count: number;
    until: number;
  }
  const byPerson = new Map<string, Wrong>();
  let everybody: Wrong = { count: 0, until: 0 };

  const current = (wrong: Wrong | undefined, now: number): Wrong =>
    wrong !== undefined && now < wrong.until ? wrong : { count: 0, until: now + limits.lockMs };

  return {
    begin(personId) {
      const now = clock.now();
      everybody = current(everybody, now);
      const mine = current(byPerson.get(personId), now);
      const full = mine.count >= limits.each ? mine : everybody.count >= limits.inAll ? everybody : undefined;
      if (full) throw new Fault("RATE_LIMITED", "too many wrong codes", { values: { until: full.until } });
      mine.count += 1;
      mine.until = now + limits.lockMs;
      everybody.count += 1;
      byPerson.delete(personId);
      byPerson.set(personId, mine);
      if (byPerson.size > limits.persons) {
        const oldest = byPerson.keys().next();
        if (!oldest.done) byPerson.delete(oldest.value);
      }
      const all = everybody;
      const giveBack = () => {
        mine.count = Math.max(0, mine.count - 1);
        all.count = Math.max(0, all.count - 1);
      };
      return {
        left: limits.each - mine.count,
        right() {
          giveBack();
          mine.count = 0;
          if (byPerson.get(personId) === mine) byPerson.delete(personId);
        },
        void: giveBack,
      };
    },
  };
}
