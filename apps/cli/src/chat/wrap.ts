/** Breaking a painted line at its spaces, and inside a word only where the word is wider than the line. */
import { columnsOf } from "./plain.ts";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
// The only control characters here are the paint's own. Words hold together by no-break spaces; a painted run may span several words.
const PIECES = /(?:\p{Cc}\[\d+m|[^ \p{Cc}])+| +/gu;

export function wrap(text: string, columns: number): string[] {
  if (columnsOf(text) <= columns) return [text.replaceAll("\u00A0", " ")];
  const lines: string[] = [];
  let line = "";
  for (const piece of text.match(PIECES) ?? []) {
    if (columnsOf(line + piece) <= columns) line += piece;
    else if (piece.trim() === "") {
      lines.push(line);
      line = "";
    } else {
      if (line.trim() !== "") lines.push(line.trimEnd());
      line = piece;
      while (columnsOf(line) > columns) {
        const [fits, rest] = split(line, columns);
        lines.push(fits);
        line = rest;
      }
    }
  }
  if (line !== "") lines.push(line);
  return lines.map((one) => one.replaceAll("\u00A0", " "));
}

/** Splits a word, never inside a grapheme or a painting sequence. */
function split(word: string, columns: number): [string, string] {
  let taken = "";
  for (const token of word.split(/(\p{Cc}\[\d+m)/u)) {
    for (const piece of token.startsWith("\u001B")
      ? [token]
      : [...graphemes.segment(token)].map(({ segment }) => segment)) {
      if (taken !== "" && columnsOf(taken + piece) > columns) return [taken, word.slice(taken.length)];
      taken += piece;
    }
  }
  return [taken, ""];
}
