/** So many at the same time and no more; who waits longest goes first. */

export interface Slots {
  /** Resolves when there is one, with the function that gives it back. */
  take(): Promise<() => void>;
  free(): number;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiting: Array<() => void> = [];
  const giveBack = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return {
    async take() {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return giveBack;
    },
    free: () => free,
  };
}
