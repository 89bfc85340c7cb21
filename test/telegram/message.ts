/** What a chat holds: persons, groups, messages as they are kept, and as the Bot API writes them. */
import type { Entity } from "./html.ts";
import type { Button, Markup } from "./markup.ts";
import type { JsonObject } from "./params.ts";

/** Somebody with a phone. */
export interface Person {
  readonly id: number;
  firstName: string;
  lastName: string | undefined;
  username: string | undefined;
  languageCode: string | undefined;
  /** Has written to the bot: before that the bot may not write to them. */
  started: boolean;
  blocked: boolean;
}

/** How somebody stands in a group. */
export type Standing = "creator" | "administrator" | "member" | "left";

/** A group; an id below -10^12 makes it a supergroup. */
export interface Group {
  readonly id: number;
  title: string;
  readonly forum: boolean;
  readonly members: Map<number, Standing>;
  bot: Standing;
  readonly topics: Set<number>;
}

/** A file that was sent. */
export interface Media {
  readonly fileId: string;
  readonly fileName: string;
  readonly mimeType: string;
  readonly bytes: Buffer;
  /** Pixels; of photos only. */
  readonly width: number;
  readonly height: number;
}

/** The bot as others see it. */
export interface BotIdentity {
  readonly id: number;
  readonly username: string;
  readonly name: string;
}

/** A message as the chat holds it; it changes when it is edited or deleted. Times in milliseconds since 1970. */
export interface ChatMessage {
  readonly messageId: number;
  readonly chatId: number;
  readonly from: { readonly id: number; readonly bot: boolean; readonly name: string };
  readonly sentAt: number;
  kind: "text" | "document" | "photo";
  /** The text or caption as it is shown. */
  text: string;
  entities: readonly Entity[];
  /** The text or caption as the bot sent it, with its tags. */
  html: string;
  media: Media | undefined;
  markup: Markup | undefined;
  /** The inline buttons, row by row. */
  buttons: readonly (readonly Button[])[];
  readonly replyTo: number | undefined;
  readonly threadId: number | undefined;
  edits: number;
  editedAt: number | undefined;
  /** What it said before each edit, oldest first. */
  readonly history: { readonly text: string; readonly html: string; readonly at: number }[];
  deleted: boolean;
}

/** A person as a Bot API `User`. */
export function userJson(person: Person): JsonObject {
  return {
    id: person.id,
    is_bot: false,
    first_name: person.firstName,
    ...(person.lastName === undefined ? {} : { last_name: person.lastName }),
    ...(person.username === undefined ? {} : { username: person.username }),
    ...(person.languageCode === undefined ? {} : { language_code: person.languageCode }),
  };
}

/** The bot as a Bot API `User`. */
export function botJson(bot: BotIdentity): JsonObject {
  return { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username };
}

/** A chat as a Bot API `Chat`. */
export function chatJson(chat: Person | Group): JsonObject {
  if ("title" in chat) {
    const type = isSupergroup(chat.id) ? "supergroup" : "group";
    return { id: chat.id, title: chat.title, type, ...(chat.forum ? { is_forum: true } : {}) };
  }
  const { is_bot: _, language_code: __, ...rest } = userJson(chat);
  return { ...rest, type: "private" };
}

/** True for the id of a supergroup. */
export function isSupergroup(id: number): boolean {
  return id < -1_000_000_000_000;
}

/** Bot API times are whole seconds. */
export function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
