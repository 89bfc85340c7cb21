/** A PNG as pixels, as far as resvg writes them: 8 bits, RGBA, not interlaced (PNG 3rd edition, §9 filtering). */
import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";

export interface Pixels {
  width: number;
  height: number;
  /** "#rrggbb". */
  at(x: number, y: number): string;
  /** Of those in the box that are near the colour; all of them are opaque. */
  count(box: Box, is: (colour: string) => boolean): number;
  /** Rows of the box in which a pixel is so, top first. */
  rows(box: Box, is: (colour: string) => boolean): number[];
}

/** Pixels: from x1, y1 to before x2, y2. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

export function pixelsOf(png: Uint8Array): Pixels {
  const file = Buffer.from(png);
  assert.equal(file.toString("latin1", 1, 4), "PNG");
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  assert.deepEqual([file[24], file[25], file[28]], [8, 6, 0], "8 bits, RGBA, not interlaced");
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at))
    if (file.toString("latin1", at + 4, at + 8) === "IDAT")
      parts.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)));
  const bytes = unfiltered(inflateSync(Buffer.concat(parts)), width * 4, height);
  const colourAt = (x: number, y: number): string => {
    const at = (y * width + x) * 4;
    return `#${bytes.toString("hex", at, at + 3)}`;
  };
  const rowHas = ([x1, , x2]: Box, y: number, is: (colour: string) => boolean): number => {
    let found = 0;
    for (let x = x1; x < x2; x++) if (is(colourAt(x, y))) found += 1;
    return found;
  };
  const span = ([, y1, , y2]: Box) => Array.from({ length: y2 - y1 }, (_, row) => y1 + row);
  return {
    width,
    height,
    at: colourAt,
    count: (box, is) => span(box).reduce((sum, y) => sum + rowHas(box, y, is), 0),
    rows: (box, is) => span(box).filter((y) => rowHas(box, y, is) > 0),
  };
}

function unfiltered(raw: Buffer, stride: number, height: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x++) {
      const left = x >= 4 ? (out[y * stride + x - 4] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * stride + x] ?? 0) : 0;
      const corner = x >= 4 && y > 0 ? (out[(y - 1) * stride + x - 4] ?? 0) : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[y * stride + x] = ((raw[y * (stride + 1) + 1 + x] ?? 0) + guess) & 255;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

const channels = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));

/** Near enough for what lies over a faint area or under a faint band. */
export function near(wanted: string, within = 24): (colour: string) => boolean {
  const channelsWanted = channels(wanted);
  const known = new Map<string, boolean>();
  return (colour) => {
    const kept = known.get(colour);
    if (kept !== undefined) return kept;
    const other = channels(colour);
    const is = channelsWanted.every((channel, at) => Math.abs(channel - (other[at] ?? 0)) <= within);
    known.set(colour, is);
    return is;
  };
}

/** Relative luminance, WCAG 2.2. */
export function luminanceOf(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG 2.2 contrast ratio, 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}
