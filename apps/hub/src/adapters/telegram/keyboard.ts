/** A view's buttons as an inline keyboard, within Telegram's bounds. */
import type { Button, View } from "@servereye/contract";
import type { InlineKeyboardButton, InlineKeyboardMarkup } from "grammy/types";
import { cleanLine, seen } from "./clean.ts";
import { shortened } from "./width.ts";

/** Telegram's bounds: bytes of callback data, buttons in a row and in all; and columns that a label sensibly has. */
const mostBytes = 64;
const mostInRow = 8;
const mostButtons = 100;
const labelColumns = 60;

/** True for a link that Telegram refuses on a button (no web address, or a host without a dot such as localhost). */
export function unlinkable(button: Button): button is Extract<Button, { href: string }> {
  if (!("href" in button)) return false;
  const url = URL.parse(button.href);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return true;
  return !url.hostname.includes(".") && !url.hostname.startsWith("[");
}

/** Undefined when there is no button. Throws RangeError for a token of no or over 64 bytes: that is a fault of ours. */
export function keyboard(rows: View["buttons"]): InlineKeyboardMarkup | undefined {
  let left = mostButtons;
  const made: InlineKeyboardButton[][] = [];
  for (const row of rows) {
    const buttons = row.filter((button) => !unlinkable(button)).map(keyboardButton);
    for (let at = 0; at < buttons.length && left > 0; at += mostInRow) {
      const few = buttons.slice(at, at + Math.min(mostInRow, left));
      left -= few.length;
      made.push(few);
    }
  }
  return made.length === 0 ? undefined : { inline_keyboard: made };
}

function keyboardButton(button: Button): InlineKeyboardButton {
  const text = shortened(seen(cleanLine(button.label)), labelColumns);
  if ("href" in button) return { text, url: button.href };
  const bytes = Buffer.byteLength(button.token);
  if (bytes < 1 || bytes > mostBytes)
    throw new RangeError(`a button's token has ${bytes} bytes, 1 to ${mostBytes} may be`);
  return { text, callback_data: button.token };
}
