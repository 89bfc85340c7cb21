/** Methods that put something new into a chat. */
import { readMarkup } from "../markup.ts";
import type { ChatMessage, Media } from "../message.ts";
import type { JsonObject, Params } from "../params.ts";
import { badRequest } from "../refusal.ts";
import type { Method, World } from "../world.ts";
import { readMedia } from "./files.ts";
import {
  readCaption,
  readReply,
  readText,
  readThread,
  readWritableChat,
  spend,
  type Worded,
} from "./target.ts";

const everySend = [
  "business_connection_id",
  "chat_id",
  "message_thread_id",
  "direct_messages_topic_id",
  "parse_mode",
  "disable_notification",
  "protect_content",
  "allow_paid_broadcast",
  "message_effect_id",
  "suggested_post_parameters",
  "reply_parameters",
  "reply_to_message_id",
  "allow_sending_without_reply",
  "reply_markup",
  "receiver_user_id",
  "callback_query_id",
];
const actions = new Set([
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
]);

/** All that sends. */
export const sending: Readonly<Record<string, Method>> = {
  sendMessage: {
    known: [...everySend, "text", "entities", "link_preview_options", "disable_web_page_preview"],
    run: (world, params) =>
      send(world, params, "text", () => ({ words: readText(params), media: undefined })),
  },
  sendDocument: {
    known: [
      ...everySend,
      "document",
      "thumbnail",
      "caption",
      "caption_entities",
      "disable_content_type_detection",
    ],
    run: (world, params) => send(world, params, "document", () => withFile(world, params, "document")),
  },
  sendPhoto: {
    known: [...everySend, "photo", "caption", "caption_entities", "show_caption_above_media", "has_spoiler"],
    run: (world, params) => send(world, params, "photo", () => withFile(world, params, "photo")),
  },
  sendChatAction: {
    known: ["business_connection_id", "chat_id", "message_thread_id", "action"],
    run: (world, params) => {
      const action = params.text("action").toLowerCase();
      if (!actions.has(action)) throw badRequest("wrong parameter action in request");
      const chat = readWritableChat(world, params);
      readThread(params, chat);
      world.onAction(chat.id, action);
      return true;
    },
  },
};

function withFile(world: World, params: Params, kind: "document" | "photo"): { words: Worded; media: Media } {
  return { words: readCaption(params), media: readMedia(world, params, kind) };
}

function send(
  world: World,
  params: Params,
  kind: ChatMessage["kind"],
  read: () => { words: Worded; media: Media | undefined },
): JsonObject {
  const chat = readWritableChat(world, params);
  const { words, media } = read();
  const markup = readMarkup(params, chat.id > 0);
  const replyTo = readReply(world, params, chat.id);
  const threadId = readThread(params, chat);
  spend(world, chat.id);
  const from = { id: world.bot.id, bot: true, name: world.bot.name };
  return world.chats.json(
    world.chats.add({ chatId: chat.id, from, kind, ...words, media, markup, replyTo, threadId }),
  );
}
