/** The asks of one agent that polls: those that wait for its next poll, and those it has and did not answer. */
import type { Ask, OriginalCommand } from "@servereye/contract";
import type { Clock } from "../ports/process.ts";
import type { Release } from "./claims.ts";

export interface OriginalItem {
  ask: Ask;
  command: OriginalCommand;
  /** Set when it is granted to this hub: nobody else may hand it out, until this gives it back. */
  release: Release | undefined;
}

export interface OriginalAsks<I extends OriginalItem> {
  /** False when as many wait already as may. One that is there already, or has expired, is passed over. */
  add(item: I): boolean;
  /** The next that has not expired, taken out. */
  next(): I | undefined;
  /** Puts one back, to be the next. */
  back(item: I): void;
  /** Everything that waits and has not expired, taken out. */
  drain(): I[];
  /** Handed out: its answer is waited for until it expires. */
  handed(item: I): void;
  /** What one of these ids asked, once; the first that is known counts. */
  answered(ids: readonly string[]): I | "late" | undefined;
  /** Forgets what has expired. */
  sweep(): void;
  waiting(): number;
  open(): number;
}

/** Asks that wait for one agent's next poll. */
export const MOST_WAITING = 200;
/** Asks an agent has and did not answer: the fleet's own bound for one server, twice. */
const MOST_OPEN = 400;

export function createOriginalAsks<I extends OriginalItem>(
  clock: Pick<Clock, "now">,
  expired: (item: I) => void,
  most = MOST_WAITING,
): OriginalAsks<I> {
  let queue: I[] = [];
  const open = new Map<string, I>();

  const over = ({ ask }: OriginalItem): boolean => ask.expires <= clock.now();

  function purge(): void {
    queue = queue.filter((item) => {
      if (!over(item)) return true;
      expired(item);
      return false;
    });
  }

  return {
    add(item) {
      if (queue.length >= most) purge();
      if (over(item)) {
        expired(item);
        return true;
      }
      if (queue.some(({ ask }) => ask.id === item.ask.id)) return true;
      if (queue.length >= most) return false;
      queue.push(item);
      return true;
    },
    next() {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
        if (!over(item)) return item;
        expired(item);
      }
      return undefined;
    },
    back: (item) => void queue.unshift(item),
    drain() {
      purge();
      return queue.splice(0);
    },
    handed(item) {
      open.set(item.ask.id, item);
      if (open.size <= MOST_OPEN) return;
      const oldest = open.keys().next();
      if (!oldest.done) open.delete(oldest.value);
    },
    answered(ids) {
      for (const id of ids) {
        const item = open.get(id);
        if (item === undefined) continue;
        open.delete(id);
        return over(item) ? "late" : item;
      }
      return undefined;
    },
    sweep() {
      purge();
      for (const [id, item] of open) if (over(item)) open.delete(id);
    },
    waiting: () => queue.length,
    open: () => open.size,
  };
}
