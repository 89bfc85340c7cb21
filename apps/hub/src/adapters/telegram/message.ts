/** A view as what is sent for it: one message, several, or a file when it would be too many. */
import type { Chart, View } from "@servereye/contract";
import type { InlineKeyboardMarkup } from "grammy/types";
import type { Picture } from "../../core/ports/pictures.ts";
import { keyboard } from "./keyboard.ts";
import { render } from "./render.ts";
import { type Piece, toHtml, toPlain } from "./spans.ts";
import { captionBounds, messageBounds, split } from "./split.ts";

/** More messages than this at once are a file instead. */
const mostParts = 4;

/** One message. `html` and `plain` show the same words; with a picture they are its caption. */
export interface Part {
  readonly html: string;
  readonly plain: string;
  readonly keyboard: InlineKeyboardMarkup | undefined;
  readonly picture?: Picture;
}

export type Outgoing =
  | { readonly kind: "messages"; readonly parts: readonly Part[] }
  /** `caption` is the beginning; the file holds all of it. */
  | { readonly kind: "file"; readonly caption: Part; readonly name: string; readonly text: string };

/** What became of a view's charts: a picture, or why there is none. */
export type Drawn = ReadonlyMap<Chart, Picture | "busy" | "failed">;

/** The buttons stand under the last message. Throws RangeError for a button whose token Telegram would refuse. */
export function compose(view: View, drawn: Drawn = new Map()): Outgoing {
  const buttons = keyboard(view.buttons);
  const sections = sectionsOf(view, drawn);
  if (sections.some(({ picture }) => picture !== undefined)) {
    const parts = pictured(sections, buttons);
    // With more words than that beside it, all is told in words.
    if (parts.length <= mostParts) return { kind: "messages", parts };
  }
  const pieces = render(inWords(view, drawn));
  const parts = split(pieces);
  if (parts.length <= mostParts) {
    return {
      kind: "messages",
      parts: parts.map((part, at) => asPart(part, at === parts.length - 1 ? buttons : undefined)),
    };
  }
  const beginning = split(pieces, captionBounds)[0] ?? [];
  return { kind: "file", caption: asPart(beginning, buttons), name: "servereye.txt", text: toPlain(pieces) };
}

/** Whether it has anything to be drawn. */
export const chartsOf = (view: View): Chart[] => view.blocks.filter((block) => block.type === "chart");

/** Plain words under a file; what is too much for there goes. */
export function captionOf(words: string): Part {
  const pieces = render({ blocks: [{ type: "text", text: [words] }], buttons: [] });
  return asPart(words === "" ? [] : (split(pieces, captionBounds)[0] ?? []), undefined);
}

interface Section {
  readonly picture?: Picture;
  readonly view: View;
}

/** Each picture with the words up to the next one; the first has what stands before it too. */
function sectionsOf(view: View, drawn: Drawn): Section[] {
  const { title, buttons } = inWords(view, drawn);
  const sections: Array<{ picture?: Picture; view: View }> = [
    { view: { ...(title === undefined ? {} : { title }), blocks: [], buttons } },
  ];
  for (const block of inWords(view, drawn).blocks) {
    const picture = block.type === "chart" ? drawn.get(block) : undefined;
    const last = sections.at(-1);
    if (typeof picture !== "object") last?.view.blocks.push(block);
    // A chat's list shows a message's words: a picture is never without.
    else if (last?.picture === undefined && last !== undefined) {
      last.picture = picture;
      if (title === undefined && last.view.blocks.length === 0) last.view.title = titleOf(block);
    } else sections.push({ picture, view: { title: titleOf(block), blocks: [], buttons: [] } });
  }
  return sections;
}

/** What it is, and of a line that is alone its newest figure: a notification shows no more of it. */
function titleOf(block: View["blocks"][number]): string {
  if (block.type !== "chart") return "";
  const last = block.lines.length === 1 ? block.lines[0]?.summary?.last : undefined;
  return last === undefined ? block.title : `${block.title}: ${last}`;
}

/** The same with a remark under each chart that is not drawn: why it is in words. */
function inWords(view: View, drawn: Drawn): View {
  const blocks = view.blocks.flatMap((block) => {
    const why = block.type === "chart" ? drawn.get(block) : undefined;
    const said = block.type === "chart" && typeof why === "string" ? block.words[why] : undefined;
    return said === undefined ? [block] : [block, { type: "note" as const, text: [said] }];
  });
  return { ...view, blocks };
}

/** A picture with what fits of its words under it, and the rest of them in messages after it. */
function pictured(sections: readonly Section[], buttons: InlineKeyboardMarkup | undefined): Part[] {
  const parts = sections.flatMap(({ picture, view }): Part[] => {
    const pieces = render(view);
    const [caption = [], ...rest] = split(pieces, captionBounds);
    const first = asPart(caption, undefined);
    const after = rest.length === 0 ? [] : split(rest.flat(), messageBounds);
    return [
      picture === undefined ? first : { ...first, picture },
      ...after.map((piece) => asPart(piece, undefined)),
    ];
  });
  return parts.map((part, at) => (at === parts.length - 1 ? { ...part, keyboard: buttons } : part));
}

function asPart(pieces: readonly Piece[], buttons: InlineKeyboardMarkup | undefined): Part {
  return { html: toHtml(pieces).toString(), plain: toPlain(pieces), keyboard: buttons };
}
