/** Names of users by number, from a passwd file that is read again when it changed. */
import { readFileSync, statSync } from "node:fs";
import { absent } from "./peek.ts";

/** How long the file is trusted without a look at its times, ms. */
const TRUSTED_MS = 1_000;

/** Names by number; the first line of a number counts, as for the C library. */
export function usersOf(passwd: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of passwd.split("\n")) {
    const [name, , uid] = line.split(":");
    if (name && uid && /^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}

export class Users {
  readonly #path: string;
  readonly #monotonic: () => number;
  #names = new Map<number, string>();
  #version = "";
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(path: string, monotonic: () => number) {
    this.#path = path;
    this.#monotonic = monotonic;
  }

  /** The name, or the number as text for a user this file does not know. */
  name(uid: number): string {
    const now = this.#monotonic();
    if (now - this.#lookedAt >= TRUSTED_MS) {
      this.#lookedAt = now;
      this.#refresh();
    }
    return this.#names.get(uid) ?? String(uid);
  }

  #refresh(): void {
    try {
      const { ino, mtimeMs, size } = statSync(this.#path);
      const version = `${ino} ${mtimeMs} ${size}`;
      if (version === this.#version) return;
      this.#names = usersOf(readFileSync(this.#path, "utf8"));
      this.#version = version;
    } catch (error) {
      // No list (a bare container): numbers it is.
      if (!absent(error)) throw error;
      this.#names.clear();
      this.#version = "";
    }
  }
}
