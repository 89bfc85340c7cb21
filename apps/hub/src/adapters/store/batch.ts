/** Group commit: calls that come together share one statement. */
import { Fault } from "@servereye/contract";

export interface Batcher<T, R = void> {
  /**
   * Resolves with the result of the statement that had these items in it, shared with all whose items were in it too;
   * rejects with its fault. Fault STORE_UNAVAILABLE when too many wait already.
   */
  add(items: readonly T[]): Promise<R>;
  /** Resolves when nothing waits and nothing is under way. */
  idle(): Promise<void>;
}

interface Call<T, R> {
  items: readonly T[];
  resolve(result: R): void;
  reject(reason: unknown): void;
}

/**
 * Gathers items for `flush`: those of one turn of the event loop, and, while `lanes` statements are under way, all
 * that come meanwhile. `most`: items in one statement (one call's own items are never split). `bound`: items waiting.
 * `lingerMs`: for what nobody waits for, how long a first call waits for others; without it, for its own turn.
 */
export function batcher<T, R = void>(options: {
  flush(items: T[]): Promise<R>;
  most: number;
  bound: number;
  lanes: number;
  lingerMs?: number;
}): Batcher<T, R> {
  const { flush, most, bound, lanes, lingerMs } = options;
  const waiting: Call<T, R>[] = [];
  let count = 0;
  let underway = 0;
  let planned = false;
  let idlers: Array<() => void> = [];

  function plan(): void {
    if (planned || waiting.length === 0 || underway >= lanes) return;
    planned = true;
    const go = () => {
      planned = false;
      while (waiting.length > 0 && underway < lanes) void send(next());
    };
    // After the callbacks of this turn: each of them may bring a call.
    if (lingerMs === undefined) setImmediate(go);
    else setTimeout(go, lingerMs);
  }

  function next(): Call<T, R>[] {
    let taken = 0;
    let size = 0;
    for (const call of waiting) {
      if (taken > 0 && size + call.items.length > most) break;
      taken += 1;
      size += call.items.length;
    }
    count -= size;
    return waiting.splice(0, taken);
  }

  async function send(calls: Call<T, R>[]): Promise<void> {
    underway += 1;
    try {
      const result = await flush(calls.flatMap((call) => call.items));
      for (const call of calls) call.resolve(result);
    } catch (error) {
      for (const call of calls) call.reject(error);
    }
    underway -= 1;
    plan();
    if (underway > 0 || waiting.length > 0) return;
    const told = idlers;
    idlers = [];
    for (const tell of told) tell();
  }

  return {
    add(items) {
      if (count + items.length > bound)
        return Promise.reject(new Fault("STORE_UNAVAILABLE", `more than ${bound} writes wait for the store`));
      return new Promise((resolve, reject) => {
        waiting.push({ items, resolve, reject });
        count += items.length;
        plan();
      });
    },
    idle() {
      if (underway === 0 && waiting.length === 0) return Promise.resolve();
      return new Promise((resolve) => idlers.push(resolve));
    },
  };
}
