/** Chats: what a person did on the way in, what they are shown on the way out. */
import type { ChatEvent, View } from "@servereye/contract";
import type { Account, ChannelName } from "./people.ts";

/** What a person did, as a channel's adapter tells it. */
export interface Incoming {
  account: Account;
  /** The person's name as the channel gives it, and its language_code. */
  name: string;
  languageCode: string | undefined;
  chat: ChatRef;
  /** Id of the person's message, or of the message whose button was pressed. */
  messageId: string;
  did: { kind: "wrote"; text: string } | { kind: "pressed"; token: string; pressId: string };
  /** The store was away when it came: it may come once more, should this hub die before it is handled to its end. */
  unkept?: true;
}

export interface ChatRef {
  channel: ChannelName;
  /** Unique within the channel. */
  chatId: string;
  kind: "private" | "group";
  /** Forum topic, where the channel has them. */
  topic?: string;
}

/** A file for a person: at most 50 MB, which is what Telegram takes of a bot. */
export interface OutgoingFile {
  /** As it is saved; what a file system or a chat can not take in it is replaced. */
  name: string;
  mediaType: string;
  bytes: Uint8Array;
  /** Plain text, 1,024 characters at the most are shown. */
  caption?: string;
}

/**
 * A chat's way out. Calls for one chat keep their order; each resolves when the channel confirmed it. Where the bot may
 * not write (any more) they reject with Fault NOT_ALLOWED, value `chat`: "closed".
 */
export interface ChatPort {
  send(chat: ChatRef, view: View, options?: { replyTo?: string }): Promise<{ messageId: string }>;
  /** "Not modified" is success. A message that is gone: sends anew and gives the new id. */
  edit(chat: ChatRef, messageId: string, view: View): Promise<{ messageId: string }>;
  /** Edits what stands there and nothing else: false when the message is gone. */
  redraw(chat: ChatRef, messageId: string, view: View): Promise<boolean>;
  /** A message of its own. Fault NOT_ALLOWED when the file is empty or too large. */
  sendFile(chat: ChatRef, file: OutgoingFile, options?: { replyTo?: string }): Promise<{ messageId: string }>;
  /** Answers a press at once; `alert` shows it in a box. Only the person who pressed sees it. */
  answerPress(chat: ChatRef, pressId: string, notice?: { text: string; alert: boolean }): Promise<void>;
  /** Takes a message away (one that holds a secret). Rejects when the channel does not allow it. */
  remove(chat: ChatRef, messageId: string): Promise<void>;
  typing(chat: ChatRef): void;
}

/** The core's door for chats: resolves when the intent is wholly handled. Never rejects. */
export interface ChatHandler {
  handle(incoming: Incoming): Promise<void>;
  /** It is not handled any more, since hubs died of it: its person is told. Rejects when they can not be. */
  gaveUp?(incoming: Incoming): Promise<void>;
}

/** The chat of the page and the terminal: one conversation for each account. */
export interface Conversations {
  /** What the person writes; resolves when it is handled. */
  write(account: Account, text: string, languageCode: string | undefined): Promise<void>;
  /** A press; resolves with what to tell the person who pressed, at the latest when it is handled. */
  press(
    account: Account,
    messageId: string,
    token: string,
    languageCode: string | undefined,
  ): Promise<{ notice?: string }>;
  /** A file that was sent in this account's conversation, while it is kept. */
  file(account: Account, id: string): { name: string; mediaType: string; bytes: Uint8Array } | undefined;
  /** First every kept message, then what changes. The returned function ends it. */
  follow(account: Account, onEvent: (event: ChatEvent) => void): () => void;
}

/** A command as a menu shows it, for each language and kind of chat. */
export interface MenuEntry {
  name: string;
  about: string;
}
