/** Makes any text safe to look at: nothing invisible, nothing that turns the writing direction, no half characters. */

/**
 * C0 and C1 controls, DEL, soft hyphen, direction marks, embeddings, overrides and isolates, zero-width spaces and
 * joins, line separators, interlinear marks and tag characters. Zero-width joiner and non-joiner stay: emoji and
 * Persian are wrong without them.
 */
const unseen =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** More than four marks on one letter are no language's: they only run over the lines around. */
const piledMarks = /(\p{M}{4})\p{M}+/gu;

/** What was said of an invisible thing. */
const nothing = "…";

/** Text of several lines: line feeds stay, tabs become spaces, all else that is not seen goes. */
export function cleanText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replaceAll("\t", "  ")
    .replace(unseen, (character) => (character === "\n" ? "\n" : ""))
    .replace(piledMarks, "$1");
}

/** Text of one line: what would break it becomes a space, so that no name can add a line of its own. */
export function cleanLine(text: string): string {
  return cleanText(text.replace(/[\r\n\u2028\u2029\v\f\u0085]+/g, " "));
}

/** True when a reader would see nothing. */
export function isBlank(text: string): boolean {
  return !/[^\s\u2800\u3164\uffa0\u115f\u1160]/u.test(text.replace(/\u200c|\u200d|[\ufe00-\ufe0f]/g, ""));
}

/** The text, or "…" when there is nothing to see in it. */
export function seen(text: string): string {
  return isBlank(text) ? nothing : text;
}
