/** Kernel files read at once into one buffer that is used again and again. */
import { closeSync, constants, openSync, readSync } from "node:fs";

const FIRST_SIZE = 64 * 1024;
/** A larger file is cut here, bytes. The largest there are (mounts of a big container host) stay under 2 MiB. */
const MOST_SIZE = 4 * 1024 * 1024;

// O_NONBLOCK changes nothing for the kernel's files, and keeps a pipe put in a file's place from stopping us.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * The kernel gives these whole in the first read when the buffer is large enough (seq_file's single_open), so the
 * second read that looks for the end is spared: a quarter of the calls of a full process scan.
 */
const WHOLE_AT_ONCE = /^\/proc\/\d+\/(stat|statm|status|comm|io)$/;

/** Too few handles or too little memory is this process's trouble, not the file's absence. */
const OWN_TROUBLE = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** Whether an error of the system means "not there, or not for us". */
export function absent(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^E[A-Z0-9]+$/.test(code) && !code.startsWith("ERR_") && !OWN_TROUBLE.has(code);
}

export class Peeker {
  #buffer = Buffer.allocUnsafeSlow(FIRST_SIZE);

  /** A view that the next call overwrites, or undefined. */
  bytes(path: string): Uint8Array | undefined {
    const length = this.#fill(path);
    return length === undefined ? undefined : this.#buffer.subarray(0, length);
  }

  text(path: string): string | undefined {
    const length = this.#fill(path);
    return length === undefined ? undefined : this.#buffer.toString("utf8", 0, length);
  }

  #fill(path: string): number | undefined {
    let file: number | undefined;
    try {
      file = openSync(path, FLAGS);
      const whole = WHOLE_AT_ONCE.test(path);
      let length = 0;
      for (;;) {
        if (length === this.#buffer.length && !this.#grow(length)) return length;
        const got = readSync(file, this.#buffer, length, this.#buffer.length - length, null);
        length += got;
        if (got === 0 || (whole && length < this.#buffer.length)) return length;
      }
    } catch (error) {
      if (absent(error)) return undefined;
      throw error;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  /** Doubles the buffer, keeping its first `length` bytes; false at the bound. */
  #grow(length: number): boolean {
    if (this.#buffer.length >= MOST_SIZE) return false;
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2);
    this.#buffer.copy(larger, 0, 0, length);
    this.#buffer = larger;
    return true;
  }
}
