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
  /** One piece, so that it goes back to the system whole; what of it is never written to takes no memory. */
  readonly #room: Uint8Array<ArrayBuffer>;
  #blocks: Block[] = [];
  /** What went to make room. */
  leftLines = 0;
  leftBytes = 0;

  /** @param mostBytes kept, to the next block below */
  constructor(mostBytes: number) {
    this.#most = Math.max(1, Math.floor(mostBytes / BLOCK));
    this.#room = new Uint8Array(this.#most * BLOCK);
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
    block.bytes.set(size - 2 < line.length ? line.subarray(0, size - 2) : line, block.used + 1);
    block.bytes[block.used + size - 1] = 0x0a;
    block.used += size;
    block.lines++;
  }

  #next(): Block {
    const oldest = this.#blocks.length < this.#most ? undefined : this.#blocks.shift();
    if (oldest === undefined) {
      const at = this.#blocks.length * BLOCK;
      return { bytes: this.#room.subarray(at, at + BLOCK), used: 0, lines: 0 };
    }
    this.leftLines += oldest.lines;
    this.leftBytes += oldest.used - 2 * oldest.lines;
    oldest.used = 0;
    oldest.lines = 0;
    return oldest;
  }

  /** Gives its memory back now, not with a later collection. Nothing is kept from then on. */
  letGo(): void {
    this.#blocks = [];
    this.#room.buffer.transfer(0);
  }

  /** Lines kept. */
  get count(): number {
    return this.#blocks.reduce((sum, { lines }) => sum + lines, 0);
  }

  /** Bytes of those from one to before another, without their marks. */
  bytesOf(from: number, to: number): number {
    let at = from;
    let sum = 0;
    for (const line of this.lines(from)) {
      if (at++ >= to) break;
      sum += line.length - 1;
    }
    return sum;
  }

  /** Mark and line of each, the oldest first, without the first `skipped`. */
  *lines(skipped = 0): Generator<Uint8Array> {
    let left = skipped;
    for (const { bytes, used, lines } of this.#blocks) {
      if (left >= lines) {
        left -= lines;
        continue;
      }
      for (let from = 0; from < used; ) {
        const end = bytes.indexOf(0x0a, from);
        if (left > 0) left--;
        else yield bytes.subarray(from, end);
        from = end + 1;
      }
    }
  }
}
