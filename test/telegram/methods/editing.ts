/** Methods that change or remove what is in a chat. */
import { isDeepStrictEqual } from "node:util";
import { type Markup, readMarkup } from "../markup.ts";
import type { ChatMessage } from "../message.ts";
import { isObject, type JsonObject, type Params } from "../params.ts";
import { badRequest } from "../refusal.ts";
import type { Method, World } from "../world.ts";
import { readMedia } from "./files.ts";
import { readCaption, readEditable, readText, readWritableChat, spend, wordsOf } from "./target.ts";

const everyEdit = ["business_connection_id", "chat_id", "message_id", "inline_message_id", "reply_markup"];
const unchanged =
  "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

/** Messages older than this can no longer be deleted; in milliseconds. */
const deletableForMs = 48 * 3600 * 1000;

type Change = Partial<Pick<ChatMessage, "text" | "entities" | "html" | "media" | "kind">>;

/** All that edits and deletes. */
export const editing: Readonly<Record<string, Method>> = {
  editMessageText: {
    known: [
      ...everyEdit,
      "text",
      "parse_mode",
      "entities",
      "link_preview_options",
      "disable_web_page_preview",
    ],
    run: (world, params) => {
      const words = readText(params);
      const message = readEditable(world, params);
      if (message.kind !== "text") throw badRequest("there is no text in the message to edit");
      return edit(world, params, message, words);
    },
  },
  editMessageCaption: {
    known: [...everyEdit, "caption", "parse_mode", "caption_entities", "show_caption_above_media"],
    run: (world, params) => {
      const words = readCaption(params);
      const message = readEditable(world, params);
      if (message.kind === "text") throw badRequest("there is no caption in the message to edit");
      return edit(world, params, message, words);
    },
  },
  editMessageMedia: {
    known: [...everyEdit, "media"],
    run: (world, params) => {
      const message = readEditable(world, params);
      return edit(world, params, message, mediaChange(world, params));
    },
  },
  editMessageReplyMarkup: {
    known: everyEdit,
    run: (world, params) => edit(world, params, readEditable(world, params), {}),
  },
  deleteMessage: {
    known: ["chat_id", "message_id"],
    run: (world, params) => {
      const chat = readWritableChat(world, params);
      const id = params.integer("message_id");
      if (id === 0) throw badRequest("message identifier is not specified");
      const message = world.chats.message(chat.id, id);
      if (!message) throw badRequest("message to delete not found");
      const mayDelete = message.from.bot || !("title" in chat) || chat.bot === "administrator";
      if (!mayDelete || world.clock.now() - message.sentAt > deletableForMs) {
        throw badRequest("message can't be deleted");
      }
      world.chats.remove(message);
      return true;
    },
  },
};

/** An edit that names no inline keyboard takes the old one away, as on the real server. */
function edit(world: World, params: Params, message: ChatMessage, change: Change): JsonObject {
  const markup = readMarkup(params, message.chatId > 0);
  if (markup?.inline === false) throw badRequest("message can't be edited");
  if (isSame(message, change, markup)) throw badRequest(unchanged);
  spend(world, message.chatId);
  world.chats.edit(message, { ...change, markup });
  return world.chats.json(message);
}

function isSame(message: ChatMessage, change: Change, markup: Markup | undefined): boolean {
  return (
    (change.text ?? message.text) === message.text &&
    isDeepStrictEqual(change.entities ?? message.entities, message.entities) &&
    (change.media ?? message.media) === message.media &&
    isDeepStrictEqual(markup?.wire, message.markup?.inline === true ? message.markup.wire : undefined)
  );
}

/** Of a message with a file, or of a text, which becomes its caption's like: the way back there is none. */
function mediaChange(world: World, params: Params): Change {
  const media = params.json("media", "can't parse InputMedia JSON object");
  if (!isObject(media)) throw badRequest("can't parse InputMedia: expected an Object");
  const kind = media.type;
  if (kind !== "document" && kind !== "photo")
    throw badRequest("can't parse InputMedia: type must be specified");
  if (media.media === undefined || media.media === "") throw badRequest("media not found");
  if (typeof media.media !== "string") throw badRequest("can't parse InputMedia: media must be a String");
  const html = String(media.caption ?? "");
  if (!html.isWellFormed()) throw badRequest("strings must be encoded in UTF-8");
  const words = wordsOf(html, String(media.parse_mode ?? ""), media.caption_entities);
  if (words.text.length > 1024) throw badRequest("message caption is too long");
  return { kind, media: readMedia(world, params, kind, media.media), html, ...words };
}
