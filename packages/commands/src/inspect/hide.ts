/** Texts about a container without what may be secret in them: by the words before it, and by what its environment holds. */
import { withoutSecrets } from "@servereye/contract";

export const HIDDEN = "•••";

/** A name with one of these in it sooner holds a secret than not. */
const TELLING = /pass|pwd|secret|token|key|auth|cred|private|salt|cookie|session|dsn|license|signature/i;
/** Names of which the values are everybody's, and words that a text may well hold by chance. */
const PLAIN =
  /^(?:PATH|HOME|LANG|LC_\w+|TZ|PWD|USER|HOSTNAME|TERM|SHELL|NODE_ENV|.*_VERSION|DEBIAN_FRONTEND)$/;
/** Shorter ones stand in texts by chance. */
const SHORTEST = 5;
/** Looked at of one text, characters: no setting that a person reads is longer. */
const LONGEST_LOOK = 8_000;

export const isTelling = (name: string): boolean => TELLING.test(name);

/** `NAME=value` → `NAME`. */
export const nameOf = (variable: string): string => variable.split("=", 1)[0] ?? "";

/** Makes what hides the values of these variables (`NAME=value`), longest first, besides what looks like a secret. */
export function hiding(environment: readonly string[]): (text: string) => string {
  const values = environment
    .filter((variable) => !PLAIN.test(nameOf(variable)))
    .map((variable) => variable.slice(nameOf(variable).length + 1))
    .filter((value) => value.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text.slice(0, LONGEST_LOOK);
    // What is cut in two would not be known any more: with what was cut goes the word it was cut in.
    if (text.length > LONGEST_LOOK) clean = `${clean.replace(/\S*$/, "")}…`;
    for (const value of values) clean = clean.replaceAll(value, HIDDEN);
    return withoutSecrets(clean.replace(SAID, `$1${HIDDEN}`));
  };
}

const WORDS =
  "[\\w.-]{0,64}(?:pass|pwd|secret|token|key|auth|cred|private|salt|cookie|session|dsn)[\\w.-]{0,64}";
const VALUE = "(?:\"[^\"]*\"|'[^']*'|[^\\s\"']+)";
/** `--password=x`, `PGPASSWORD=x`, `"token": "x"`, `--api-key x`, `-p x` is not known: too much else is called so. */
const SAID = new RegExp(
  `((?:^|[\\s"'({,;&?])(?:${WORDS}["']?\\s{0,3}[=:]\\s{0,3}|--?${WORDS}\\s{1,3}))${VALUE}`,
  "gi",
);

/** A command's words as one line. A word after `--password` is its value, whatever is in it. */
export function lineOf(words: readonly string[], hide: (text: string) => string): string {
  const shown = words.map((word, at) => {
    const before = words[at - 1] ?? "";
    if (/^--?[\w.-]+$/.test(before) && isTelling(before) && !word.startsWith("--")) return HIDDEN;
    const [, name] = /^-{0,2}([\w.-]+)=/s.exec(word) ?? [];
    if (name !== undefined && isTelling(name)) return `${word.slice(0, word.indexOf("=") + 1)}${HIDDEN}`;
    return hide(word);
  });
  // Once more as a whole: what is told in one word may be given in the next.
  return hide(shown.map((word) => (/[\s"]/.test(word) || word === "" ? `'${word}'` : word)).join(" "));
}
