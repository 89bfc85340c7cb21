/** Telegram's HTML, read as strictly as the real server reads it: text, entities in UTF-16 units, its own errors. */
import { checkedLink, mentionedUser } from "./links.ts";

/** A styled range of a text: `offset` and `length` in UTF-16 units. */
export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly custom_emoji_id?: string;
  /** Seconds since 1970. */
  readonly unix_time?: number;
  readonly date_time_format?: string;
  readonly user?: { readonly id: number };
}

/** What is wrong with an HTML text, in the words of the real server (without "can't parse entities: "). */
export class HtmlFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "HtmlFault";
  }
}

const styles: Readonly<Record<string, string>> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  u: "underline",
  ins: "underline",
  s: "strikethrough",
  strike: "strikethrough",
  del: "strikethrough",
  "tg-spoiler": "spoiler",
  span: "spoiler",
};
const tags = new Set([...Object.keys(styles), "a", "code", "pre", "blockquote", "tg-emoji", "tg-time"]);
const named: Readonly<Record<string, number>> = { lt: 0x3c, gt: 0x3e, amp: 0x26, quot: 0x22 };

/** The documented form of a date format; the real parser is a little looser, a bot should not lean on that. */
const dateFormat = /^(?:r|w?[dD]?[tT]?)$/;

interface Open {
  readonly tag: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly offset: number;
}

/** A code entity keeps its language until the end, in case a `pre` turns out to hold it. */
interface Draft extends Entity {
  readonly codeLanguage?: string;
}

/** Parses a text as `parse_mode: "HTML"` does. Throws `HtmlFault` and nothing else. */
export function parseHtml(html: string): { text: string; entities: Entity[] } {
  return new HtmlReader(html).read();
}

class HtmlReader {
  readonly #html: string;
  #at = 0;
  #text = "";
  #halfPairs = false;
  readonly #open: Open[] = [];
  readonly #drafts: Draft[] = [];

  constructor(html: string) {
    this.#html = html;
  }

  read(): { text: string; entities: Entity[] } {
    if (this.#html.includes("\0")) throw new HtmlFault("Text must not contain null bytes");
    while (this.#at < this.#html.length) {
      const character = this.#peek();
      if (character === "<") {
        if (this.#html[this.#at + 1] === "/") this.#endTag();
        else this.#startTag();
      } else {
        this.#text += this.#character();
      }
    }
    const last = this.#open.at(-1);
    if (last) throw new HtmlFault(`Can't find end tag corresponding to start tag "${last.tag}"`);
    if (this.#halfPairs) {
      throw new HtmlFault(
        "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units",
      );
    }
    return { text: this.#text, entities: this.#drafts.map(({ codeLanguage: _, ...entity }) => entity) };
  }

  /** The character here; past the end a null, which counts as a space, as in the real parser. */
  #peek(): string {
    return this.#html[this.#at] ?? "\0";
  }

  #skipWhile(test: (character: string) => boolean): string {
    const begin = this.#at;
    while (this.#at < this.#html.length && test(this.#peek())) this.#at++;
    return this.#html.slice(begin, this.#at);
  }

  /** One character of text: itself, or what an HTML entity stands for. An unknown entity is plain text. */
  #character(): string {
    if (this.#peek() === "&") {
      const reference = /^&(?:#x([0-9a-fA-F]*)|#([0-9]*)|([a-zA-Z]*))(;?)/.exec(
        this.#html.slice(this.#at, this.#at + 16),
      );
      const code = reference ? decoded(reference) : 0;
      if (reference && code !== 0) {
        this.#at += reference[0].length;
        if (code >= 0xd800 && code <= 0xdfff) this.#halfPairs = true;
        return String.fromCodePoint(code);
      }
    }
    return this.#html[this.#at++] ?? "";
  }

  #startTag(): void {
    const begin = this.#at++;
    const tag = lower(this.#skipWhile((c) => !isSpace(c) && c !== ">"));
    if (this.#at >= this.#html.length) throw this.#fault("Unclosed start tag", begin);
    if (!tags.has(tag)) throw this.#fault(`Unsupported start tag "${tag}"`, begin);
    const attributes = new Map<string, string>();
    while (this.#peek() !== ">") {
      this.#skipWhile(isSpace);
      if (this.#peek() === ">") break;
      this.#attribute(tag, begin, attributes);
    }
    this.#at++;
    if (tag === "span" && attributes.get("class") !== "tg-spoiler") {
      throw this.#fault('Tag "span" must have class "tg-spoiler"', begin);
    }
    this.#open.push({ tag, attributes, offset: this.#text.length });
  }

  #attribute(tag: string, begin: number, attributes: Map<string, string>): void {
    const name = this.#skipWhile((c) => !isSpace(c) && !"=>/\"'".includes(c));
    if (name === "") throw this.#fault(`Empty attribute name in the tag "${tag}"`, begin);
    this.#skipWhile(isSpace);
    if (this.#peek() !== "=") {
      if (this.#at >= this.#html.length) throw this.#fault(`Unclosed start tag "${tag}"`, begin);
      attributes.set(name, "");
      return;
    }
    this.#at++;
    this.#skipWhile(isSpace);
    if (this.#at >= this.#html.length) throw this.#fault(`Unclosed start tag "${tag}"`, begin);
    const quote = this.#peek();
    const valueBegin = this.#at;
    let value = "";
    if (quote === '"' || quote === "'") {
      this.#at++;
      while (this.#at < this.#html.length && this.#peek() !== quote) value += this.#character();
      if (this.#at < this.#html.length) this.#at++;
    } else {
      value = lower(this.#skipWhile((c) => /[a-zA-Z0-9.-]/.test(c)));
      const next = this.#peek();
      if (!isSpace(next) && next !== ">") throw this.#fault("Unexpected end of name token", valueBegin);
    }
    if (this.#at >= this.#html.length) throw this.#fault("Unclosed start tag", begin);
    attributes.set(name, value);
  }

  #endTag(): void {
    const begin = this.#at;
    const open = this.#open.at(-1);
    if (!open) throw this.#fault("Unexpected end tag", begin);
    this.#at += 2;
    const tag = lower(this.#skipWhile((c) => !isSpace(c) && c !== ">"));
    this.#skipWhile(isSpace);
    if (this.#peek() !== ">") throw this.#fault("Unclosed end tag", begin);
    if (tag !== "" && tag !== open.tag) {
      const found = `expected "</${open.tag}>", found "</${tag}>"`;
      throw new HtmlFault(`Unmatched end tag at byte offset ${this.#bytes(begin)}, ${found}`);
    }
    this.#at++;
    this.#open.pop();
    if (this.#text.length > open.offset) this.#close(open);
  }

  #close({ tag, attributes, offset }: Open): void {
    const range = { offset, length: this.#text.length - offset };
    const style = styles[tag];
    if (style) this.#drafts.push({ type: style, ...range });
    else if (tag === "blockquote") {
      const type = attributes.has("expandable") ? "expandable_blockquote" : "blockquote";
      this.#drafts.push({ type, ...range });
    } else if (tag === "tg-emoji") {
      const id = attributes.get("emoji-id") ?? "";
      if (!/^-?\d{1,19}$/.test(id) || BigInt(id) === 0n) {
        throw new HtmlFault("Invalid custom emoji identifier specified");
      }
      this.#drafts.push({ type: "custom_emoji", ...range, custom_emoji_id: id });
    } else if (tag === "tg-time") this.#closeTime(attributes, range);
    else if (tag === "a") {
      const link = attributes.get("href") || this.#text.slice(offset);
      const user = mentionedUser(link);
      const url = user === undefined ? checkedLink(link) : undefined;
      if (user !== undefined) this.#drafts.push({ type: "text_mention", ...range, user: { id: user } });
      // The real server also drops a link it cannot read and keeps the words.
      else if (url !== undefined) this.#drafts.push({ type: "text_link", ...range, url });
    } else this.#closeCode(tag, attributes, range);
  }

  #closeTime(attributes: ReadonlyMap<string, string>, range: { offset: number; length: number }): void {
    const format = attributes.get("format") ?? "";
    if (!dateFormat.test(format)) throw new HtmlFault("Invalid date format used");
    const unix = /^\d{1,10}$/.test(attributes.get("unix") ?? "") ? Number(attributes.get("unix")) : 0;
    if (unix <= 0 || unix > 0x7fffffff) return;
    this.#drafts.push({ type: "date_time", ...range, unix_time: unix, date_time_format: format });
  }

  /** `pre` around `code class="language-x"` of the same range, in either nesting, is one block with a language. */
  #closeCode(
    tag: string,
    attributes: ReadonlyMap<string, string>,
    range: { offset: number; length: number },
  ): void {
    const last = this.#drafts.at(-1);
    const same = last !== undefined && last.offset === range.offset && last.length === range.length;
    const kind = attributes.get("class") ?? "";
    const language = tag === "code" && kind.startsWith("language-") ? kind.slice("language-".length) : "";
    if (tag === "pre" && same && last.type === "code" && last.codeLanguage) {
      this.#drafts[this.#drafts.length - 1] = { type: "pre", ...range, language: last.codeLanguage };
    } else if (tag === "code" && same && last.type === "pre" && language !== "") {
      this.#drafts[this.#drafts.length - 1] = { type: "pre", ...range, language };
    } else if (tag === "code") {
      this.#drafts.push({ type: "code", ...range, ...(language === "" ? {} : { codeLanguage: language }) });
    } else this.#drafts.push({ type: "pre", ...range });
  }

  #bytes(position: number): number {
    return Buffer.byteLength(this.#html.slice(0, position));
  }

  #fault(what: string, position: number): HtmlFault {
    return new HtmlFault(`${what} at byte offset ${this.#bytes(position)}`);
  }
}

/** The code point an HTML entity stands for, or 0 when it is none that Telegram knows. */
function decoded(reference: RegExpExecArray): number {
  const [whole, hex, decimal, name, semicolon] = reference;
  if (name !== undefined) return Object.hasOwn(named, name) ? (named[name] ?? 0) : 0;
  const digits = hex ?? decimal ?? "";
  const code = digits === "" ? 0 : Number.parseInt(digits, hex === undefined ? 10 : 16);
  const length = whole.length - (semicolon === ";" ? 1 : 0);
  return code >= 0x10ffff || length >= 10 ? 0 : code;
}

function isSpace(character: string): boolean {
  return " \t\r\n\v\0".includes(character);
}

function lower(text: string): string {
  return /^[^A-Z]*$/.test(text) ? text : text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
