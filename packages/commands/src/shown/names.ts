/** Names that come from a machine (processes, mounts, interfaces), made safe to stand in a line of text. */

// Controls, line and paragraph separators, and the characters that reorder text or do not show: with them a
// name could break a row or pretend to be another.
const UNSHOWABLE =
  /[\p{Cc}\p{Cs}\u2028\u2029\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The name on one line, with a `·` for each character that can not be shown. */
export function plainName(name: string): string {
  return name.replaceAll(UNSHOWABLE, "·");
}

/** Columns a text takes in a fixed-width face: wide East Asian characters and emoji take two (UAX #11). */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += WIDE.test(segment) ? 2 : 1;
  return columns;
}

/** UTF-16 units looked at for each column: the longest emoji of families have eleven. */
const UNITS_A_COLUMN = 32;

/** Units that can matter for `columns`: what is beyond costs no look, since an agent can send a megabyte of name. */
export const unitsFor = (columns: number): number => (columns + 1) * UNITS_A_COLUMN;

/** The name on one line within `columns`, cut with `…` between graphemes when it is longer. */
export function fitName(name: string, columns: number): string {
  const plain = plainName(name.slice(0, unitsFor(columns)));
  if (columnsOf(plain) <= columns) return plain;
  let kept = "";
  let taken = 0;
  for (const { segment } of graphemes.segment(plain)) {
    const wide = columnsOf(segment);
    if (taken + wide > columns - 1) break;
    kept += segment;
    taken += wide;
  }
  return `${kept}…`;
}
