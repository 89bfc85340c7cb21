/** Names of servers: what a person may call one, and the best name that can be made of a hostname. */
import { Fault } from "@servereye/contract";

export const NAME_MAX = 40;

// An allowlist: control, bidi and zero-width characters are of none of these classes. Letters that show nothing
// (Hangul fillers and the like) are "default ignorable", and taken out by that property.
const LETTER = String.raw`(?:(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{Nd}])`;
// At most two marks on a letter: enough for any script, too few to stack across the lines around it.
const MARKS = String.raw`(?:(?!\p{Default_Ignorable_Code_Point})\p{M}){0,2}`;
const BETWEEN = "[ ._()-]";
const NAME = new RegExp(`^${LETTER}${MARKS}(?:${BETWEEN}{0,3}${LETTER}${MARKS})*[)]?$`, "u");
const ONLY_DIGITS = /^\p{Nd}+$/u;

const tidy = (text: string): string => text.normalize("NFC").replaceAll(/ +/g, " ").trim();

/**
 * The name as it is kept: NFC, single spaces. Letters and digits of any script, with space . _ - ( ) between
 * them, 1 to 40 code points, not digits alone (those are numbers in /servers). Throws Fault NAME_INVALID.
 */
export function checkName(text: string): string {
  // A hostile text of a megabyte is not worth normalising.
  const name = text.length > 8 * NAME_MAX ? "" : tidy(text);
  const misfit = text.length > 8 * NAME_MAX ? TOO_LONG : misfitOf(name);
  if (misfit !== undefined) {
    throw new Fault("NAME_INVALID", `server name: ${misfit}`, { values: { max: NAME_MAX } });
  }
  return name;
}

const TOO_LONG = "longer than a name can be";

/** What is wrong with a tidied name. */
function misfitOf(name: string): string | undefined {
  if (name === "") return "empty";
  if ([...name].length > NAME_MAX) return TOO_LONG;
  if (ONLY_DIGITS.test(name)) return "digits only";
  return NAME.test(name) ? undefined : "has a character that is not for names, or not there";
}

/** The nearest valid name to a hostname: what is not allowed becomes a dash, an empty rest becomes "server". */
export function cleanName(text: string): string {
  const host = tidy(text.slice(0, 4 * NAME_MAX));
  if (misfitOf(host) === undefined) return host;
  const dashed = host
    .replaceAll(/[^\p{L}\p{M}\p{Nd} ._()-]/gu, "-")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replaceAll(/(\p{M}{2})\p{M}+/gu, "$1")
    .replaceAll(/([ ._()-]{3})[ ._()-]+/g, "$1")
    .replaceAll(/([ ._()-])\p{M}+/gu, "$1");
  const name = trimEnds([...trimEnds(tidy(dashed))].slice(0, NAME_MAX).join(""));
  if (ONLY_DIGITS.test(name)) return `server-${[...name].slice(0, NAME_MAX - 7).join("")}`;
  return misfitOf(name) === undefined ? name : "server";
}

/** From the first letter or digit to the last, or to the bracket that closes after it. */
const trimEnds = (text: string): string =>
  text.replace(/^[^\p{L}\p{Nd}]+/u, "").replace(/[ ._()-]+$/, (tail) => (tail.startsWith(")") ? ")" : ""));
