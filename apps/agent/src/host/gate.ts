/** A few places for questions to the kernel that may never come back; the others wait for a place, not for an answer. */

/** Node's pool has four threads, which files, host names and cryptography share: most of them must stay free. */
export interface Ended<T> {
  /** "late": not answered in time (the place stays taken until it is). "full": no place came free in time. */
  outcome: "done" | "late" | "full";
  value?: T;
}

const MOST_WAITING = 256;

export class Gate {
  readonly #places: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  /** Questions that are out, stuck ones included. */
  get outstanding(): number {
    return this.#taken;
  }

  /** Asks when there is a place, and gives up waiting after `deadlineMs`. Rejects as `ask` does. */
  ask<T>(deadlineMs: number, ask: () => Promise<T>): Promise<Ended<T>> {
    return new Promise((resolve, reject) => {
      let asked = false;
      const begin = () => {
        asked = true;
        this.#taken++;
        ask()
          .finally(() => {
            this.#taken--;
            this.#waiting.shift()?.();
          })
          .then((value) => resolve({ outcome: "done", value }), reject)
          .finally(() => clearTimeout(timer));
      };
      const timer = setTimeout(() => {
        const place = this.#waiting.indexOf(begin);
        if (place >= 0) this.#waiting.splice(place, 1);
        resolve({ outcome: asked ? "late" : "full" });
      }, deadlineMs);
      if (this.#taken < this.#places) begin();
      else if (this.#waiting.length < MOST_WAITING) this.#waiting.push(begin);
      else {
        clearTimeout(timer);
        resolve({ outcome: "full" });
      }
    });
  }
}
