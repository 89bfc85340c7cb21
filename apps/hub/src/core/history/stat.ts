/** What is known of a stretch of time: smallest, largest, sum, newest and how many; made of values, or of smaller stretches. */

export interface Stat {
  min: number;
  max: number;
  sum: number;
  last: number;
  count: number;
}

/** One value. */
export const statOf = (value: number): Stat => ({
  min: value,
  max: value,
  sum: value,
  last: value,
  count: 1,
});

/** Adds a later stretch to an earlier one, which is changed. */
export function addStat(to: Stat, later: Stat): void {
  if (later.min < to.min) to.min = later.min;
  if (later.max > to.max) to.max = later.max;
  to.sum += later.sum;
  to.last = later.last;
  to.count += later.count;
}

/** Steps of `stepMs` from `from` on; what is given has to be given in the order of its time. */
export function slots(from: number, stepMs: number, length: number) {
  const stats: Array<Stat | null> = new Array<null>(length).fill(null);
  return {
    stats,
    add(at: number, stat: Stat): void {
      const slot = Math.floor((at - from) / stepMs);
      if (slot < 0 || slot >= length) return;
      const before = stats[slot];
      if (before) addStat(before, stat);
      else stats[slot] = { ...stat };
    },
  };
}
