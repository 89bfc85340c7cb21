/** One sample's values as bytes: each in whole quanta of its own measure, so that it reads the same hot and sealed. */
import { CodecFault, reader, writer } from "./bytes.ts";
import { ofQuanta, quanta } from "./quantum.ts";

/** Ahead of a value: nothing was measured; a double follows; else it is the number itself, these two further on. */
const MARKS = { none: 0, double: 1, first: 2 } as const;

const out = writer(4_096);

/** `quantumOf[n]` is of `values[n]`. A value that is too large for its quantum is kept exactly. */
export function packSample(
  values: ReadonlyArray<number | null>,
  quantumOf: readonly number[],
): Uint8Array<ArrayBuffer> {
  out.reset();
  for (const [at, value] of values.entries()) {
    const count = value === null ? undefined : quanta(value, quantumOf[at] ?? 1);
    if (value === null) out.byte(MARKS.none);
    else if (count === undefined) {
      out.byte(MARKS.double);
      out.double(value);
    } else out.varint((count < 0 ? -2 * count - 1 : 2 * count) + MARKS.first);
  }
  return out.done();
}

/** @throws CodecFault */
export function unpackSample(bytes: Uint8Array, quantumOf: readonly number[]): Array<number | null> {
  const from = reader(bytes);
  const values = quantumOf.map((quantum) => {
    const mark = from.varint();
    if (mark === MARKS.none) return null;
    if (mark === MARKS.double) {
      const value = from.double();
      if (!Number.isFinite(value)) throw new CodecFault("a value is not finite");
      return value;
    }
    const zigzag = mark - MARKS.first;
    return ofQuanta(zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2, quantum);
  });
  from.end();
  return values;
}
