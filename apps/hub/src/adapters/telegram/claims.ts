/** Updates that other hubs said they handle without knowing whether they are kept: left to them for a while. */
import type { Clock } from "../../core/ports/process.ts";

/** How long a claim stands after it was last made, ms: it is made anew each second, as long as its hub lives. */
const LASTS_MS = 10_000;
/** The oldest go when there are more. */
const MOST = 20_000;

export interface Claims {
  /** Made, now or once more. */
  make(id: number): void;
  stands(id: number): boolean;
  /** Of all that stand. */
  ids(): number[];
}

export function createClaims(clock: Pick<Clock, "monotonic">): Claims {
  /** Until when (monotonic ms), the soonest first. */
  const until = new Map<number, number>();

  return {
    make(id) {
      until.delete(id);
      until.set(id, clock.monotonic() + LASTS_MS);
      for (const oldest of until.keys()) {
        if (until.size <= MOST) break;
        until.delete(oldest);
      }
    },
    stands: (id) => (until.get(id) ?? 0) > clock.monotonic(),
    ids() {
      for (const [id, end] of until) {
        if (end > clock.monotonic()) break;
        until.delete(id);
      }
      return [...until.keys()];
    },
  };
}
