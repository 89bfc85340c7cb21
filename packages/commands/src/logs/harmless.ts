/** What a program wrote, made harmless: nothing left that colours, moves, rings, turns the writing or breaks a line. */

const ESC = "\u001b";
/** What ends a string of controls: BEL, ST in either form. */
const STRING_END = `(?:\u0007|${ESC}\\\\|\u009c)?`;
/** Escape sequences after ECMA-48: CSI; OSC and other strings; single ones. The first two have 8-bit forms, too. */
const ESCAPES = new RegExp(
  [
    `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]?`,
    `(?:${ESC}[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007${ESC}\u009c]*${STRING_END}`,
    `${ESC}[ -/]*[0-~]?`,
  ].join("|"),
  "g",
);
/** What they begin with. */
const BEGINS = ["\u001b", "\u0090", "\u0098", "\u009b", "\u009d", "\u009e", "\u009f"];

/** Controls but the tab, and what reorders text or does not show. */
const UNSEEN =
  /(?!\t)[\p{Cc}\p{Cs}\u2028\u2029\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** Where the bytes are no text: a run of such marks tells no more than three of them. */
const NOISE = /[·\ufffd]{4,}/g;

/** One line of a log. A carriage return starts the line anew, as a terminal shows it: the last state stays. */
export function harmless(line: string): string {
  const bare = BEGINS.some((one) => line.includes(one)) ? line.replace(ESCAPES, "") : line;
  const states = bare.replace(/\r+$/, "").split("\r");
  return (states.at(-1) ?? "").replace(UNSEEN, "·").replace(NOISE, "···");
}
