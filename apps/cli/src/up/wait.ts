/** How long to wait before what has died is started again. */

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** What lived this long was well: its next death is a new matter, ms. */
const WELL_MS = 60_000;

/** Before the first death. */
export const NO_WAIT_YET_MS = FIRST_WAIT_MS / 2;

/** Wait before the next start, ms: a second, and twice as long each time up to half a minute. */
export function waitAfter(before: number, livedMs: number): number {
  return livedMs >= WELL_MS ? FIRST_WAIT_MS : Math.min(before * 2, LONGEST_WAIT_MS);
}
