/** The codec: what is packed comes back within half its quantum, gaps stay gaps, and no bytes make it crash. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import type { Stat } from "../stat.ts";
import { CodecFault } from "./bytes.ts";
import {
  type Mark,
  packColumn,
  packMarks,
  packSlots,
  unpackMarks,
  unpackSlots,
  unpackColumn as unpackWhole,
} from "./chunk.ts";
import type { Squeeze } from "./frame.ts";
import { MOST_QUANTA } from "./quantum.ts";
import { packSample, unpackSample } from "./sample.ts";

const squeeze: Squeeze = {
  deflate: (bytes) => deflateRawSync(bytes),
  inflate: (bytes, most) => inflateRawSync(bytes, { maxOutputLength: most }),
};

const unpackColumn = (bytes: Uint8Array, length: number, by: Squeeze) =>
  unpackWhole(bytes, length, by).values;

const quantum = fc.oneof(
  fc.constantFrom(1, 0.1, 0.01, 0.001, 1_024, 0.5, 0.25, 3),
  fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
);
/** Any finite double: small ones as measured, huge ones, and those of the whole range. */
const value = fc.oneof(
  fc.double({ min: -1_000, max: 100_000, noNaN: true }),
  fc.integer({ min: 0, max: 100 }),
  fc.double({ noDefaultInfinity: true, noNaN: true }),
);
const values = fc.array(fc.option(value, { freq: 5 }), { maxLength: 400 });

/** Half a quantum, and what doubles of this size can not tell apart. */
function near(read: number, was: number, step: number): boolean {
  const size = Math.max(Math.abs(was), Math.abs(read));
  return Math.abs(read - was) <= step / 2 + size * 4 * Number.EPSILON;
}

function same(read: ReadonlyArray<number | null>, was: ReadonlyArray<number | null>, step: number): void {
  assert.equal(read.length, was.length);
  for (const [at, one] of was.entries()) {
    const back = read[at] ?? null;
    if (one === null || back === null) assert.equal(back, one);
    else assert.ok(near(back, one, step), `${one} came back as ${back} by ${step}`);
  }
}

describe("the codec", () => {
  test("gives every finite value of a column back within half its quantum, and every gap", () => {
    fc.assert(
      fc.property(values, quantum, (column, step) => {
        same(unpackColumn(packColumn(column, step, squeeze), column.length, squeeze), column, step);
      }),
    );
  });

  test("gives whole numbers of quanta back exactly, up to the last that is kept so", () => {
    const ends = [MOST_QUANTA, -MOST_QUANTA, 0, MOST_QUANTA, 1, -1];
    assert.deepEqual(unpackColumn(packColumn(ends, 1, squeeze), ends.length, squeeze), ends);
    const tenths = Array.from({ length: 1_001 }, (_, n) => n / 10);
    assert.deepEqual(unpackColumn(packColumn(tenths, 0.1, squeeze), tenths.length, squeeze), tenths);
    const huge = [1e300, -5e-324, Number.MAX_VALUE, null];
    assert.deepEqual(unpackColumn(packColumn(huge, 0.1, squeeze), huge.length, squeeze), huge);
  });

  test("gives a sample back as a column of it would be", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(value, { freq: 5 }), quantum), { maxLength: 80 }), (sample) => {
        const steps = sample.map(([, step]) => step);
        const read = unpackSample(
          packSample(
            sample.map(([one]) => one),
            steps,
          ),
          steps,
        );
        for (const [at, [one, step]] of sample.entries()) {
          same([read[at] ?? null], [one], step);
          const column = unpackColumn(packColumn([one], step, squeeze), 1, squeeze);
          assert.deepEqual([read[at]], column, "hot and sealed differ");
        }
      }),
    );
  });

  test("gives marks back as they were", () => {
    const mark = fc.record(
      {
        boot: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        seq: fc.integer({ min: 0, max: 2 ** 48 }),
        at: fc.integer({ min: 0, max: 2 ** 42 }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 200 }), (marks) => {
        assert.deepEqual(unpackMarks(packMarks(marks, squeeze), squeeze), marks);
      }),
    );
  });

  test("gives a roll-up's steps back, sums of whole quanta exactly", () => {
    const stat = fc
      .array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), { minLength: 1, maxLength: 9 })
      .map((all): Stat => {
        const sum = all.reduce((a, b) => a + b);
        return {
          ...{ min: Math.min(...all), max: Math.max(...all) },
          ...{ sum, last: all.at(-1) ?? 0, count: all.length },
        };
      });
    fc.assert(
      fc.property(fc.array(fc.option(stat), { maxLength: 150 }), (stats) => {
        assert.deepEqual(unpackSlots(packSlots(stats, 1, squeeze), stats.length, squeeze), stats);
      }),
    );
    const huge: Stat[] = [{ min: 1e200, max: 1e300, sum: 1e301, last: 1e250, count: 60 }];
    assert.deepEqual(unpackSlots(packSlots(huge, 0.1, squeeze), 1, squeeze), huge);
  });

  test("says of damaged bytes that they are, and never more", () => {
    const column = packColumn(
      Array.from({ length: 360 }, (_, n) => (n % 7 === 0 ? null : Math.sin(n) * 100)),
      0.1,
      squeeze,
    );
    const marks: Mark[] = Array.from({ length: 360 }, (_, n) => ({ boot: 1, seq: n, at: n * 10_000 }));
    const head = packMarks(marks, squeeze);
    const readers: Array<(bytes: Uint8Array) => unknown> = [
      (bytes) => unpackColumn(bytes, 360, squeeze),
      (bytes) => unpackMarks(bytes, squeeze),
      (bytes) => unpackSlots(bytes, 144, squeeze),
      (bytes) => unpackSample(bytes, [1, 0.1, 1, 1]),
    ];
    const orFault = (read: (bytes: Uint8Array) => unknown, bytes: Uint8Array) => {
      try {
        read(bytes);
      } catch (error) {
        assert.ok(error instanceof CodecFault, String(error));
      }
    };
    const damage = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat());
    fc.assert(
      fc.property(fc.constantFrom(column, head), damage, (whole, [place, flip, length]) => {
        const bytes = whole.slice(0, 1 + (length % whole.length));
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        for (const read of readers) orFault(read, bytes);
      }),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const read of readers) orFault(read, bytes);
      }),
      { numRuns: 500 },
    );
  });
});
