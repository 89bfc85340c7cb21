/** One series' values in a row, as few bytes: whole quanta as differences, or as distances from their middle. */
import { CodecFault, type Reader, type Writer } from "./bytes.ts";
import { ofQuanta, quanta, readQuantum, writeQuantum } from "./quantum.ts";

/** How the numbers of a column are written. Only ever added to. */
const KINDS = { none: 0, same: 1, deltas: 2, distances: 3, doubles: 4 } as const;
/** Set in the kind's byte when some values are null: runs of present and null ones in turn follow. */
const HAS_NULLS = 128;

export type Kind = "deltas" | "distances";

/**
 * Writes values; each comes back within half the quantum, and one that is too large for that (2^50 quanta) makes the
 * column come back exactly. `kind`: which of the two forms for numbers that change; what squeezes better is not known
 * beforehand.
 */
export function writeColumn(
  out: Writer,
  values: ReadonlyArray<number | null>,
  quantum: number,
  kind: Kind = "deltas",
): void {
  const present = values.filter((value) => value !== null);
  const nulls = present.length < values.length;
  const counts: number[] = [];
  for (const value of present) {
    const count = quanta(value, quantum);
    if (count === undefined) break;
    counts.push(count);
  }
  const whole = counts.length === present.length;
  const first = counts[0];
  const form =
    present.length === 0
      ? KINDS.none
      : !whole
        ? KINDS.doubles
        : counts.every((count) => count === first)
          ? KINDS.same
          : KINDS[kind];
  out.byte(form | (nulls ? HAS_NULLS : 0));
  if (form === KINDS.none) return;
  if (nulls) writeRuns(out, values);
  writeQuantum(out, quantum);
  if (form === KINDS.doubles) {
    for (const value of present) out.double(value);
    return;
  }
  // What all are, or are near.
  let before = form === KINDS.same ? (first ?? 0) : form === KINDS.distances ? middleOf(counts) : 0;
  if (form !== KINDS.deltas) out.signed(before);
  if (form === KINDS.same) return;
  for (const count of counts) {
    out.signed(count - before);
    if (form === KINDS.deltas) before = count;
  }
}

export interface Column {
  values: Array<number | null>;
  /** By which it was written; undefined where all values are null. */
  quantum: number | undefined;
}

/** Reads what `writeColumn` wrote of `length` values. @throws CodecFault */
export function readColumn(from: Reader, length: number): Column {
  const head = from.byte();
  const form = head & ~HAS_NULLS;
  if (form === KINDS.none) return { values: new Array<null>(length).fill(null), quantum: undefined };
  const isThere = (head & HAS_NULLS) === 0 ? undefined : readRuns(from, length);
  const quantum = readQuantum(from);
  const next = numbersOf(from, form, quantum);
  const values = new Array<number | null>(length);
  for (let at = 0; at < length; at++) values[at] = isThere?.[at] === false ? null : next();
  return { values, quantum };
}

/** Gives one value after the other. */
function numbersOf(from: Reader, form: number, quantum: number): () => number {
  if (form === KINDS.doubles)
    return () => {
      const value = from.double();
      if (!Number.isFinite(value)) throw new CodecFault("a value is not finite");
      return value;
    };
  if (form !== KINDS.same && form !== KINDS.deltas && form !== KINDS.distances)
    throw new CodecFault(`there is no kind ${form}`);
  let before = form === KINDS.deltas ? 0 : from.signed();
  const same = ofQuanta(before, quantum);
  if (form === KINDS.same) return () => same;
  return () => {
    const count = before + from.signed();
    if (form === KINDS.deltas) before = count;
    return ofQuanta(count, quantum);
  };
}

/** The value in the middle: most others are near it. */
function middleOf(counts: readonly number[]): number {
  const sorted = Float64Array.from(counts).sort();
  return sorted[sorted.length >> 1] ?? 0;
}

function writeRuns(out: Writer, values: ReadonlyArray<number | null>): void {
  let run = 0;
  let present = true;
  for (const value of values) {
    if ((value !== null) !== present) {
      out.varint(run);
      run = 0;
      present = !present;
    }
    run++;
  }
  out.varint(run);
}

function readRuns(from: Reader, length: number): boolean[] {
  const isThere: boolean[] = [];
  for (let present = true; isThere.length < length; present = !present) {
    const run = from.varint();
    if (run > length - isThere.length || (run === 0 && isThere.length > 0))
      throw new CodecFault("its gaps do not add up");
    for (let at = 0; at < run; at++) isThere.push(present);
  }
  return isThere;
}
