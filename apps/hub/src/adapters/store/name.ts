/** Names as the store takes them: verbatim or not at all, and unique among a person's servers. */
import { Fault } from "@servereye/contract";

/** The longest name a server can have, UTF-16 units: what a welcome frame can carry. */
const LONGEST = 128;

/** The name itself. Fault NAME_INVALID when it is empty, too long, or can not be kept as it is (U+0000, half a surrogate pair). */
export function storableName(name: string): string {
  if (name === "") throw new Fault("NAME_INVALID", "a name is empty");
  if (name.length > LONGEST)
    throw new Fault("NAME_INVALID", "a name is too long", { values: { longest: LONGEST } });
  if (!isStorable(name)) throw new Fault("NAME_INVALID", "a name holds a character that can not be kept");
  return name;
}

/** Whether PostgreSQL can keep a text as it is: it has no U+0000, and UTF-8 has no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** A text made storable: for records that must be kept whatever somebody sent. */
export function madeStorable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u{fffd}");
}

/** `name`, or the first of `name-2`, `name-3` ... that differs from all `taken`, whatever the case of letters. */
export function uniqueName(name: string, taken: readonly string[]): string {
  const folded = new Set(taken.map(fold));
  let candidate = name;
  for (let n = 2; folded.has(fold(candidate)); n++) candidate = cut(name, `-${n}`);
  return candidate;
}

/** The same text for names that a person would call the same: composed and in lower case. */
const fold = (name: string): string => name.normalize("NFC").toLowerCase();

function cut(name: string, suffix: string): string {
  let kept = name;
  while (kept.length + suffix.length > LONGEST) kept = [...kept].slice(0, -1).join("");
  return kept + suffix;
}
