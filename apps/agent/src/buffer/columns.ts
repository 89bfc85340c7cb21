/** Puts what was measured into columns, and keeps to the same ones while the series are about the same. */
import { MOST_SERIES, type Series } from "@servereye/contract";
import type { Measured } from "../sampling/sample.ts";
import { type Layout, layoutOf } from "./record.ts";

/** Columns may stand empty up to this share: a series that comes and goes makes no new layout each time. */
const MOST_EMPTY = 0.25;

const nameOf = ({ key, of }: Series): string => (of === undefined ? key : `${key} ${of}`);

export class Columns {
  readonly #boot: string;
  #layout: Layout | undefined;
  #places = new Map<string, number>();

  constructor(boot: string) {
    this.#boot = boot;
  }

  /** `beyond`: series for which there was no room. Undefined when nothing was measured. */
  place(
    measured: Measured["values"],
  ): { layout: Layout; values: Array<number | null>; beyond: number } | undefined {
    const given = new Map<string, readonly [Series, number]>();
    for (const one of measured) if (Number.isFinite(one[1])) given.set(nameOf(one[0]), one);
    const all = [...given].slice(0, MOST_SERIES);
    if (all.length === 0) return undefined;
    let layout = this.#layout;
    const known = all.every(([name]) => this.#places.has(name));
    if (layout === undefined || !known || all.length < layout.series.length * (1 - MOST_EMPTY)) {
      layout = layoutOf(
        this.#boot,
        all.map(([, [series]]) => series),
      );
      this.#layout = layout;
      this.#places = new Map(all.map(([name], at) => [name, at]));
    }
    const values = Array<number | null>(layout.series.length).fill(null);
    for (const [name, [, value]] of all) values[this.#places.get(name) ?? 0] = value;
    return { layout, values, beyond: given.size - all.length };
  }
}
