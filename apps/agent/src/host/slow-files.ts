/** Files that may block, such as sensors on a slow bus, read aside with a deadline. */
import { open } from "node:fs/promises";
import { Gate } from "./gate.ts";
import { absent } from "./peek.ts";

const MOST_BYTES = 64 * 1024;
/** Reads at once: half of Node's thread pool at the worst. */
const PLACES = 2;

export class SlowFiles {
  readonly #gate = new Gate(PLACES);
  /** Reads that are out, by path: a stuck file is not asked again before it answered. */
  readonly #out = new Map<string, Promise<string | undefined>>();

  get outstanding(): number {
    return this.#gate.outstanding;
  }

  async read(path: string, deadlineMs: number): Promise<string | undefined> {
    const ended = await (this.#out.has(path)
      ? this.#join(path, deadlineMs)
      : this.#gate.ask(deadlineMs, () => this.#begin(path)).then((end) => end.value));
    return ended;
  }

  #begin(path: string): Promise<string | undefined> {
    const reading = readBounded(path).finally(() => this.#out.delete(path));
    this.#out.set(path, reading);
    return reading;
  }

  #join(path: string, deadlineMs: number): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve(undefined), deadlineMs);
      this.#out
        .get(path)
        ?.then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }
}

async function readBounded(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, "r");
    try {
      const buffer = Buffer.allocUnsafe(MOST_BYTES);
      let length = 0;
      while (length < MOST_BYTES) {
        const { bytesRead } = await file.read(buffer, length, MOST_BYTES - length, null);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return buffer.toString("utf8", 0, length);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (absent(error)) return undefined;
    throw error;
  }
}
