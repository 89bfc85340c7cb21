/** All chats of the emulated Telegram: who is there, what was said, which files were sent. */
import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";
import {
  type BotIdentity,
  botJson,
  type ChatMessage,
  chatJson,
  type Group,
  isSupergroup,
  type Media,
  type Person,
  seconds,
  userJson,
} from "./message.ts";
import type { JsonObject } from "./params.ts";

/** Something that happened in a chat; `seq` grows by one over all chats. */
export interface ChatEvent {
  readonly seq: number;
  readonly kind: "new" | "edit" | "delete";
  readonly message: ChatMessage;
}

/** What a new message is made of; the chats give it its number and time. */
export type MessageDraft = Pick<
  ChatMessage,
  "chatId" | "from" | "kind" | "text" | "entities" | "html" | "media" | "markup" | "replyTo" | "threadId"
>;

/** The record of chats. Changes are told to `listeners` at once, in order. */
export class Chats {
  readonly persons = new Map<number, Person>();
  readonly groups = new Map<number, Group>();
  readonly files = new Map<string, Media>();
  readonly listeners = new Set<(event: ChatEvent) => void>();
  readonly #messages = new Map<number, Map<number, ChatMessage>>();
  readonly #clock: Clock;
  readonly #bot: BotIdentity;
  #sharedNumber = 0;
  #seq = 0;

  constructor(clock: Clock, bot: BotIdentity) {
    this.#clock = clock;
    this.#bot = bot;
  }

  /** The number of the latest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  find(chatId: number): Person | Group | undefined {
    return this.groups.get(chatId) ?? this.persons.get(chatId);
  }

  /** Messages of a chat, oldest first, deleted ones among them. */
  messages(chatId: number): ChatMessage[] {
    return [...(this.#messages.get(chatId)?.values() ?? [])];
  }

  /** A message that was not deleted. */
  message(chatId: number, messageId: number): ChatMessage | undefined {
    const message = this.#messages.get(chatId)?.get(messageId);
    return message?.deleted === false ? message : undefined;
  }

  /** Numbers are shared by private chats and small groups; each supergroup has its own, as in Telegram. */
  add(draft: MessageDraft): ChatMessage {
    const known = this.#messages.get(draft.chatId) ?? new Map<number, ChatMessage>();
    this.#messages.set(draft.chatId, known);
    const messageId = isSupergroup(draft.chatId) ? known.size + 1 : ++this.#sharedNumber;
    const message: ChatMessage = {
      ...draft,
      messageId,
      sentAt: this.#clock.now(),
      buttons: draft.markup?.inline === true ? draft.markup.rows : [],
      edits: 0,
      editedAt: undefined,
      history: [],
      deleted: false,
    };
    known.set(messageId, message);
    this.#tell("new", message);
    return message;
  }

  /** Changes a message and keeps what it said before. */
  edit(
    message: ChatMessage,
    change: Partial<Pick<ChatMessage, "text" | "entities" | "html" | "media" | "kind" | "markup">>,
  ): void {
    const now = this.#clock.now();
    message.history.push({ text: message.text, html: message.html, at: now });
    Object.assign(message, change);
    message.buttons = message.markup?.inline === true ? message.markup.rows : [];
    message.edits++;
    message.editedAt = now;
    this.#tell("edit", message);
  }

  remove(message: ChatMessage): void {
    message.deleted = true;
    this.#tell("delete", message);
  }

  /** Keeps a file and gives it its id. */
  keepFile(file: Omit<Media, "fileId">): Media {
    const media = { ...file, fileId: `BQAC${randomBytes(30).toString("base64url")}` };
    this.files.set(media.fileId, media);
    return media;
  }

  /** A message as the Bot API writes it. */
  json(message: ChatMessage): JsonObject {
    const chat = this.find(message.chatId);
    const person = this.persons.get(message.from.id);
    const reply = message.replyTo === undefined ? undefined : this.message(message.chatId, message.replyTo);
    const words = message.kind === "text" ? "text" : "caption";
    const entities = message.entities.flatMap((entity) => this.#entityJson(entity));
    return {
      message_id: message.messageId,
      from: message.from.bot ? botJson(this.#bot) : person ? userJson(person) : { id: message.from.id },
      chat: chat ? chatJson(chat) : { id: message.chatId, type: "private" },
      date: seconds(message.sentAt),
      ...(message.threadId === undefined
        ? {}
        : { message_thread_id: message.threadId, is_topic_message: true }),
      ...(message.editedAt === undefined ? {} : { edit_date: seconds(message.editedAt) }),
      ...(reply ? { reply_to_message: this.json({ ...reply, replyTo: undefined }) } : {}),
      ...(message.media ? mediaJson(message.kind, message.media) : {}),
      ...(message.text === "" ? {} : { [words]: message.text }),
      ...(entities.length === 0
        ? {}
        : { [message.kind === "text" ? "entities" : "caption_entities"]: entities }),
      ...(message.markup?.inline === true ? { reply_markup: message.markup.wire } : {}),
    };
  }

  #entityJson(entity: ChatMessage["entities"][number]): object[] {
    if (entity.type !== "text_mention" || !entity.user) return [entity];
    const person = this.persons.get(entity.user.id);
    return person ? [{ ...entity, user: userJson(person) }] : [];
  }

  #tell(kind: ChatEvent["kind"], message: ChatMessage): void {
    const event = { seq: ++this.#seq, kind, message };
    for (const listener of [...this.listeners]) listener(event);
  }
}

/** The short id that names the same file for every bot. */
function uniqueId(media: Media): string {
  return `AgAD${media.fileId.slice(-12)}`;
}

function mediaJson(kind: ChatMessage["kind"], media: Media): JsonObject {
  const file = { file_id: media.fileId, file_unique_id: uniqueId(media), file_size: media.bytes.length };
  if (kind === "photo") return { photo: [{ ...file, width: media.width, height: media.height }] };
  return { document: { ...file, file_name: media.fileName, mime_type: media.mimeType } };
}

/** The result of `getFile`. */
export function fileJson(media: Media): JsonObject {
  const ending = /\.[a-z0-9]{1,8}$/i.exec(media.fileName)?.[0] ?? "";
  return {
    file_id: media.fileId,
    file_unique_id: uniqueId(media),
    file_size: media.bytes.length,
    file_path: `documents/${media.fileId}${ending}`,
  };
}
