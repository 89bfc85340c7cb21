/** What runs now: bounded, and one run for readings that ask the same at the same time. */
import { Fault } from "@servereye/contract";

/** Runs at once. */
export const MOST_RUNS = 16;

/**
 * A reading joins one that began at most this long ago, ms: a hundred people who look at the same server cost it
 * one look, and none of them sees what is older than a breath.
 */
const SHARED_MS = 250;

export class Runs {
  #running = 0;
  readonly #shared = new Map<string, { began: number; run: Promise<unknown> }>();

  /** Throws Fault AGENT_BUSY when too much runs. `now`: monotonic ms. */
  reading(type: string, payload: unknown, now: number, start: () => Promise<unknown>): Promise<unknown> {
    const key = `${type} ${JSON.stringify(payload)}`;
    const other = this.#shared.get(key);
    if (other !== undefined && now - other.began <= SHARED_MS) return other.run;
    const run = this.#start(start);
    const entry = { began: now, run };
    this.#shared.set(key, entry);
    const forget = () => {
      if (this.#shared.get(key) === entry) this.#shared.delete(key);
    };
    run.then(forget, forget);
    return run;
  }

  /** As `reading`, but never shared; and no reading joins one that began before this action's end. */
  action(start: () => Promise<unknown>): Promise<unknown> {
    const run = this.#start(start);
    const forgetAll = () => this.#shared.clear();
    run.then(forgetAll, forgetAll);
    return run;
  }

  async #start(start: () => Promise<unknown>): Promise<unknown> {
    if (this.#running >= MOST_RUNS)
      throw new Fault("AGENT_BUSY", `${MOST_RUNS} commands are running already`, {
        values: { limit: MOST_RUNS },
      });
    this.#running++;
    try {
      return await start();
    } finally {
      this.#running--;
    }
  }
}
