/** What a batch of samples must be besides its schema, what it weighs, and what is left of it without some series. */
import type { SampleBatch, Series } from "@servereye/contract";

/** Which samples it has: numbers of a boot, both included. */
interface Span {
  boot: string;
  from: number;
  to: number;
}

/** Undefined for a batch that is none: numbers with a gap, rows that do not fit their series, a series twice. */
export function spanOf({ boot, series, samples }: SampleBatch): Span | undefined {
  const from = samples[0]?.seq;
  if (from === undefined) return undefined;
  const fits = samples.every(({ seq, values }, at) => seq === from + at && values.length === series.length);
  if (!fits || new Set(series.map(nameOf)).size !== series.length) return undefined;
  return { boot, from, to: from + samples.length - 1 };
}

/** A series in one word; no key has a space. */
export const nameOf = ({ key, of }: Series): string => (of === undefined ? key : `${key} ${of}`);

export const valuesOf = ({ series, samples }: SampleBatch): number => series.length * samples.length;

/** Bytes it takes in memory, reckoned: 24 for a number in a list of numbers and nulls, and what holds the lists. */
export const weightOf = ({ series, samples }: SampleBatch): number =>
  samples.length * (200 + 24 * series.length) + 150 * series.length;

/** The same with those series alone of which `wanted` is true, in order. */
export function narrowed(batch: SampleBatch, wanted: readonly boolean[]): SampleBatch {
  const keep = <T>(list: readonly T[]): T[] => list.filter((_, at) => wanted[at]);
  return {
    ...batch,
    series: keep(batch.series),
    samples: batch.samples.map((sample) => ({ ...sample, values: keep(sample.values) })),
  };
}
