/** A clock that a test turns by hand. */
import type { Clock } from "./clock.ts";

interface Timer {
  at: number;
  ms: number;
  run: () => void;
}

export class TurnedClock implements Clock {
  #steady = 1_000;
  #wall: number;
  readonly #timers = new Set<Timer>();
  readonly #watchers = new Set<{
    match: (ms: number) => boolean;
    count: number;
    resolve: (ms: number) => void;
  }>();

  constructor(wall = 1_800_000_000_000) {
    this.#wall = wall;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#steady;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#steady + ms, ms, run };
    this.#timers.add(timer);
    for (const watcher of this.#watchers) {
      if (!watcher.match(ms)) continue;
      if ([...this.#timers].filter((one) => watcher.match(one.ms)).length < watcher.count) continue;
      this.#watchers.delete(watcher);
      watcher.resolve(ms);
    }
    return () => this.#timers.delete(timer);
  }

  /** Runs what falls due within `ms`, in order. */
  turn(ms: number): void {
    const until = this.#steady + ms;
    for (;;) {
      const due = [...this.#timers].filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#pass(Math.max(0, due.at - this.#steady));
      this.#timers.delete(due);
      due.run();
    }
    this.#pass(until - this.#steady);
  }

  /** The machine sleeps: the wall clock goes on, the steady one stands. */
  sleep(ms: number): void {
    this.#wall += ms;
  }

  /** Resolves with its ms when a timer that matches is, or gets, set; or when `count` of them are. */
  set(match: (ms: number) => boolean, count = 1): Promise<number> {
    const found = [...this.#timers].filter((one) => match(one.ms));
    const [first] = found;
    if (first !== undefined && found.length >= count) return Promise.resolve(first.ms);
    return new Promise((resolve) => this.#watchers.add({ match, count, resolve }));
  }

  #pass(ms: number): void {
    this.#steady += ms;
    this.#wall += ms;
  }
}
