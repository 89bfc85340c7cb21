/** Long paths on a narrow screen: shortened in the middle, since both ends tell where one is. */
import { columnsOf, plainName, unitsFor } from "./names.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The path on one line within `columns` (at least 3), cut with `…` in the middle between graphemes. */
export function fitPath(path: string, columns: number): string {
  const most = unitsFor(columns);
  const ends = path.length > 2 * most ? path.slice(0, most) + path.slice(-most) : path;
  const plain = plainName(ends);
  if (columnsOf(plain) <= columns) return plain;
  const parts = [...graphemes.segment(plain)].map((part) => part.segment);
  // The end names the place itself, so it gets the larger half.
  const head = take(parts, Math.floor((columns - 1) / 3));
  const tail = take(parts.reverse(), columns - 1 - columnsOf(head.join("")));
  return `${head.join("")}…${tail.reverse().join("")}`;
}

/** The first graphemes that fit into `columns`. */
function take(parts: readonly string[], columns: number): string[] {
  const taken: string[] = [];
  let room = columns;
  for (const part of parts) {
    room -= columnsOf(part);
    if (room < 0) break;
    taken.push(part);
  }
  return taken;
}
