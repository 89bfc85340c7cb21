/** How fast late samples may come: as fast as they are kept, learnt by trying, shared among all that have some. */
import { MOST_PACE } from "@servereye/contract";

/** Late samples a second at this hub: where it begins, and within which bounds it goes. */
const FIRST_PACE = 6_000;
const LEAST_PACE = 100;
const FASTEST_PACE = 50_000;
/** A pace is told again when it has changed by more than this share. */
const WORTH_TELLING = 0.2;

export interface Pace {
  /** Once a second. `queued`: late samples that wait; `kept`: those kept since the last time. */
  adjust(queued: number, kept: number): void;
  /** Samples a second for each of so many. */
  share(among: number): number;
}

/** Grows while what comes is kept within a quarter of a second and the pace is used, falls when a second's worth waits. */
export function createPace(): Pace {
  let inAll = FIRST_PACE;
  return {
    adjust(queued, kept) {
      if (queued > inAll) inAll = Math.max(LEAST_PACE, inAll * 0.7);
      else if (queued < inAll / 4 && kept > inAll / 2) inAll = Math.min(FASTEST_PACE, inAll * 1.2);
    },
    share: (among) => Math.min(MOST_PACE, Math.round((inAll / Math.max(1, among)) * 100) / 100),
  };
}

export function worthTelling(told: number | undefined, pace: number): boolean {
  if (told === undefined || told === 0 || pace === 0) return told !== pace;
  return Math.abs(pace - told) > told * WORTH_TELLING;
}
