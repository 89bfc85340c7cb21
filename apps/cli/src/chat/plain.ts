/** Texts of others, made fit for a terminal: nothing in them may move the cursor, colour, ring or turn the order. */
import { stripVTControlCharacters } from "node:util";

/** What acts instead of showing: control characters, line separators, and overrides of the reading order. */
const ACTING = /[\p{Cc}\u2028-\u202E\u2066-\u2069]/gu;

/** One line of text. */
export const plainLine = (text: string): string =>
  stripVTControlCharacters(text).replace(ACTING, (one) => (/\s/.test(one) ? " " : ""));

/** Lines of text, tabs widened. */
export const plainLines = (text: string): string[] =>
  stripVTControlCharacters(text).replaceAll("\t", "    ").split(/\r?\n/).map(plainLine);

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const WIDE =
  /\p{Emoji_Presentation}|\p{Emoji}\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/u;
const EMPTY = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** Columns that a text takes; painting takes none. */
export function columnsOf(text: string): number {
  const bare = stripVTControlCharacters(text);
  if (/^[\x20-\x7E]*$/.test(bare)) return bare.length;
  let columns = 0;
  for (const { segment } of graphemes.segment(bare)) {
    if (!EMPTY.test(segment)) columns += WIDE.test(segment) ? 2 : 1;
  }
  return columns;
}

export const padTo = (text: string, columns: number, side: "left" | "right" = "left"): string => {
  const space = " ".repeat(Math.max(0, columns - columnsOf(text)));
  return side === "left" ? text + space : space + text;
};

/** Cuts what is wider, with an ellipsis. */
export function cutTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (columnsOf(kept + segment) > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
