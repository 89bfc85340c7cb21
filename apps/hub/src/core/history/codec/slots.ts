/** A day of one series' roll-up as bytes: sums are kept, and not averages, so that hours can be made of minutes exactly. */
import type { Stat } from "../stat.ts";
import { CodecFault, reader, writer } from "./bytes.ts";
import { readColumn, writeColumn } from "./column.ts";
import { ofQuanta, quanta } from "./quantum.ts";

/** Min in quanta and all else by its distance from it; or, for values that are too large for that, each as it is. */
const FORMS = { distances: 0, doubles: 1 } as const;

/** Writes steps of which some are empty. All but the sum come back within half the quantum, and whole quanta exactly. */
export function writeSlots(stats: ReadonlyArray<Stat | null>, quantum: number): Uint8Array<ArrayBuffer> {
  const out = writer(1_024);
  const full = stats.filter((stat) => stat !== null);
  const near = full.every(({ min, max, sum, last, count }) =>
    [min, max - min, last - min, sum - min * count].every((value) => quanta(value, quantum) !== undefined),
  );
  out.byte(near ? FORMS.distances : FORMS.doubles);
  writeColumn(
    out,
    stats.map((stat) => stat?.count ?? 0),
    1,
    "distances",
  );
  const write = (of: (stat: Stat) => number, kind: "deltas" | "distances") =>
    writeColumn(out, full.map(of), quantum, kind);
  if (near) {
    write(({ min }) => min, "deltas");
    write(({ min, max }) => max - min, "distances");
    write(({ min, last }) => last - min, "distances");
    write(({ min, sum, count }) => sum - min * count, "distances");
  } else
    for (const { min, max, last, sum } of full) for (const value of [min, max, last, sum]) out.double(value);
  return out.done();
}

/** @throws CodecFault */
export function readSlots(bytes: Uint8Array, length: number): Array<Stat | null> {
  const from = reader(bytes);
  const form = from.byte();
  const counts = readColumn(from, length).values.map(whole);
  const filled = counts.filter((count) => count > 0).length;
  let quantum: number | undefined;
  const numbers = (): number[] => {
    const column = readColumn(from, filled);
    quantum = column.quantum;
    return column.values.map(finite);
  };
  /** Made of two, it is rounded twice: the whole number of quanta that is meant. */
  const meant = (value: number): number => {
    const count = quantum === undefined ? undefined : quanta(value, quantum);
    return count === undefined || quantum === undefined ? value : ofQuanta(count, quantum);
  };
  let stats: Stat[];
  if (form === FORMS.distances) {
    const [mins, maxes, lasts, sums] = [numbers(), numbers(), numbers(), numbers()];
    const present = counts.filter((count) => count > 0);
    stats = present.map((count, at) => {
      const min = mins[at] ?? 0;
      const [max, last] = [meant(min + (maxes[at] ?? 0)), meant(min + (lasts[at] ?? 0))];
      return { min, max, last, sum: meant(min * count + (sums[at] ?? 0)), count };
    });
  } else if (form === FORMS.doubles)
    stats = counts
      .filter((count) => count > 0)
      .map((count) => {
        const [min, max] = [finite(from.double()), finite(from.double())];
        const [last, sum] = [finite(from.double()), finite(from.double())];
        return { min, max, last, sum, count };
      });
  else throw new CodecFault(`there is no form ${form}`);
  from.end();
  let at = 0;
  return counts.map((count) => (count > 0 ? (stats[at++] ?? null) : null));
}

function whole(count: number | null): number {
  if (count === null || !Number.isInteger(count) || count < 0) throw new CodecFault("a count is none");
  return count;
}

function finite(value: number | null): number {
  if (value === null || !Number.isFinite(value)) throw new CodecFault("a value is missing");
  return value;
}
