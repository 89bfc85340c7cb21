/** One file of the buffer that is written no more, and what of it the hub has not kept yet. */
import type { Disk } from "../disk.ts";
import { Ranges } from "./ranges.ts";
import { linesOf, type Row, rowsOf } from "./record.ts";

export interface Segment {
  path: string;
  bytes: number;
  unkept: Ranges;
}

/** How many files back the beginning of a write may stand that failed and was done again. */
const NEAR = 8;
const NAME = /^\d{8}\.log$/;

export const segmentPath = (folder: string, number: number): string =>
  `${folder}/${String(number).padStart(8, "0")}.log`;

export const rangesOf = (rows: readonly Row[]): Ranges => {
  const ranges = new Ranges();
  for (const { layout, seq } of rows) ranges.add({ boot: layout.boot, from: seq, to: seq });
  return ranges;
};

/** Paths, oldest first. */
export async function segmentsIn(disk: Disk, folder: string): Promise<string[]> {
  const names = await disk.list(folder);
  return names
    .filter((name) => NAME.test(name))
    .sort()
    .map((name) => `${folder}/${name}`);
}

export interface Left {
  segments: Segment[];
  /** The first number of this boot that no file knows of. */
  next: number;
  /** Files that could not be read; they are left where they are. */
  unread: number;
}

/** What earlier lives left. Rejects when the folder can not be looked into. */
export async function leftIn(disk: Disk, folder: string, boot: string): Promise<Left> {
  const left: Left = { segments: [], next: 0, unread: 0 };
  const seen = (of: string, to: number): void => {
    if (of === boot) left.next = Math.max(left.next, to + 1);
  };
  for (const path of await segmentsIn(disk, folder)) {
    let text: string | undefined;
    try {
      text = await disk.read(path);
    } catch {
      // Counted, and said by whoever opens the buffer; the next start tries again.
      left.unread += 1;
    }
    if (text === undefined) continue;
    const lines = linesOf(text);
    // A sample of which the end did not reach one file is written again to the next: one of the two is enough.
    const rows = rowsOf(lines).filter(
      ({ layout, seq }) => !left.segments.slice(-NEAR).some(({ unkept }) => unkept.has(layout.boot, seq)),
    );
    left.segments.push({ path, bytes: text.length, unkept: rangesOf(rows) });
    for (const { layout, seq } of rows) seen(layout.boot, seq);
    for (const line of lines) {
      if (line[0] === "next") seen(line[1], line[2] - 1);
      if (line[0] !== "kept") continue;
      const [, of, from, to] = line;
      seen(of, to);
      for (const { unkept } of left.segments) unkept.cut({ boot: of, from, to });
    }
  }
  return left;
}
