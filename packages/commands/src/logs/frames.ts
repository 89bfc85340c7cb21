/** The engine's stream of log bytes as lines: frames of two streams taken apart, or a terminal's as they come. */
import { LONGEST_LINE } from "./contract.ts";

/** `written`: the line with its moment before it, without its line feed, valid until the call returns. */
export type OnLine = (stream: "out" | "err", written: Uint8Array, cut: boolean) => void;

const FEED = 0x0a;
const SPACE = 0x20;
/** A moment and a space at the most. */
const HEAD = 40;

/** Of one stream: the line that is being written. */
class Line {
  readonly #stream: "out" | "err";
  readonly #onLine: OnLine;
  readonly #bytes = new Uint8Array(LONGEST_LINE + HEAD);
  #length = 0;
  #begun = false;
  #cut = false;
  /** The moment that an engine writes before each piece of a long line is being passed over. */
  #passing = false;

  constructor(stream: "out" | "err", onLine: OnLine) {
    this.#stream = stream;
    this.#onLine = onLine;
  }

  /** A frame begins: one that goes on with a line brings a moment that is none of the line's. */
  begin(): void {
    this.#passing = this.#begun;
  }

  /** Few views are made: of a long log, what they leave behind is the most of what is left to collect. */
  push(bytes: Uint8Array, start = 0): void {
    let from = start;
    if (this.#passing) {
      const end = bytes.indexOf(SPACE, from);
      if (end < 0) return;
      this.#passing = false;
      from = end + 1;
    }
    while (from < bytes.length) {
      const feed = bytes.indexOf(FEED, from);
      if (feed >= 0 && !this.#begun) this.#whole(bytes, from, feed);
      else this.#keep(bytes.subarray(from, feed < 0 ? bytes.length : feed));
      if (feed < 0) return;
      this.end();
      from = feed + 1;
    }
  }

  /** A line that came in one piece: handed on from where it is. */
  #whole(bytes: Uint8Array, from: number, feed: number): void {
    const end = Math.min(feed, from + this.#bytes.length);
    this.#onLine(this.#stream, bytes.subarray(from, end), end < feed);
  }

  #keep(bytes: Uint8Array): void {
    const room = this.#bytes.length - this.#length;
    const fit = bytes.length > room ? bytes.subarray(0, room) : bytes;
    this.#bytes.set(fit, this.#length);
    this.#length += fit.length;
    this.#begun = true;
    if (fit.length < bytes.length) this.#cut = true;
  }

  /** Hands on what there is of a line. */
  end(): void {
    if (this.#begun) this.#onLine(this.#stream, this.#bytes.subarray(0, this.#length), this.#cut);
    this.#length = 0;
    this.#begun = false;
    this.#cut = false;
  }
}

/**
 * Bytes in, lines out. Each frame has a head of 8 bytes: the stream (0 and 1 output, 2 error), three zeros, and the
 * length of what follows, big endian (Engine API, "Stream format" of attach). What does not begin so is read as it
 * is, like a terminal's.
 */
export class LogFrames {
  readonly #out: Line;
  readonly #err: Line;
  #raw: boolean;
  readonly #head = new Uint8Array(8);
  #headLength = 0;
  /** Bytes of the frame that are still to come, and whose they are. */
  #left = 0;
  #line: Line;

  constructor(tty: boolean, onLine: OnLine) {
    this.#out = new Line("out", onLine);
    this.#err = new Line("err", onLine);
    this.#line = this.#out;
    this.#raw = tty;
  }

  push(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      if (this.#raw) {
        this.#out.push(bytes, from);
        return;
      }
      if (this.#left > 0) {
        const size = Math.min(this.#left, bytes.length - from);
        if (from + size === bytes.length) this.#line.push(bytes, from);
        else this.#line.push(bytes.subarray(from, from + size));
        this.#left -= size;
        from += size;
        continue;
      }
      this.#head[this.#headLength++] = bytes[from++] ?? 0;
      if (this.#headLength === this.#head.length) this.#begin();
    }
  }

  #begin(): void {
    const [stream = 0, a, b, c] = this.#head;
    this.#headLength = 0;
    if (stream > 2 || a !== 0 || b !== 0 || c !== 0) {
      this.#raw = true;
      this.#out.push(this.#head);
      return;
    }
    this.#left = new DataView(this.#head.buffer).getUint32(4);
    this.#line = stream === 2 ? this.#err : this.#out;
    this.#line.begin();
  }

  /** The stream has ended: lines without a line feed are lines too. */
  end(): void {
    if (this.#headLength > 0) this.#out.push(this.#head.subarray(0, this.#headLength));
    this.#out.end();
    this.#err.end();
  }
}
