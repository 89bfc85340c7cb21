/** Draws a message as a phone shows it: 35 columns of plain text, buttons below. */
import type { ChatMessage } from "./message.ts";

const columns = 35;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** What is two columns wide: emoji, flags, keycaps, and letters of East Asian scripts. */
const wide =
  /\p{Emoji_Presentation}|\p{Regional_Indicator}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;
const unseen = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;

/** Columns that a text takes. */
export function width(text: string): number {
  let sum = 0;
  for (const { segment } of graphemes.segment(text))
    sum += unseen.test(segment) ? 0 : wide.test(segment) ? 2 : 1;
  return sum;
}

/** The message as lines of at most 35 columns; a row of buttons that does not fit is cut with "…" in its labels. */
export function render35(
  message: Pick<ChatMessage, "text" | "buttons"> & Partial<Pick<ChatMessage, "media" | "deleted">>,
): string {
  if (message.deleted === true) return "(deleted)";
  const file = message.media ? [`📎 ${message.media.fileName}`] : [];
  const text = message.text === "" ? [] : message.text.split("\n").flatMap(wrapped);
  return [...file, ...text, ...message.buttons.map((row) => drawnRow(row.map((button) => button.text)))].join(
    "\n",
  );
}

/** Breaks at spaces, and within a word only when the word alone is too wide. */
function wrapped(line: string): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<= )(?=[^ ])/)) {
    if (width(current) + width(word.trimEnd()) <= columns) {
      current += word;
      continue;
    }
    if (current !== "") lines.push(current.trimEnd());
    current = "";
    for (const { segment } of graphemes.segment(word)) {
      if (width(current) + width(segment) > columns && segment !== " ") {
        lines.push(current.trimEnd());
        current = "";
      }
      current += segment;
    }
  }
  return [...lines, current.trimEnd()];
}

function drawnRow(labels: readonly string[]): string {
  // "[ " and " ]" around each label and a space between two.
  const room = Math.max(1, Math.floor((columns - (labels.length - 1)) / labels.length) - 4);
  const full = labels.map((label) => `[ ${label} ]`).join(" ");
  return width(full) <= columns ? full : labels.map((label) => `[ ${cut(label, room)} ]`).join(" ");
}

function cut(label: string, room: number): string {
  if (width(label) <= room) return label;
  let out = "";
  for (const { segment } of graphemes.segment(label)) {
    if (width(out) + width(segment) > room - 1) break;
    out += segment;
  }
  return `${out.trimEnd()}…`;
}
