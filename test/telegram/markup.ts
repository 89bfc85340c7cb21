/** Keyboards under messages: reading `reply_markup` and refusing what the real server refuses. */
import { linkProblem } from "./links.ts";
import { isObject, type JsonObject, type Params } from "./params.ts";
import { badRequest } from "./refusal.ts";

/** One button as a person meets it. */
export interface Button {
  readonly text: string;
  readonly data?: string;
  readonly url?: string;
}

/** A keyboard that came with a message: under it (`inline`), or in place of the phone's own. */
export interface Markup {
  readonly inline: boolean;
  /** Rows of buttons; empty for `remove_keyboard` and `force_reply`. */
  readonly rows: readonly (readonly Button[])[];
  /** What the message carries back to the bot. */
  readonly wire: JsonObject;
}

/** Telegram's bounds: buttons in all and in one row. */
const mostButtons = 100;
const mostInRow = 8;

/** What else makes an inline button one; exactly one of these, `url` or `callback_data` is needed. */
const otherKinds = ["web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat"];
const lastKinds = ["switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"];

/** Reads `reply_markup`; undefined when there is none. Throws `Refusal`. */
export function readMarkup(params: Params, privateChat: boolean): Markup | undefined {
  const raw = params.json("reply_markup", "can't parse reply keyboard markup JSON object");
  if (raw === undefined) return undefined;
  if (!isObject(raw)) throw badRequest("object expected as reply markup");
  if (raw.inline_keyboard !== undefined) return inlineKeyboard(raw.inline_keyboard, privateChat);
  if (raw.keyboard !== undefined) return replyKeyboard(raw);
  if (raw.remove_keyboard === true || raw.force_reply === true) return { inline: false, rows: [], wire: raw };
  return undefined;
}

function inlineKeyboard(value: unknown, privateChat: boolean): Markup | undefined {
  const rows = rowsOf(value, "inline_keyboard", "InlineKeyboardButton");
  const read = rows
    .map((row) => row.map((button) => inlineButton(button, privateChat)))
    .filter((row) => row.length > 0);
  if (read.length === 0) return undefined;
  const wire = { inline_keyboard: read.map((row) => row.map((button) => button.wire)) };
  return { inline: true, rows: read.map((row) => row.map((button) => button.shown)), wire };
}

function inlineButton(raw: unknown, privateChat: boolean): { shown: Button; wire: JsonObject } {
  const wrong = (reason: string) => badRequest(`can't parse inline keyboard button: ${reason}`);
  if (!isObject(raw)) throw wrong("InlineKeyboardButton must be an Object");
  const text = raw.text;
  if (text === undefined) throw wrong('Can\'t find field "text"');
  if (typeof text !== "string") throw wrong('Field "text" must be of type String');
  if (text.trim() === "") throw badRequest("BUTTON_TEXT_INVALID");
  const style = raw.style;
  if (style !== undefined && !["danger", "success", "primary"].includes(String(style))) {
    throw wrong("invalid button style specified");
  }
  const url = raw.url;
  if (typeof url === "string" && url !== "") {
    refuseLink("URL", url);
    return { shown: { text, url }, wire: raw };
  }
  const data = raw.callback_data;
  if (data !== undefined && typeof data !== "string")
    throw wrong('Field "callback_data" must be of type String');
  if (data !== undefined) {
    const bytes = Buffer.byteLength(data);
    if (bytes < 1 || bytes > 64) throw badRequest("BUTTON_DATA_INVALID");
    return { shown: { text, data }, wire: raw };
  }
  if (raw.web_app !== undefined) return { shown: webApp(text, raw.web_app, privateChat), wire: raw };
  if ([...otherKinds, ...lastKinds].some((kind) => raw[kind] !== undefined))
    return { shown: { text }, wire: raw };
  throw wrong("Text buttons are unallowed in the inline keyboard");
}

function webApp(text: string, app: unknown, privateChat: boolean): Button {
  if (!isObject(app))
    throw badRequest('can\'t parse inline keyboard button: Field "web_app" must be of type Object');
  const url = String(app.url ?? "");
  if (!privateChat) throw badRequest("BUTTON_TYPE_INVALID");
  refuseLink("Web App URL", url);
  if (!/^https:/i.test(url)) {
    throw badRequest(`inline keyboard button Web App URL '${url}' is invalid: Only HTTPS links are allowed`);
  }
  return { text, url };
}

function refuseLink(what: string, url: string): void {
  const problem = linkProblem(url);
  if (problem !== undefined)
    throw badRequest(`inline keyboard button ${what} '${url}' is invalid: ${problem}`);
}

function replyKeyboard(raw: JsonObject): Markup {
  const rows = rowsOf(raw.keyboard, "keyboard", "KeyboardButton").map((row) =>
    row.map((button): Button => {
      const text = typeof button === "string" ? button : isObject(button) ? button.text : undefined;
      if (typeof text !== "string")
        throw badRequest("can't parse keyboard button: Can't find field \"text\"");
      return { text };
    }),
  );
  return { inline: false, rows, wire: raw };
}

function rowsOf(value: unknown, field: string, kind: string): unknown[][] {
  if (!Array.isArray(value)) throw badRequest(`field "${field}" must be of type Array`);
  const rows = value.map((row): unknown[] => {
    if (!Array.isArray(row)) throw badRequest(`field "${field}" must be an Array of Arrays of ${kind}`);
    return row;
  });
  const count = rows.reduce((sum, row) => sum + row.length, 0);
  if (count > mostButtons || rows.some((row) => row.length > mostInRow))
    throw badRequest("reply markup is too long");
  return rows;
}
