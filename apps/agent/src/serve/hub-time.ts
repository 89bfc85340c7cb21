/** The hub's clock as this agent knows it: what it said last, and the time that passed here since. */
import type { Clock } from "../clock.ts";

/** A quartz clock may run this much wrong, as a share: an old measurement loses to a slightly slower new one. */
const DRIFT = 1e-4;

/** The machine slept or its clock was set when both its clocks differ by more than this since the last word, ms. */
const JUMP_MS = 1_000;

export class HubTime {
  readonly #clock: Clock;
  /** The best measurement: the hub's time, when it was taken (monotonic), and how wrong it may be (ms). */
  #best: { hub: number; at: number; wrong: number } | undefined;
  /** Both own clocks at the hub's last word. */
  #own = { wall: 0, steady: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The hub's word on its time, which is at most `tookMs` old. A new connection passes `fresh`. */
  learn(hubTime: number, tookMs: number, fresh = false): void {
    const at = this.#clock.monotonic();
    const best = this.#best;
    const jumped = Math.abs(this.#jump()) > JUMP_MS;
    this.#own = { wall: this.#clock.now(), steady: at };
    if (!fresh && !jumped && best !== undefined && best.wrong + (at - best.at) * DRIFT < tookMs) return;
    this.#best = { hub: hubTime + tookMs / 2, at, wrong: tookMs };
  }

  /** Epoch ms by the hub's clock, or undefined before its first word. */
  now(): number | undefined {
    const best = this.#best;
    if (best === undefined) return undefined;
    // The steady clock stands still while the machine sleeps. The wall clock does not: when it ran ahead, take it,
    // since too late refuses a command at worst, and too early would run one that has expired.
    const jump = this.#jump();
    return best.hub + (this.#clock.monotonic() - best.at) + (jump > JUMP_MS ? jump : 0);
  }

  #jump(): number {
    return this.#clock.now() - this.#own.wall - (this.#clock.monotonic() - this.#own.steady);
  }
}
