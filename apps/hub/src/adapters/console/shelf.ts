/** The files that were sent to pages and terminals: in memory, few and bounded, the oldest going first. */

export interface ShelvedFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

/** Of one conversation: files, and bytes of them. */
const MOST_FILES = 8;
const MOST_BYTES = 16 * 1024 * 1024;
/** Of all conversations, bytes. */
const MOST_BYTES_IN_ALL = 64 * 1024 * 1024;
/** Of one file: one alone always fits. */
export const MOST_FILE_BYTES = MOST_BYTES;

export class Shelf {
  /** The oldest first. */
  #files: Array<{ owner: string; id: string; file: ShelvedFile }> = [];
  readonly #gone: (owner: string, id: string) => void;

  /** `gone` is told of each that had to go. */
  constructor(gone: (owner: string, id: string) => void) {
    this.#gone = gone;
  }

  put(owner: string, id: string, file: ShelvedFile): void {
    this.#files.push({ owner, id, file });
    const mine = this.#files.filter((one) => one.owner === owner);
    while (mine.length > MOST_FILES || bytesOf(mine) > MOST_BYTES) this.#let(mine.shift());
    while (bytesOf(this.#files) > MOST_BYTES_IN_ALL) this.#let(this.#files[0]);
  }

  get(owner: string, id: string): ShelvedFile | undefined {
    return this.#files.find((one) => one.owner === owner && one.id === id)?.file;
  }

  /** Its message goes, and the file with it. */
  take(owner: string, id: string): void {
    this.#files = this.#files.filter((one) => one.owner !== owner || one.id !== id);
  }

  clear(owner: string): void {
    this.#files = this.#files.filter((one) => one.owner !== owner);
  }

  #let(one: { owner: string; id: string } | undefined): void {
    if (one === undefined) return;
    this.take(one.owner, one.id);
    this.#gone(one.owner, one.id);
  }
}

const bytesOf = (files: ReadonlyArray<{ file: ShelvedFile }>): number =>
  files.reduce((sum, { file }) => sum + file.bytes.byteLength, 0);
