/** Bytes written and read back: varints, zigzag and doubles; what can not be read is a CodecFault, never a guess. */

/** Bytes that are not what this codec writes. */
export class CodecFault extends Error {
  override readonly name = "CodecFault";
}

/** Largest size of a signed integer that is written: zigzag doubles it, and that is exact in a double too. */
export const MOST_SIGNED = 2 ** 51;

export interface Writer {
  byte(value: number): void;
  /** LEB128 of a whole number from 0 to 2^53. */
  varint(value: number): void;
  /** A whole number of either sign, at most `MOST_SIGNED` large: zigzag (0, -1, 1, -2 ...) as a varint. */
  signed(value: number): void;
  /** IEEE 754, eight bytes, little end first. */
  double(value: number): void;
  bytes(value: Uint8Array): void;
  /** A copy of what was written so far. */
  done(): Uint8Array<ArrayBuffer>;
  readonly length: number;
  /** Begins anew, in the same memory. */
  reset(): void;
}

export function writer(room = 256): Writer {
  let bytes = new Uint8Array(room);
  let view = new DataView(bytes.buffer);
  let at = 0;
  const need = (more: number): void => {
    if (at + more <= bytes.length) return;
    const larger = new Uint8Array(Math.max(bytes.length * 2, at + more));
    larger.set(bytes);
    bytes = larger;
    view = new DataView(bytes.buffer);
  };
  const varint = (value: number): void => {
    need(8);
    let rest = value;
    // Above 31 bits the bit operators do not reach.
    while (rest >= 0x8000_0000) {
      bytes[at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
  };
  return {
    byte(value) {
      need(1);
      bytes[at++] = value;
    },
    varint,
    signed: (value) => varint(value < 0 ? -2 * value - 1 : 2 * value),
    double(value) {
      need(8);
      view.setFloat64(at, value, true);
      at += 8;
    },
    bytes(value) {
      need(value.length);
      bytes.set(value, at);
      at += value.length;
    },
    done: () => bytes.slice(0, at),
    get length() {
      return at;
    },
    reset() {
      at = 0;
    },
  };
}

export interface Reader {
  byte(): number;
  varint(): number;
  signed(): number;
  double(): number;
  /** Bytes not read yet. */
  readonly left: number;
  /** All has to be read by now. */
  end(): void;
}

export function reader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const byte = (): number => {
    const value = bytes[at++];
    if (value === undefined) throw new CodecFault("it ends too early");
    return value;
  };
  const varint = (): number => {
    let value = 0;
    let scale = 1;
    for (let most = 0; most < 8; most++) {
      const next = byte();
      value += (next & 127) * scale;
      if (next < 128) {
        if (value > 2 * MOST_SIGNED + 2) break;
        return value;
      }
      scale *= 128;
    }
    throw new CodecFault("a number is too large");
  };
  return {
    byte,
    varint,
    signed() {
      const value = varint();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    double() {
      if (at + 8 > bytes.length) throw new CodecFault("it ends too early");
      at += 8;
      return view.getFloat64(at - 8, true);
    },
    get left() {
      return bytes.length - at;
    },
    end() {
      if (at !== bytes.length) throw new CodecFault("it goes on after its end");
    },
  };
}
