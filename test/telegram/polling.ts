/** Long polling: one waiting call at a time, ended by an update, its timeout, another poller or a webhook. */
import type { Cancel, Clock } from "./clock.ts";
import type { JsonObject } from "./params.ts";
import { conflict, type Refusal } from "./refusal.ts";
import type { UpdateQueue } from "./updates.ts";

/** What `getUpdates` asks; `timeoutMs` is already within bounds. */
export interface Poll {
  readonly offset: number;
  readonly limit: number;
  readonly timeoutMs: number;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** The one place where a bot may wait for updates. */
export class Polling {
  readonly #queue: UpdateQueue;
  readonly #clock: Clock;
  #end: ((outcome: JsonObject[] | Refusal) => void) | undefined;

  constructor(queue: UpdateQueue, clock: Clock) {
    this.#queue = queue;
    this.#clock = clock;
  }

  /** True while a call waits. */
  get busy(): boolean {
    return this.#end !== undefined;
  }

  /** Updates, at most `limit`; an empty list at the timeout. Throws `Refusal` 409 when it is ended by another. */
  async poll({ offset, limit, timeoutMs, signal }: Poll): Promise<JsonObject[]> {
    this.end(
      conflict("terminated by other getUpdates request; make sure that only one bot instance is running"),
    );
    this.#queue.confirm(offset);
    const ready = this.#queue.batch(limit);
    if (ready.length > 0 || timeoutMs <= 0 || signal.aborted) return ready;
    return new Promise((resolve, reject) => {
      let cancel: Cancel = () => {};
      const end = (outcome: JsonObject[] | Refusal): void => {
        if (this.#end !== end) return;
        this.#end = undefined;
        cancel();
        this.#queue.listeners.delete(arrived);
        signal.removeEventListener("abort", hungUp);
        if (Array.isArray(outcome)) resolve(outcome);
        else reject(outcome);
      };
      const arrived = (): void => end(this.#queue.batch(limit));
      const hungUp = (): void => end([]);
      this.#end = end;
      cancel = this.#clock.schedule(timeoutMs, () => end([]));
      this.#queue.listeners.add(arrived);
      signal.addEventListener("abort", hungUp);
    });
  }

  /** Ends the waiting call, if there is one. */
  end(outcome: JsonObject[] | Refusal): void {
    this.#end?.(outcome);
  }
}
