/** Time as a parameter: the machine's own clock, and one that a test turns by hand. */

/** Stops a scheduled run; calling it late or twice does nothing. */
export type Cancel = () => void;

/** A source of time in milliseconds since 1970, and of runs at a later time. */
export interface Clock {
  now(): number;
  schedule(delayMs: number, run: () => void): Cancel;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

interface Planned {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that stands still until `advance` turns it; due runs happen in order of time, then of planning. */
export class TurnedClock implements Clock {
  #now: number;
  #order = 0;
  readonly #planned = new Set<Planned>();

  /** @param start milliseconds since 1970; the default is 2026-01-02 03:04:05 UTC */
  constructor(start: number = Date.UTC(2026, 0, 2, 3, 4, 5)) {
    this.#now = start;
  }

  /** How many runs wait for their time. */
  get waiting(): number {
    return this.#planned.size;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const planned: Planned = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run };
    this.#planned.add(planned);
    return () => this.#planned.delete(planned);
  }

  /** Turns the clock on by `ms` and runs everything that falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#first(end); next !== undefined; next = this.#first(end)) {
      this.#planned.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  #first(end: number): Planned | undefined {
    let first: Planned | undefined;
    for (const planned of this.#planned) {
      if (planned.at > end) continue;
      if (first && (first.at < planned.at || (first.at === planned.at && first.order < planned.order)))
        continue;
      first = planned;
    }
    return first;
  }
}

/** A clock whose planned runs can all be dropped at once, so that nothing outlives its owner. */
export class OwnedClock implements Clock {
  readonly #clock: Clock;
  readonly #cancels = new Set<Cancel>();
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** How many runs wait for their time. */
  get waiting(): number {
    return this.#cancels.size;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    if (this.#closed) return () => {};
    const stop = this.#clock.schedule(delayMs, () => {
      this.#cancels.delete(cancel);
      run();
    });
    const cancel = (): void => {
      this.#cancels.delete(cancel);
      stop();
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Drops all that is planned and takes no more. */
  close(): void {
    this.#closed = true;
    for (const cancel of [...this.#cancels]) cancel();
  }
}
