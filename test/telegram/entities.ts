/** What Telegram does to a text before it is sent: cleans and trims it, tidies its entities, finds commands and links. */
import type { Entity } from "./html.ts";

/** A text as a message carries it; offsets in UTF-16 units. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/** Styles that may be cut and joined at will; the others stay whole. */
const divisible = new Set(["bold", "italic", "underline", "strikethrough", "spoiler"]);

/** Order of entities that cover the same range, outermost first. */
const priorities: Readonly<Record<string, number>> = {
  expandable_blockquote: 0,
  blockquote: 0,
  pre: 10,
  code: 20,
  text_link: 49,
  text_mention: 49,
  date_time: 55,
  bold: 90,
  italic: 91,
  underline: 92,
  strikethrough: 93,
  spoiler: 94,
  custom_emoji: 99,
};

/** Cleans, trims and tidies. The text may come out empty; whether that is allowed is the caller's to say. */
export function settleText(text: string, entities: readonly Entity[]): FormattedText {
  const cleaned = clean(text);
  const moved = entities.map((entity) => {
    const offset = cleaned.moved[entity.offset] ?? cleaned.text.length;
    const end = cleaned.moved[entity.offset + entity.length] ?? cleaned.text.length;
    return { ...entity, offset, length: end - offset };
  });
  const trimmed = trim(cleaned.text, moved);
  const tidied = tidy(trimmed.text, trimmed.entities);
  const found = findEntities(trimmed.text, tidied);
  return { text: trimmed.text, entities: sorted([...tidied, ...found]) };
}

/** True for a text in which nothing can be seen. */
export function isBlank(text: string): boolean {
  return !/[^\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2800\ufeff]/u.test(text);
}

/** Control characters become spaces; returns, line separators and direction overrides go. */
function clean(text: string): { text: string; moved: Uint32Array } {
  const moved = new Uint32Array(text.length + 1);
  let out = "";
  for (let at = 0; at < text.length; at++) {
    moved[at] = out.length;
    const code = text.charCodeAt(at);
    if (code === 13 || (code >= 0x2028 && code <= 0x202e)) continue;
    out += code < 32 && code !== 10 ? " " : text.charAt(at);
  }
  moved[text.length] = out.length;
  return { text: out, moved };
}

/** Spaces at the end always go; those at the front go unless a `pre` or `code` begins with them. */
function trim(text: string, entities: readonly Entity[]): FormattedText {
  const end = text.trimEnd().length;
  const code = entities.filter(({ type, length }) => (type === "pre" || type === "code") && length > 0);
  const firstCode = code.reduce((first, { offset }) => Math.min(first, offset), end);
  const begin = Math.min(text.length - text.trimStart().length, firstCode, end);
  const clipped = entities.map((entity) => {
    const from = Math.min(Math.max(entity.offset, begin), end);
    const to = Math.min(Math.max(entity.offset + entity.length, begin), end);
    return { ...entity, offset: from - begin, length: to - from };
  });
  return { text: text.slice(begin, end), entities: clipped };
}

/** Drops the empty and the blank, keeps code free of other styles, joins equal styles that touch. */
function tidy(text: string, entities: readonly Entity[]): Entity[] {
  const seen = entities.filter(({ type, offset, length }) => {
    const code = type === "pre" || type === "code";
    return length > 0 && (code || !isBlank(text.slice(offset, offset + length)));
  });
  const blocks = seen.filter(({ type }) => type === "pre");
  const code = [
    ...blocks,
    ...seen.filter((entity) => entity.type === "code" && !blocks.some((b) => touches(b, entity))),
  ];
  const whole = seen.filter((entity) => {
    if (divisible.has(entity.type) || entity.type === "pre" || entity.type === "code") return false;
    return entity.type.endsWith("blockquote") || !code.some((block) => touches(block, entity));
  });
  const styled = [...divisible].flatMap((type) => {
    const ranges = seen
      .filter((entity) => entity.type === type)
      .map(({ offset, length }) => [offset, offset + length] as const);
    return joined(ranges)
      .flatMap((range) => without(range, code))
      .map(([from, to]) => ({ type, offset: from, length: to - from }));
  });
  return sorted([...whole, ...code, ...styled]);
}

type Range = readonly [from: number, to: number];

function joined(ranges: readonly Range[]): Range[] {
  const out: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && range[0] <= last[1]) out[out.length - 1] = [last[0], Math.max(last[1], range[1])];
    else out.push(range);
  }
  return out;
}

function without(range: Range, holes: readonly Entity[]): Range[] {
  let from = range[0];
  const out: Range[] = [];
  for (const hole of holes.toSorted((a, b) => a.offset - b.offset)) {
    const end = hole.offset + hole.length;
    if (end <= from || hole.offset >= range[1]) continue;
    if (hole.offset > from) out.push([from, hole.offset]);
    from = end;
  }
  if (from < range[1]) out.push([from, range[1]]);
  return out;
}

const patterns: readonly (readonly [type: string, pattern: RegExp])[] = [
  ["url", /https?:\/\/[^\s<>"]*[^\s<>".,!?:;)\]}'…]/giu],
  ["email", /[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/giu],
  ["bot_command", /(?<![\p{L}\p{N}_/<>])\/[a-z0-9_]{1,64}(?:@[a-z][a-z0-9_]{2,31})?(?![\p{L}\p{N}_/])/giu],
  ["mention", /(?<![\p{L}\p{N}_/.])@[a-z][a-z0-9_]{3,31}(?![\p{L}\p{N}_])/giu],
  ["hashtag", /(?<![\p{L}\p{N}_/#])#(?=[\p{L}\p{N}_]*\p{L})[\p{L}\p{N}_]{1,256}/gu],
];

/** What Telegram makes tappable by itself, outside code and links. */
function findEntities(text: string, present: readonly Entity[]): Entity[] {
  const taken: Entity[] = present.filter(({ type }) =>
    ["pre", "code", "text_link", "text_mention"].includes(type),
  );
  const found: Entity[] = [];
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const entity = { type, offset: match.index, length: match[0].length };
      if (taken.some((other) => touches(other, entity))) continue;
      taken.push(entity);
      found.push(entity);
    }
  }
  return found;
}

function touches(a: Entity, b: Entity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

function sorted(entities: readonly Entity[]): Entity[] {
  const priority = (entity: Entity) => priorities[entity.type] ?? 50;
  return entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length || priority(a) - priority(b));
}
