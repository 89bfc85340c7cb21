/** Samples the machine on a steady schedule: each sampler for itself, so that none that hangs delays another. */
import type { Host, Sampler, SampleWish, Values } from "@servereye/commands/agent";
import type { Clock } from "../clock.ts";
import { type Log, reasonOf } from "../log.ts";
import type { SampleSink } from "./sample.ts";

/** Those that have not told after this share of the interval, or this many ms, have a gap in the sample. */
const PATIENCE = 0.8;
const MOST_PATIENCE_MS = 3_000;

export interface SamplingParts {
  samplers: readonly Sampler[];
  host: Host;
  wish: SampleWish;
  sink: SampleSink;
  clock: Clock;
  log: Log;
  intervalMs: number;
  /** Where in the interval this server measures, in [0, 1): a thousand of them must not all do so at once. */
  phase: number;
}

interface Look {
  /** The beginning of its measures' keys: `disk`. */
  name: string;
  take: () => Values | Promise<Values>;
  busy: boolean;
  failing: boolean;
}

export class Sampling {
  readonly #p: SamplingParts;
  readonly #looks: Look[];
  #stopTimer: (() => void) | undefined;

  constructor(parts: SamplingParts) {
    this.#p = parts;
    this.#looks = parts.samplers.map((sampler) => ({
      name: sampler.measures[0]?.key.split(".")[0] ?? "",
      take: sampler.start(parts.host, parts.wish),
      busy: false,
      failing: false,
    }));
  }

  /** The first sample at once: it has what stands, and begins all rates. */
  start(): void {
    this.#run();
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #run(): void {
    this.#stopTimer = this.#p.clock.after(this.#untilNext(), () => this.#run());
    this.#sample().catch((error: unknown) =>
      this.#p.log.error("sampling.failed", { reason: reasonOf(error) }),
    );
  }

  /**
   * Ms until the next moment of the grid that this machine's clock makes: a sample that comes late, or a clock that
   * is set, moves no later one, and what was missed is not made up for.
   */
  #untilNext(): number {
    const { clock, intervalMs, phase } = this.#p;
    const ms = intervalMs - ((((clock.now() - phase * intervalMs) % intervalMs) + intervalMs) % intervalMs);
    // A timer that was a little early is not for a second sample of the same moment.
    return ms < intervalMs / 2 ? ms + intervalMs : ms;
  }

  async #sample(): Promise<void> {
    const at = this.#p.clock.now();
    const told: Values[] = [];
    let over = false;
    const all = this.#looks.flatMap((look) =>
      look.busy
        ? []
        : [
            this.#look(look).then((values) => {
              // What comes after its time is of another moment.
              if (!over) told.push(values);
            }),
          ],
    );
    await this.#inTime(Promise.all(all));
    over = true;
    const values = told.flat();
    if (values.length > 0) this.#p.sink.add({ at, values });
  }

  #inTime(all: Promise<unknown>): Promise<void> {
    const { clock, intervalMs } = this.#p;
    return new Promise((resolve) => {
      const calledOff = clock.after(Math.min(MOST_PATIENCE_MS, intervalMs * PATIENCE), resolve);
      void all.then(() => {
        calledOff();
        resolve();
      });
    });
  }

  /** Never rejects. */
  async #look(look: Look): Promise<Values> {
    look.busy = true;
    try {
      const values = await look.take();
      look.failing = false;
      return values;
    } catch (error) {
      if (!look.failing) this.#p.log.warn("sampling.gap", { measures: look.name, reason: reasonOf(error) });
      look.failing = true;
      return [];
    } finally {
      look.busy = false;
    }
  }
}
