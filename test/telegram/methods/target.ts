/** Where a message goes and what it says: the reading that all sending and editing methods share. */
import { type FormattedText, isBlank, settleText } from "../entities.ts";
import { type Entity, HtmlFault, parseHtml } from "../html.ts";
import type { ChatMessage, Group, Person } from "../message.ts";
import { isObject, type Params } from "../params.ts";
import { badRequest, forbidden, tooMany } from "../refusal.ts";
import type { World } from "../world.ts";

/** The chat of a call, whether or not the bot may write to it. Throws `Refusal`. */
export function readChat(world: World, params: Params): Person | Group {
  const given = params.text("chat_id").trim();
  if (given === "") throw badRequest("chat_id is empty");
  const id = Number(given);
  const chat = Number.isSafeInteger(id) ? world.chats.find(id) : undefined;
  if (!chat) throw badRequest("chat not found");
  return chat;
}

/** The chat of a call that sends or changes something. Throws `Refusal`. */
export function readWritableChat(world: World, params: Params): Person | Group {
  const chat = readChat(world, params);
  if ("title" in chat) {
    if (chat.bot === "left") throw forbidden("bot was kicked from the group chat");
  } else if (chat.blocked) throw forbidden("bot was blocked by the user");
  else if (!chat.started) {
    const met = [...world.chats.groups.values()].some(({ members }) => members.has(chat.id));
    throw met ? forbidden("bot can't initiate conversation with a user") : badRequest("chat not found");
  }
  return chat;
}

/** Counts a message against the limits. Throws `Refusal` 429. */
export function spend(world: World, chatId: number): void {
  const wait = world.limits.spend(chatId);
  if (wait > 0) throw tooMany(wait);
}

/** A text with its styles, and as it was sent. */
export interface Worded extends FormattedText {
  readonly html: string;
}

/** The text of a message: 1 to 4096 UTF-16 units after parsing. Throws `Refusal`. */
export function readText(params: Params): Worded {
  const worded = readWords(params, "text", "entities");
  if (isBlank(worded.text)) throw badRequest("message text is empty");
  if (worded.text.length > 4096) throw badRequest("message is too long");
  return worded;
}

/** The caption of a file: 0 to 1024 UTF-16 units after parsing. Throws `Refusal`. */
export function readCaption(params: Params): Worded {
  const worded = readWords(params, "caption", "caption_entities");
  if (worded.text.length > 1024) throw badRequest("message caption is too long");
  return worded;
}

function readWords(params: Params, name: string, entitiesName: string): Worded {
  const html = params.text(name);
  if (!html.isWellFormed()) throw badRequest("strings must be encoded in UTF-8");
  return {
    html,
    ...wordsOf(
      html,
      params.text("parse_mode"),
      params.json(entitiesName, "can't parse entities JSON object"),
    ),
  };
}

/** Parses a text. `entities` is what was given beside it. Throws `Refusal`. */
export function wordsOf(source: string, mode: string, entities: unknown): FormattedText {
  if (mode === "") return settleText(source, readEntities(entities));
  // The emulator knows HTML alone; the real server also knows two kinds of Markdown.
  if (mode.toLowerCase() !== "html") throw badRequest("unsupported parse_mode");
  try {
    const parsed = parseHtml(source);
    return settleText(parsed.text, parsed.entities);
  } catch (cause) {
    if (cause instanceof HtmlFault) throw badRequest(`can't parse entities: ${cause.message}`, cause);
    throw cause;
  }
}

function readEntities(value: unknown): Entity[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw badRequest("can't parse entities: expected an Array");
  return value.map((item: unknown) => {
    if (!isObject(item)) throw badRequest("can't parse entities: MessageEntity must be an Object");
    const { type, offset, length } = item;
    if (typeof type !== "string" || !Number.isInteger(offset) || !Number.isInteger(length)) {
      throw badRequest("can't parse entities: MessageEntity is invalid");
    }
    return { ...item, type, offset: Number(offset), length: Number(length) };
  });
}

/** The message a new one answers to. Throws `Refusal`. */
export function readReply(world: World, params: Params, chatId: number): number | undefined {
  const given = params.json("reply_parameters", "can't parse reply parameters JSON object");
  const reply = isObject(given) ? given : { message_id: params.integer("reply_to_message_id") };
  const id = Number(reply.message_id ?? 0);
  if (id === 0) return undefined;
  if (world.chats.message(chatId, id)) return id;
  const lenient = reply.allow_sending_without_reply === true || params.flag("allow_sending_without_reply");
  if (lenient) return undefined;
  throw badRequest("message to be replied not found");
}

/** The topic a new message goes to. Throws `Refusal`. */
export function readThread(params: Params, chat: Person | Group): number | undefined {
  const id = params.integer("message_thread_id");
  if (id === 0) return undefined;
  if (!("title" in chat) || !chat.forum || !chat.topics.has(id)) throw badRequest("message thread not found");
  return id;
}

/** A message of the bot that may be edited. Throws `Refusal`. */
export function readEditable(world: World, params: Params): ChatMessage {
  if (params.text("inline_message_id") !== "") throw badRequest("MESSAGE_ID_INVALID");
  const chat = readWritableChat(world, params);
  const id = params.integer("message_id");
  if (id === 0) throw badRequest("message identifier is not specified");
  const message = world.chats.message(chat.id, id);
  if (!message) throw badRequest("message to edit not found");
  if (!message.from.bot) throw badRequest("message can't be edited");
  return message;
}
