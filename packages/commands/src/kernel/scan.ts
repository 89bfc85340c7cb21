/** A cursor over the bytes of a kernel file: numbers and words are read in place, without making strings. */

const NEWLINE = 0x0a;
const ZERO = 0x30;
const NINE = 0x39;
const DOT = 0x2e;

const isBlank = (byte: number | undefined) => byte === 0x20 || byte === 0x09;

export class Scan {
  readonly bytes: Uint8Array;
  /** Index of the byte that is read next. */
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /**
   * The whole number that comes next on this line, after blanks; `undefined` when none does. What is larger than
   * a double holds exactly (2^53 − 1) becomes that: a counter can not sensibly be there.
   */
  number(): number | undefined {
    this.skipBlanks();
    const from = this.at;
    let value = 0;
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined || byte < ZERO || byte > NINE) break;
      value = value * 10 + (byte - ZERO);
      this.at += 1;
    }
    return this.at === from ? undefined : Math.min(value, Number.MAX_SAFE_INTEGER);
  }

  /** A number that may have a fraction: `4.93`. */
  decimal(): number | undefined {
    const whole = this.number();
    if (whole === undefined || this.bytes[this.at] !== DOT) return whole;
    this.at += 1;
    let digits = whole;
    let scale = 1;
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined || byte < ZERO || byte > NINE) break;
      // Divided once at the end, 4.93 is the double that is written so; more digits than these mean nothing here.
      if (scale < 1e6) {
        digits = digits * 10 + (byte - ZERO);
        scale *= 10;
      }
      this.at += 1;
    }
    return digits / scale;
  }

  /** Passes over `count` words of this line. */
  skipWords(count: number): void {
    for (let i = 0; i < count; i++) {
      this.skipBlanks();
      for (;;) {
        const byte = this.bytes[this.at];
        if (byte === undefined || byte === NEWLINE || isBlank(byte)) break;
        this.at += 1;
      }
    }
  }

  /** Whether `text` (ASCII) comes next; passes over it when it does. */
  take(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      if (this.bytes[this.at + i] !== text.charCodeAt(i)) return false;
    }
    this.at += text.length;
    return true;
  }

  /** Goes to the start of the next line; false when there is none. */
  nextLine(): boolean {
    const end = this.bytes.indexOf(NEWLINE, this.at);
    this.at = end < 0 ? this.bytes.length : end + 1;
    return this.at < this.bytes.length;
  }

  skipBlanks(): void {
    while (isBlank(this.bytes[this.at])) this.at += 1;
  }
}
