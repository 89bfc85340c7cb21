/** The hub's clock as this agent knows it: what it signed when it let the agent in, and the time that passed here since. */
import type { Clock } from "../clock.ts";

/** A quartz clock may run this much wrong, as a share: an old measurement loses to a slightly slower new one. */
const DRIFT = 1e-4;

/**
 * What a beat may move the hub's time by since it was signed, as a share of the time since: the most that a clock is
 * slewed by when it is set right (adjtimex(2): 500 ppm). And in all, ms: beyond it a signed word is due.
 */
const SLEW = 5e-4;
const MOST_MOVED_MS = 5_000;
/** Times are told in whole ms, and the clocks behind them are not read in one moment. */
const GRAIN_MS = 5;

/** The machine slept or its clock was set when both its clocks differ by more than this since the last word, ms. */
const JUMP_MS = 1_000;

interface Measured {
  /** The hub's time, when it was taken (monotonic), and how wrong it may be (ms). */
  hub: number;
  at: number;
  wrong: number;
}

export class HubTime {
  readonly #clock: Clock;
  #best: Measured | undefined;
  /** The last one that the hub has signed: what every other one is held against. */
  #signed: Measured | undefined;
  /** Both own clocks at the hub's last word. */
  #own = { wall: 0, steady: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The hub's signed word on its time, at most `tookMs` old. It is taken whatever was known before. */
  learn(hubTime: number, tookMs: number): void {
    const at = this.#clock.monotonic();
    this.#own = { wall: this.#clock.now(), steady: at };
    this.#signed = { hub: hubTime + tookMs / 2, at, wrong: tookMs };
    this.#best = this.#signed;
  }

  /**
   * An unsigned word, at most `tookMs` old. False when it can not be true beside the signed one and clocks that drift,
   * or when the own clocks can not say how long that was ago: then a signed one is needed, and this one changes nothing.
   */
  hear(hubTime: number, tookMs: number): boolean {
    const [signed, best] = [this.#signed, this.#best];
    if (signed === undefined || best === undefined || Math.abs(this.#jump()) > JUMP_MS) return false;
    const at = this.#clock.monotonic();
    const since = at - signed.at;
    const room = GRAIN_MS + signed.wrong / 2 + Math.min(since * SLEW, MOST_MOVED_MS);
    const expected = signed.hub + since;
    if (hubTime > expected + room || hubTime + tookMs < expected - room) return false;
    this.#own = { wall: this.#clock.now(), steady: at };
    if (best.wrong + (at - best.at) * DRIFT < tookMs) return true;
    const told = hubTime + tookMs / 2;
    this.#best = { hub: Math.min(Math.max(told, expected - room), expected + room), at, wrong: tookMs };
    return true;
  }

  /** Epoch ms by the hub's clock, or undefined before its first signed word. */
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
