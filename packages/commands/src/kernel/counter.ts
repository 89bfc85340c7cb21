/** Counters of the kernel between two looks: how far one went, or that it can not be said. */

/** Where an unsigned 32-bit counter starts again (io_ms of diskstats, byte counters of 32-bit drivers). */
const WRAP = 2 ** 32;

/**
 * How far a counter went from `before` to `now`, in its own unit. A counter that went back is taken for a 32-bit
 * one that wrapped only when the step is then at most `most`, the largest that could have happened meanwhile;
 * otherwise it was reset: `undefined`, and `now` is the new baseline.
 */
export function advance(before: number, now: number, most: number): number | undefined {
  if (now >= before) return now - before;
  if (before >= WRAP) return undefined;
  const wrapped = now + WRAP - before;
  return wrapped <= most ? wrapped : undefined;
}
