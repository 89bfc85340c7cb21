/** How many columns a text takes in a fixed-width face, and fitting a text into so many. */

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Scripts and blocks that Unicode's East Asian Width calls wide or full-width. */
const wide =
  /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
const emoji = /^\p{Emoji_Presentation}|^\p{Emoji}\ufe0f|^\p{Regional_Indicator}/u;
const unmarked = /^[\p{M}\u200c\u200d]/u;

function graphemeWidth(grapheme: string): number {
  if (unmarked.test(grapheme)) return 0;
  return emoji.test(grapheme) || wide.test(grapheme) ? 2 : 1;
}

/** Columns: a letter 1, Chinese, Japanese, Korean and emoji 2, a mark on a letter 0. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** Filled with spaces to `columns`; a wider text is given back as it is. */
export function padded(text: string, columns: number, align: "left" | "right"): string {
  const space = " ".repeat(Math.max(0, columns - displayWidth(text)));
  return align === "left" ? text + space : space + text;
}

/** At most `columns` wide: what is cut off is shown by "…". */
export function shortened(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let kept = "";
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += graphemeWidth(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
