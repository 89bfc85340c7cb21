/** The lines of a buffer's file: each with a checksum, so that one that was cut or spoilt is seen and passed over. */
import { type Series, utf8 } from "@servereye/contract";

/** What stands in the columns of samples, of one boot. Its number is made of what it says: no two can be mixed up. */
export interface Layout {
  number: number;
  boot: string;
  series: readonly Series[];
}

export interface Row {
  layout: Layout;
  seq: number;
  at: number;
  values: ReadonlyArray<number | null>;
}

/** A row stands after its layout, which a file says once, and again after each start of the agent. */
export type Line =
  | readonly ["layout", number, string, readonly Series[]]
  | readonly ["row", number, number, number, ReadonlyArray<number | null>]
  /** Kept by the hub: samples of the boot, first and last number. */
  | readonly ["kept", string, number, number]
  /** The next number of the boot: a file stands from before its first sample on. */
  | readonly ["next", string, number];

/** CRC-32 as in ISO 3309 (polynomial 0xEDB88320), the one of zip and Ethernet. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  return sum;
});

function crc32(text: string): number {
  let sum = ~0;
  for (const byte of utf8(text)) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0);
  return ~sum >>> 0;
}

export const layoutOf = (boot: string, series: readonly Series[]): Layout => ({
  number: crc32(JSON.stringify([boot, series])),
  boot,
  series,
});

export function written(line: Line): string {
  const text = JSON.stringify(line);
  return `${crc32(text).toString(16).padStart(8, "0")} ${text}\n`;
}

/** All that a file says, in order. What was cut or spoilt is left out. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const one of text.split("\n")) {
    const said = one.slice(9);
    // Whose checksum fits was written by this agent: its form needs no more looking at.
    if (one[8] === " " && Number.parseInt(one.slice(0, 8), 16) === crc32(said)) lines.push(JSON.parse(said));
  }
  return lines;
}

/** The samples among the lines. */
export function rowsOf(lines: readonly Line[]): Row[] {
  const layouts = new Map<number, Layout>();
  const rows: Row[] = [];
  for (const line of lines) {
    if (line[0] === "layout") layouts.set(line[1], { number: line[1], boot: line[2], series: line[3] });
    if (line[0] !== "row") continue;
    const layout = layouts.get(line[1]);
    if (layout !== undefined) rows.push({ layout, seq: line[2], at: line[3], values: line[4] });
  }
  return rows;
}
