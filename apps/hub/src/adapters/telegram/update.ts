/** An update as Telegram sends it, read at the border: what a person did, or why it is nothing for us. */
import * as z from "zod/mini";
import type { ChatRef, Incoming } from "../../core/ports/chat.ts";
import { cleanLine } from "./clean.ts";

/** What is asked of Telegram. Edited messages are not: an edited command must not act again. */
export const wantedUpdates = ["message", "callback_query", "my_chat_member"] as const;

const User = z.object({
  id: z.int(),
  is_bot: z.boolean(),
  first_name: z.string(),
  last_name: z.optional(z.string()),
  language_code: z.optional(z.string()),
});
const Chat = z.object({ id: z.int(), type: z.string() });

const Message = z.object({
  message_id: z.int(),
  /** Absent for what a channel or a group itself writes. */
  from: z.optional(User),
  chat: Chat,
  text: z.optional(z.string()),
  caption: z.optional(z.string()),
  message_thread_id: z.optional(z.int()),
  is_topic_message: z.optional(z.boolean()),
  reply_to_message: z.optional(z.object({ from: z.optional(z.object({ id: z.int() })) })),
});

/** Code points of a person's name. First and last name have 64 each; the store keeps 128 UTF-16 units. */
const longestName = 64;

/** The message under a pressed button: too old or deleted, Telegram gives its chat and id only. */
const PressedMessage = z.object({
  message_id: z.int(),
  chat: Chat,
  message_thread_id: z.optional(z.int()),
  is_topic_message: z.optional(z.boolean()),
});

const Update = z.object({
  update_id: z.int(),
  message: z.optional(Message),
  callback_query: z.optional(
    z.object({
      id: z.string(),
      from: User,
      message: z.optional(PressedMessage),
      data: z.optional(z.string()),
    }),
  ),
  my_chat_member: z.optional(
    z.object({ chat: Chat, from: User, new_chat_member: z.object({ status: z.string() }) }),
  ),
});

const Numbered = z.object({ update_id: z.int() });

/** The id of an update, undefined for what is none. */
export function updateId(raw: unknown): number | undefined {
  const read = Numbered.safeParse(raw);
  return read.success ? read.data.update_id : undefined;
}

const Placed = z.object({ chat: z.object({ id: z.int() }) });
const WithChat = z.object({
  message: z.optional(Placed),
  callback_query: z.optional(z.object({ message: z.optional(Placed) })),
  my_chat_member: z.optional(Placed),
});

/** Id of the chat whose order an update keeps, "" for what has none. */
export function updateChat(raw: unknown): string {
  const read = WithChat.safeParse(raw);
  if (!read.success) return "";
  const { message, callback_query: press, my_chat_member: member } = read.data;
  const chat = (message ?? press?.message ?? member)?.chat;
  return chat === undefined ? "" : String(chat.id);
}

export interface Me {
  id: number;
  username: string;
}

/** `chat`: whose order it keeps. `pressId`: a press that waits for its answer, whatever else is wrong with it. */
export type Read =
  | { kind: "incoming"; chat: string; incoming: Incoming; pressId?: string }
  | { kind: "standing"; chat: string; status: string }
  | { kind: "ignored"; why: string; chat?: string; pressId?: string };

export function readUpdate(raw: unknown, me: Me): Read {
  const read = Update.safeParse(raw);
  if (!read.success) return { kind: "ignored", why: "unreadable" };
  const { message, callback_query: press, my_chat_member: member } = read.data;
  if (message) return readMessage(message, me);
  if (press) return readPress(press);
  if (member)
    return { kind: "standing", chat: String(member.chat.id), status: member.new_chat_member.status };
  return { kind: "ignored", why: "other-kind" };
}

function readMessage(message: z.infer<typeof Message>, me: Me): Read {
  const { from, chat } = message;
  const ignored = (why: string): Read => ({ kind: "ignored", why, chat: String(chat.id) });
  if (from === undefined || from.is_bot) return ignored("not-a-person");
  const ref = chatRef(message);
  if (ref === undefined) return ignored("channel");
  const written = message.text ?? message.caption;
  if (written === undefined) return ignored("no-text");
  const text = forMe(written, me);
  if (text === undefined) return ignored("another-bot");
  const toMe = message.reply_to_message?.from?.id === me.id;
  if (ref.kind === "group" && !text.startsWith("/") && !toMe) return ignored("group-talk");
  return {
    kind: "incoming",
    chat: ref.chatId,
    incoming: {
      ...whoAndWhere(from, ref),
      messageId: String(message.message_id),
      did: { kind: "wrote", text },
    },
  };
}

function readPress(press: {
  id: string;
  from: z.infer<typeof User>;
  message?: z.infer<typeof PressedMessage> | undefined;
  data?: string | undefined;
}): Read {
  const ref = press.message && chatRef(press.message);
  if (press.message === undefined || ref === undefined || press.data === undefined || press.from.is_bot) {
    return { kind: "ignored", why: "no-button-of-ours", pressId: press.id };
  }
  return {
    kind: "incoming",
    chat: ref.chatId,
    pressId: press.id,
    incoming: {
      ...whoAndWhere(press.from, ref),
      messageId: String(press.message.message_id),
      did: { kind: "pressed", token: press.data, pressId: press.id },
    },
  };
}

function whoAndWhere(from: z.infer<typeof User>, chat: ChatRef) {
  const whole = cleanLine([from.first_name, from.last_name ?? ""].join(" "));
  const name = [...whole].slice(0, longestName).join("").trim();
  return {
    account: { channel: "telegram" as const, externalId: String(from.id) },
    name: name === "" ? String(from.id) : name,
    languageCode: from.language_code,
    chat,
  };
}

function chatRef({
  chat,
  message_thread_id: thread,
  is_topic_message: inTopic,
}: z.infer<typeof PressedMessage>): ChatRef | undefined {
  if (chat.type === "channel") return undefined;
  return {
    channel: "telegram",
    chatId: String(chat.id),
    kind: chat.type === "private" ? "private" : "group",
    // Outside of forums a thread is only a row of replies, and no place to write to.
    ...(inTopic === true && thread !== undefined ? { topic: String(thread) } : {}),
  };
}

/** `/cmd@me rest` as `/cmd rest`; undefined when it is for another bot. */
function forMe(text: string, me: Me): string | undefined {
  const addressed = /^(\/\w+)@(\w+)/.exec(text);
  if (addressed === null) return text;
  const [whole, command, name] = addressed;
  if (name?.toLowerCase() !== me.username.toLowerCase()) return undefined;
  return `${command}${text.slice(whole.length)}`;
}
