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

const lengthOf = (text: string): number => [...text].length;
const tidy = (text: string): string => text.normalize("NFC").replaceAll(/ +/g, " ").trim();

/**
 * The name as it is kept: NFC, single spaces. Letters and digits of any script, with space . _ - ( ) between
 * them, 1 to 40 code points, not digits alone (those are numbers in /servers). Throws Fault NAME_INVALID.
 */
export function checkName(text: string): string {
  // A hostile text of a megabyte is not worth normalising.
  if (text.length > 8 * NAME_MAX) throw invalid("longer than a name can be");
  const name = tidy(text);
  if (name === "") throw invalid("empty");
  if (lengthOf(name) > NAME_MAX) throw invalid("longer than a name can be");
  if (ONLY_DIGITS.test(name)) throw invalid("digits only");
  if (!NAME.test(name)) throw invalid("has a character that is not for names");
  return name;
}

const invalid = (detail: string) =>
  new Fault("NAME_INVALID", `server name: ${detail}`, { values: { max: NAME_MAX } });

/** The nearest valid name to a hostname: what is not allowed becomes a dash, an empty rest becomes "server". */
export function cleanName(text: string): string {
  const dashed = tidy(text.slice(0, 4 * NAME_MAX))
    .replaceAll(/[^\p{L}\p{M}\p{Nd} ._()-]/gu, "-")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replaceAll(/(\p{M}{2})\p{M}+/gu, "$1")
    .replaceAll(/([ ._()-]{3})[ ._()-]+/g, "$1")
    .replaceAll(/([ ._()-])\p{M}+/gu, "$1")
    .normalize("NFC");
  const name = trimEnds([...trimEnds(tidy(dashed))].slice(0, NAME_MAX).join(""));
  if (ONLY_DIGITS.test(name)) return `server-${[...name].slice(0, NAME_MAX - 7).join("")}`;
  return name !== "" && NAME.test(name) ? name : "server";
}

const trimEnds = (text: string): string => text.replace(/^[^\p{L}\p{Nd}]+/u, "").replace(/[ ._()-]+$/, "");
