/** What a person wrote, as a command and its words. */

export interface Typed {
  /** Lower case, without the slash and the bot's name; undefined for plain text. */
  command: string | undefined;
  words: string[];
  /** Everything after the command as it was typed, trimmed. */
  rest: string;
}

/**
 * Reads `/Memory@my_bot  web-1 ` as `memory` with the words `["web-1"]`. Quotes keep a name with spaces
 * together: `/rename_server "old name" new`. Adapters have already dropped commands meant for other bots.
 */
export function parse(text: string): Typed {
  const trimmed = text.trim();
  const match = /^\/([A-Za-z0-9_]{1,64})(?:@[A-Za-z0-9_]{1,64})?(?=\s|$)/.exec(trimmed);
  const rest = (match ? trimmed.slice(match[0].length) : trimmed).trim();
  return { command: match?.[1]?.toLowerCase(), words: wordsOf(rest), rest };
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const match of text.matchAll(/[«“"]([^»”"]*)[»”"]|(\S+)/g)) words.push(match[1] ?? match[2] ?? "");
  return words.filter((word) => word !== "");
}
