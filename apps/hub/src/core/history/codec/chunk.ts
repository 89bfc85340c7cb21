/** A server-hour as bytes: when its samples were and which they are, and a column for each series. */

import type { Stat } from "../stat.ts";
import { CodecFault, reader, writer } from "./bytes.ts";
import { type Column, readColumn, writeColumn } from "./column.ts";
import { frame, type Squeeze, unframe } from "./frame.ts";
import { readSlots, writeSlots } from "./slots.ts";

/**
 * Stands beside all that is packed by these rules, so that others can follow. 1, 2026-11: whole quanta as differences
 * or as distances from their middle, zigzag varints, deflate.
 */
export const CODEC = 1;

/** Which sample it is: the number of its boot, its place in it, and when it was, epoch ms. */
export interface Mark {
  boot: number;
  seq: number;
  at: number;
}

/** More samples than one an interval of a second makes of an hour; a chunk with more is none. */
export const MOST_IN_CHUNK = 100_000;

/** Marks of a chunk's samples, in their order. */
export function packMarks(marks: readonly Mark[], squeeze: Squeeze): Uint8Array<ArrayBuffer> {
  const out = writer(marks.length * 2 + 64);
  const pick = (of: (mark: Mark) => number): number[] => marks.map(of);
  out.varint(marks.length);
  // Steady steps have differences that hardly differ: theirs are written.
  const steps = marks.map(({ at }, n) => at - (marks[n - 1]?.at ?? 0));
  writeColumn(out, steps.slice(0, 1), 1);
  writeColumn(out, steps.slice(1), 1, "distances");
  writeColumn(
    out,
    pick(({ boot }) => boot),
    1,
  );
  writeColumn(
    out,
    pick(({ seq }) => seq),
    1,
  );
  return frame([out.done()], squeeze);
}

/** @throws CodecFault */
export function unpackMarks(bytes: Uint8Array, squeeze: Squeeze): Mark[] {
  const from = reader(unframe(bytes, squeeze));
  const length = from.varint();
  if (length > MOST_IN_CHUNK) throw new CodecFault("it has too many samples");
  const read = (many: number): Array<number | null> => readColumn(from, many).values;
  const steps = [...read(Math.min(length, 1)), ...read(Math.max(length - 1, 0))];
  const [boots, seqs] = [read(length), read(length)];
  from.end();
  let at = 0;
  return steps.map((step, n) => {
    const [boot, seq] = [boots[n] ?? null, seqs[n] ?? null];
    if (step === null || boot === null || seq === null) throw new CodecFault("a mark is missing");
    at += step;
    return { boot, seq, at };
  });
}

const out = writer(4_096);

/** Values of one series, one for each mark. */
export function packColumn(
  values: ReadonlyArray<number | null>,
  quantum: number,
  squeeze: Squeeze,
): Uint8Array<ArrayBuffer> {
  const writings = (["deltas", "distances"] as const).map((kind) => {
    out.reset();
    writeColumn(out, values, quantum, kind);
    return out.done();
  });
  // What does not change is short and the same in both.
  return frame((writings[0]?.length ?? 0) < 24 ? writings.slice(0, 1) : writings, squeeze);
}

/** @throws CodecFault */
export function unpackColumn(bytes: Uint8Array, length: number, squeeze: Squeeze): Column {
  const from = reader(unframe(bytes, squeeze));
  const column = readColumn(from, length);
  from.end();
  return column;
}

/** Steps of one series' roll-up. */
export function packSlots(
  stats: ReadonlyArray<Stat | null>,
  quantum: number,
  squeeze: Squeeze,
): Uint8Array<ArrayBuffer> {
  return frame([writeSlots(stats, quantum)], squeeze);
}

/** @throws CodecFault */
export function unpackSlots(bytes: Uint8Array, length: number, squeeze: Squeeze): Array<Stat | null> {
  return readSlots(unframe(bytes, squeeze), length);
}
