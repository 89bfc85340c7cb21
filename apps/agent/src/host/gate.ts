/** A few places for questions to the kernel that may never come back; the others wait for a place, not for an answer. */

export interface Ended<T> {
  /** "late": not answered in time (the place stays taken until it is). "full": no place came free in time. */
  outcome: "done" | "late" | "full";
  value?: T;
}

const MOST_WAITING = 256;

/** Node's pool has four threads, which files, host names and cryptography share: some of them must stay free. */
export class Gate {
  readonly #places: number;
  #taken = 0;
  #late = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  /** Questions that are out, stuck ones included. */
  get outstanding(): number {
    return this.#taken;
  }

  /** Whether every place is taken by a question that is over its deadline. */
  get stuck(): boolean {
    return this.#late >= this.#places;
  }

  /** Asks when there is a place, and gives up waiting after `deadlineMs`. Rejects as `ask` does. */
  ask<T>(deadlineMs: number, ask: () => Promise<T>): Promise<Ended<T>> {
    return new Promise((resolve, reject) => {
      let asked = false;
      let late = false;
      const begin = () => {
        asked = true;
        this.#taken++;
        ask()
          .finally(() => {
            this.#taken--;
            if (late) this.#late--;
            this.#waiting.shift()?.();
          })
          .then((value) => resolve({ outcome: "done", value }), reject)
          .finally(() => clearTimeout(timer));
      };
      const timer = setTimeout(() => {
        const place = this.#waiting.indexOf(begin);
        if (place >= 0) this.#waiting.splice(place, 1);
        if (asked) {
          late = true;
          this.#late++;
        }
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
