/** Which message of a chat ends which operation: the explanation of the chat that needs the fewest excuses. */
import type { Operation, Said } from "./history.ts";

export interface Aligned {
  /** The message that ended each operation, by the operation's index; undefined: nothing did. */
  readonly ended: Array<Said | undefined>;
  /** Messages that ended nothing, as they stand. */
  readonly extra: Said[];
  /** How many operations were ended before earlier ones, by a hub that could not know of those. */
  readonly overtook: number;
}

/** Whether these words can be the end of that operation. A fault that names nobody can be the end of any before it. */
export function fits({ kind, of, invokedAt }: Operation, { meaning, at }: Said): boolean {
  if (at < invokedAt) return false;
  if (meaning.kind === "mark") return kind === "mark" && meaning.word === of;
  if (meaning.kind === "answer") return kind === "ask" && meaning.title === of;
  if (meaning.kind !== "fault") return false;
  return meaning.server === undefined || (kind === "ask" && meaning.server === of);
}

/** A fault that names nobody explains less than words that name what was asked. */
const VAGUE = 0.01;
/** An end that can not be the right one is believed only where there is no better, but rather than none. */
const DOUBTFUL = 0.9;
/**
 * A hub without its database says so at once. What was written before may be kept for a hub that is dead or frozen,
 * which it can not know, so that those words may stand before the ends of earlier operations.
 */
const OVERTAKING = 0.2;
/** For so long after the operation was begun, ms: such a hub answers within a second, on a busy machine in some. */
const OVERTAKING_MS = 10_000;

const overtakes = (operation: Operation, { meaning, at }: Said): boolean =>
  meaning.kind === "fault" &&
  meaning.code === "STORE_UNAVAILABLE" &&
  at >= operation.invokedAt &&
  at <= operation.invokedAt + OVERTAKING_MS;

/**
 * The operations and messages of one chat, both in order. Answers in a chat keep its order, so this is the classic
 * alignment of two sequences with an unmatched member on either side costing one (Needleman and Wunsch, 1970); among
 * the best ones, that in which an operation is ended by the first of several messages that could. `doubtful` tells of
 * ends that fit by their words and are wrong all the same.
 */
export function align(
  operations: readonly Operation[],
  said: readonly Said[],
  doubtful: (operation: Operation, said: Said) => boolean = () => false,
): Aligned {
  const width = said.length + 1;
  const cost = new Float64Array((operations.length + 1) * width);
  const costOf = (op: number, at: number) => cost[op * width + at] ?? Number.POSITIVE_INFINITY;
  const matching = (op: number, at: number): number => {
    const operation = operations[op];
    const one = said[at];
    if (operation === undefined || one === undefined || !fits(operation, one))
      return Number.POSITIVE_INFINITY;
    const vague = one.meaning.kind === "fault" && one.meaning.server === undefined;
    const doubt = (vague ? VAGUE : 0) + (doubtful(operation, one) ? DOUBTFUL : 0);
    return doubt + costOf(op + 1, at + 1);
  };
  const alone = operations.map((operation) =>
    said.some((one) => overtakes(operation, one)) ? OVERTAKING : 1,
  );
  const loose = said.map((one) =>
    operations.some((operation) => overtakes(operation, one)) ? OVERTAKING : 1,
  );
  for (let op = operations.length; op >= 0; op--)
    for (let at = said.length; at >= 0; at--) {
      const nothingLeft = op === operations.length && at === said.length;
      cost[op * width + at] = nothingLeft
        ? 0
        : Math.min(
            matching(op, at),
            op < operations.length ? (alone[op] ?? 1) + costOf(op + 1, at) : Number.POSITIVE_INFINITY,
            at < said.length ? (loose[at] ?? 1) + costOf(op, at + 1) : Number.POSITIVE_INFINITY,
          );
    }
  const ended: Array<Said | undefined> = [];
  const extra: Said[] = [];
  for (let op = 0, at = 0; op < operations.length || at < said.length; ) {
    const here = costOf(op, at);
    const one = said[at];
    if (matching(op, at) === here) {
      ended.push(one);
      op++;
      at++;
    } else if (one !== undefined && (loose[at] ?? 1) + costOf(op, at + 1) === here) {
      extra.push(one);
      at++;
    } else {
      ended.push(undefined);
      op++;
    }
  }
  return taken(operations, ended, extra);
}

/** Gives operations that nothing ended in order the words that overtook the order, each to one. */
function taken(operations: readonly Operation[], ended: Array<Said | undefined>, extra: Said[]): Aligned {
  let overtook = 0;
  operations.forEach((operation, op) => {
    if (ended[op] !== undefined) return;
    const at = extra.findIndex((one) => overtakes(operation, one));
    if (at < 0) return;
    ended[op] = extra.splice(at, 1)[0];
    overtook++;
  });
  return { ended, extra, overtook };
}

/**
 * An end for an operation that has none, when order is no matter: one that ended nothing, or that of another operation
 * which then finds another itself (an augmenting path; Kuhn, 1955). Changes `ended` and `extra`; false when there is none.
 */
export function findEnd(
  operations: readonly Operation[],
  ended: Array<Said | undefined>,
  extra: Said[],
  at: number,
  may: (operation: Operation, said: Said) => boolean,
  tried: Set<Said> = new Set(),
): boolean {
  const operation = operations[at];
  if (operation === undefined) return false;
  for (const one of [...extra, ...ended]) {
    if (one === undefined || tried.has(one) || !may(operation, one)) continue;
    tried.add(one);
    const holder = ended.indexOf(one);
    if (holder >= 0 && !findEnd(operations, ended, extra, holder, may, tried)) continue;
    if (holder < 0) extra.splice(extra.indexOf(one), 1);
    ended[at] = one;
    return true;
  }
  return false;
}
