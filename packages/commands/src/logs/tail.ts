/** The newest of a long log in so much memory and no more: blocks that are used again and again. */
import { LONGEST_LINE } from "./contract.ts";

const BLOCK = 64 * 1024;

interface Block {
  readonly bytes: Uint8Array;
  used: number;
  lines: number;
}

export class Tail {
  readonly #most: number;
  #blocks: Block[] = [];
  /** What went to make room. */
  leftLines = 0;
  leftBytes = 0;

  /** @param mostBytes kept, to the next block below */
  constructor(mostBytes: number) {
    this.#most = Math.max(1, Math.floor(mostBytes / BLOCK));
  }

  /** `mark`: one character before it. Copies it. */
  add(mark: number, line: Uint8Array): void {
    const size = Math.min(line.length, LONGEST_LINE + 64) + 2;
    let block = this.#blocks.at(-1);
    if (block === undefined || block.used + size > BLOCK) {
      block = this.#next();
      this.#blocks.push(block);
    }
    block.bytes[block.used] = mark;
    block.bytes.set(line.subarray(0, size - 2), block.used + 1);
    block.bytes[block.used + size - 1] = 0x0a;
    block.used += size;
    block.lines++;
  }

  #next(): Block {
    const oldest = this.#blocks.length < this.#most ? undefined : this.#blocks.shift();
    if (oldest === undefined) return { bytes: new Uint8Array(BLOCK), used: 0, lines: 0 };
    this.leftLines += oldest.lines;
    this.leftBytes += oldest.used - 2 * oldest.lines;
    oldest.used = 0;
    oldest.lines = 0;
    return oldest;
  }

  /** Mark and line of each, the oldest first. */
  *lines(): Generator<Uint8Array> {
    for (const { bytes, used } of this.#blocks)
      for (let from = 0; from < used; ) {
        const end = bytes.indexOf(0x0a, from);
        yield bytes.subarray(from, end);
        from = end + 1;
      }
  }
}
