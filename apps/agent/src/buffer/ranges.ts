/** Which samples: runs of numbers without a gap, by boot. */

/** Samples `from` to `to` of a boot, both included. */
export interface Run {
  boot: string;
  from: number;
  to: number;
}

export class Ranges {
  /** By boot, in order, none touching the next. */
  readonly #runs = new Map<string, Run[]>();
  #size = 0;

  /** How many samples. */
  get size(): number {
    return this.#size;
  }

  add({ boot, from, to }: Run): void {
    this.cut({ boot, from, to });
    this.#size += to - from + 1;
    const runs = this.#runs.get(boot) ?? [];
    const near = runs.filter((run) => run.to + 1 === from || run.from === to + 1);
    const whole = {
      ...{ boot, from: Math.min(from, ...near.map((run) => run.from)) },
      to: Math.max(to, ...near.map((run) => run.to)),
    };
    const others = runs.filter((run) => !near.includes(run));
    const at = others.findIndex((run) => run.from > whole.from);
    others.splice(at < 0 ? others.length : at, 0, whole);
    this.#runs.set(boot, others);
  }

  /** Takes these out; gives how many were in. */
  cut({ boot, from, to }: Run): number {
    const before = this.#size;
    const left: Run[] = [];
    for (const run of this.#runs.get(boot) ?? []) {
      const [first, last] = [Math.max(from, run.from), Math.min(to, run.to)];
      if (first > last) {
        left.push(run);
        continue;
      }
      this.#size -= last - first + 1;
      if (run.from < first) left.push({ boot, from: run.from, to: first - 1 });
      if (run.to > last) left.push({ boot, from: last + 1, to: run.to });
    }
    if (left.length > 0) this.#runs.set(boot, left);
    else this.#runs.delete(boot);
    return before - this.#size;
  }

  has(boot: string, seq: number): boolean {
    return this.#runs.get(boot)?.some((run) => run.from <= seq && seq <= run.to) ?? false;
  }

  /** A new one of what is here and not there. */
  without(others: Ranges): Ranges {
    const left = new Ranges();
    for (const run of this.runs()) left.add(run);
    for (const run of others.runs()) left.cut(run);
    return left;
  }

  runs(): Run[] {
    return [...this.#runs.values()].flat();
  }
}
