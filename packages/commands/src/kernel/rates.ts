/** Rates of things that count: each against its own look before, with resets, wraps and absurd steps as new baselines. */
import { advance } from "./counter.ts";

/** What one thing has counted by now. */
export type Counters<Name extends string> = Partial<Record<Name, number>>;

export interface Bound {
  /** The fastest it is believed to go, in its unit a ms. What goes further is another thing, or none. */
  most: number;
  /** The fastest it is believed to have gone where it began again at 2^32; absent: it is wider than 32 bits. */
  wrapped?: number;
}

/** A counter that went back from below here was reset: to have wrapped it had gone over more than half of its way. */
const HALF = 2 ** 31;

export class Rates<Name extends string> {
  readonly #bounds: readonly (readonly [Name, Bound])[];
  #before = new Map<string, Counters<Name>>();
  #at = 0;

  constructor(bounds: Readonly<Record<Name, Bound>>) {
    this.#bounds = Object.entries(bounds) as [Name, Bound][];
  }

  /**
   * Steps a second since the last look, by thing; one that is new, or was reset meanwhile, has none. `now`: all that
   * are there; `at`: ms by a clock that never jumps.
   */
  since(at: number, now: ReadonlyMap<string, Counters<Name>>): Map<string, Counters<Name>> {
    const ms = at - this.#at;
    const rates = new Map<string, Counters<Name>>();
    for (const [thing, counters] of now) {
      const before = this.#before.get(thing);
      const found = before === undefined || ms <= 0 ? undefined : this.#between(before, counters, ms);
      if (found !== undefined) rates.set(thing, found);
    }
    this.#before = new Map(now);
    this.#at = at;
    return rates;
  }

  /** The same of one thing alone; nothing while it is not there. */
  ofOne(at: number, now: Counters<Name> | undefined): Counters<Name> {
    return this.since(at, new Map(now === undefined ? [] : [["", now]])).get("") ?? {};
  }

  #between(before: Counters<Name>, now: Counters<Name>, ms: number): Counters<Name> | undefined {
    const rates: Counters<Name> = {};
    let back = 0;
    for (const [name, { most, wrapped }] of this.#bounds) {
      const [was, is] = [before[name], now[name]];
      if (was === undefined || is === undefined) continue;
      if (is < was) back += 1;
      if (is < was && was < HALF) return undefined;
      const step = advance(was, is, (wrapped ?? 0) * ms);
      // A wrap comes to one counter alone: a thing of which several went back, or one too far, began anew.
      if (back > 1 || step === undefined || step > most * ms) return undefined;
      rates[name] = (step * 1_000) / ms;
    }
    return rates;
  }
}
