/** How wide a step of a line is, so that no more points come than are wanted, and none is empty without a gap. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Those that people read off an axis. Each from 10 minutes is made of whole ones of 10 minutes, each from an hour of whole hours. */
const STEPS = [
  ...[1, 2, 5, 10, 15, 20, 30].map((many) => many * SECOND),
  ...[1, 2, 3, 5, 10, 20, 30].map((many) => many * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((many) => many * HOUR),
  ...[1, 2, 7, 14, 28].map((many) => many * DAY),
] as const;

export interface Grid {
  /** Begin of the first step, epoch ms: at `from`, or less than a step before it. */
  from: number;
  stepMs: number;
  length: number;
}

/** The narrowest steps of at least `leastMs` with which `from` to `to` is at most `points` of them. */
export function gridOf(from: number, to: number, points: number, leastMs: number): Grid {
  const most = Math.max(2, Math.floor(points));
  for (const stepMs of STEPS) {
    const grid = gridBy(from, to, stepMs);
    if (stepMs >= leastMs && grid.length <= most) return grid;
  }
  // One more than fits the span: the first step begins before it.
  return gridBy(from, to, Math.ceil((to - from) / (most - 1) / DAY) * DAY);
}

function gridBy(from: number, to: number, stepMs: number): Grid {
  const begin = Math.floor(from / stepMs) * stepMs;
  return { from: begin, stepMs, length: Math.max(0, Math.ceil((to - begin) / stepMs)) };
}

/**
 * The narrowest step for values that come at these times (epoch ms, in order): half again their usual distance, since
 * of two that are a little early and a little late one would else leave a step empty.
 */
export function leastStep(times: readonly number[]): number {
  const distances = times.slice(1).map((at, n) => at - (times[n] ?? at));
  const sorted = Float64Array.from(distances).sort();
  return 1.5 * (sorted[sorted.length >> 1] ?? 0);
}
