/** Faults on demand: what the next calls are to suffer. */

/** `drop` cuts the connection before the work, `drop-after` does the work and loses the answer. */
export type FaultKind = "400" | "429" | "500" | "502" | "drop" | "delay" | "drop-after";

/** A fault for the next `times` calls (of one method, to one chat, when these are given). */
export interface Fault {
  readonly kind: FaultKind;
  readonly times: number;
  readonly method?: string | undefined;
  readonly chatId?: number | undefined;
  /** What `400` says after "Bad Request: ". */
  readonly description?: string | undefined;
  /** Seconds, of `429`; 1 when not given. */
  readonly retryAfter?: number | undefined;
  /** Milliseconds, of `delay`; 1000 when not given. */
  readonly delayMs?: number | undefined;
}

/** The faults that are still to happen, taken in the order they were added. */
export class Faults {
  #left: { readonly fault: Fault; times: number }[] = [];

  add(fault: Fault): void {
    this.#left.push({ fault, times: fault.times });
  }

  clear(): void {
    this.#left = [];
  }

  /** How many calls are still to suffer. */
  get pending(): number {
    return this.#left.reduce((sum, { times }) => sum + times, 0);
  }

  /** The fault of this call, counted off; undefined for none. */
  take(method: string, chatId: number): Fault | undefined {
    const found = this.#left.find(({ fault }) => {
      const sameMethod = fault.method === undefined || fault.method.toLowerCase() === method.toLowerCase();
      return sameMethod && (fault.chatId === undefined || fault.chatId === chatId);
    });
    if (!found) return undefined;
    found.times--;
    if (found.times <= 0) this.#left = this.#left.filter((left) => left !== found);
    return found.fault;
  }
}
