/** What may be shown of a text that others chose: everything but the characters that act instead of showing. */

/** Control characters but tab and newline; and the overrides and embeddings that turn the reading order. */
const ACTING = /[\p{Cc}\u202A-\u202E]/gu;

export function plain(text: string): string {
  return text.replace(ACTING, (one) => (one === "\n" || one === "\t" ? one : ""));
}

const SAFE = ["https:", "http:", "tg:", "mailto:"];

/** The address if a link may lead there, else undefined: no `javascript:`, no `data:`. */
export function safeLink(href: string): string | undefined {
  const url = URL.parse(href);
  return url !== null && SAFE.includes(url.protocol) ? url.href : undefined;
}

/** The one-time token of a login link, or of what somebody pasted of one. */
export function loginToken(pasted: string): string | undefined {
  const text = pasted.trim();
  const inLink = /[#&?]login=([\w-]{8,128})$/.exec(text)?.[1];
  return inLink ?? (/^[\w-]{8,128}$/.test(text) ? text : undefined);
}
