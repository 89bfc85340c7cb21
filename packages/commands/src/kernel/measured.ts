/** Values of a sample as they are put together. */
import type { Measure } from "@servereye/contract";
import type { Values } from "../kit.ts";

/** Characters of a series' name (the contract's bound), and how many of a longer one stay at its end. */
const LONGEST = 128;
const END = 64;

/** A name that a series can have. Of a long one the middle goes: paths differ at their ends. */
export function seriesName(name: string): string {
  const plain = name.replaceAll(/\p{Cc}/gu, "?");
  return plain.length <= LONGEST ? plain : `${plain.slice(0, LONGEST - END - 1)}…${plain.slice(-END)}`;
}

/** Adds a value where there is one. `of`: by what name the thing is known that it is of. */
export function put(values: Values, { key }: Pick<Measure, "key">, value: number | undefined, of?: string) {
  if (value === undefined || !Number.isFinite(value)) return;
  values.push([of === undefined ? { key } : { key, of: seriesName(of) }, value]);
}
