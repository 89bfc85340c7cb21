/** Words as a shell would split them, as typed on a phone: its dashes and quotes are read as the ones that were meant. */

/** A word, or what is wrong with the text. */
export type Split = { words: string[] } | { unclosed: string };

const QUOTES: ReadonlyMap<string, string> = new Map([
  ...(["'", '"'] as const).map((quote) => [quote, quote] as const),
  ["“", "”"],
  ["„", "“"],
  ["«", "»"],
  ["‘", "’"],
]);

/** A phone writes "--" as a dash: at the beginning of an option it was two hyphens. */
const dashed = (word: string): string => word.replace(/^[—–](?=[A-Za-z])/, "--");

/**
 * Quotes keep spaces, and stand anywhere in a word (`-e A="b c"`); `\` takes the next character as it is, and joins
 * lines. Nothing is expanded: no variables, no globs.
 */
export function shellWords(text: string): Split {
  const words: string[] = [];
  let word: string | undefined;
  let plain = true;
  const close = (): void => {
    if (word !== undefined) words.push(plain ? dashed(word) : word);
    word = undefined;
    plain = true;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    const quote = QUOTES.get(char);
    if (/\s/.test(char)) close();
    else if (char === "\\") {
      at += 1;
      const next = text.charAt(at);
      if (next !== "\n" && next !== "\r") word = (word ?? "") + next;
    } else if (quote === undefined) word = (word ?? "") + char;
    else {
      const end = closing(text, at + 1, quote, char === '"');
      if (end === undefined) return { unclosed: char };
      plain &&= word !== undefined;
      word = (word ?? "") + end.inside;
      at = end.at;
    }
  }
  close();
  return { words };
}

/** Up to the closing quote; in double quotes `\` still takes `"` and itself as they are. */
function closing(
  text: string,
  from: number,
  quote: string,
  escapes: boolean,
): { inside: string; at: number } | undefined {
  let inside = "";
  for (let at = from; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === quote) return { inside, at };
    const next = text.charAt(at + 1);
    if (escapes && char === "\\" && (next === '"' || next === "\\")) {
      inside += next;
      at += 1;
    } else inside += char;
  }
  return undefined;
}
