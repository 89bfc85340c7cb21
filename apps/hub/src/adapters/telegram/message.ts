/** A view as what is sent for it: one message, several, or a file when it would be too many. */
import type { View } from "@servereye/contract";
import type { InlineKeyboardMarkup } from "grammy/types";
import { keyboard } from "./keyboard.ts";
import { render } from "./render.ts";
import { type Piece, toHtml, toPlain } from "./spans.ts";
import { captionBounds, split } from "./split.ts";

/** More messages than this at once are a file instead. */
const mostParts = 4;

/** One message. `html` and `plain` show the same words. */
export interface Part {
  readonly html: string;
  readonly plain: string;
  readonly keyboard: InlineKeyboardMarkup | undefined;
}

export type Outgoing =
  | { readonly kind: "messages"; readonly parts: readonly Part[] }
  /** `caption` is the beginning; the file holds all of it. */
  | { readonly kind: "file"; readonly caption: Part; readonly name: string; readonly text: string };

/** The buttons stand under the last message. Throws RangeError for a button whose token Telegram would refuse. */
export function compose(view: View): Outgoing {
  const buttons = keyboard(view.buttons);
  const pieces = render(view);
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

/** Plain words under a file; what is too much for there goes. */
export function captionOf(words: string): Part {
  const pieces = render({ blocks: [{ type: "text", text: [words] }], buttons: [] });
  return asPart(words === "" ? [] : (split(pieces, captionBounds)[0] ?? []), undefined);
}

function asPart(pieces: readonly Piece[], buttons: InlineKeyboardMarkup | undefined): Part {
  return { html: toHtml(pieces).toString(), plain: toPlain(pieces), keyboard: buttons };
}
