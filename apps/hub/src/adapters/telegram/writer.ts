/** Writes messages into a chat and changes them there, and knows what to do about each of Telegram's refusals. */
import { hash } from "node:crypto";
import { InputFile } from "grammy";
import type { ChatRef } from "../../core/ports/chat.ts";
import type { Picture } from "../../core/ports/pictures.ts";
import type { Log, Metrics } from "../../core/ports/process.ts";
import { type BotApi, callDeadline, uploadDeadline } from "./api.ts";
import { ApiRefused, means } from "./failure.ts";
import type { Outgoing, Part } from "./message.ts";
import type { Call } from "./outbound.ts";

/** A file on its way. Its bytes are held, not streamed: a call that failed is made again from the beginning. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly caption: Part;
}

export interface Writer {
  /** Turns the messages `old` (oldest first) into `message`; gives the ids it has now, oldest first. */
  show(
    call: Call,
    chat: ChatRef,
    old: readonly string[],
    message: Outgoing,
    replyTo?: string,
  ): Promise<string[]>;
  /** The same of what is there; undefined when it is not, and then nothing is sent. */
  redraw(call: Call, chat: ChatRef, old: readonly string[], message: Outgoing): Promise<string[] | undefined>;
  /** Gives the message's id. */
  sendFile(call: Call, chat: ChatRef, file: Upload, replyTo?: string): Promise<string>;
  /** A message that is gone already is as good as deleted. */
  remove(call: Call, chat: ChatRef, messageId: string): Promise<void>;
}

export interface WriterOptions {
  api: BotApi;
  log: Log;
  metrics: Metrics;
}

/** A name is not an invitation to look at a web page. */
const noPreview = { link_preview_options: { is_disabled: true } } as const;

/** Messages of which it is remembered what picture they show, so that new words alone do not take it up again. */
const mostPictures = 500;

export function createWriter({ api, log, metrics }: WriterOptions): Writer {
  /** Groups that became supergroups while the hub runs, by their old id. */
  const moved = new Map<string, number>();
  /** By chat and message: SHA-256 of the picture, the one shown longest ago first. */
  const pictures = new Map<string, string>();

  /** One call to a chat, which may have moved; a topic that is gone: to the chat itself. */
  async function inChat<T>(
    chat: ChatRef,
    make: (where: { chat_id: number }, thread: { message_thread_id?: number }) => Promise<T>,
  ): Promise<T> {
    let thread = chat.topic === undefined ? {} : { message_thread_id: Number(chat.topic) };
    for (;;) {
      const chat_id = moved.get(chat.chatId) ?? Number(chat.chatId);
      try {
        return await make({ chat_id }, thread);
      } catch (error) {
        const to = error instanceof ApiRefused ? error.migratedTo : undefined;
        if (to !== undefined && to !== chat_id) moved.set(chat.chatId, to);
        else if (means(error, "topicGone") && "message_thread_id" in thread) thread = {};
        else throw error;
      }
    }
  }

  /** With its markup; should Telegram not read that, the words alone: better plain than nothing. */
  async function legible<T>(
    part: Part,
    write: (words: string, mode: { parse_mode?: "HTML" }) => Promise<T>,
  ): Promise<T> {
    try {
      return await write(part.html, { parse_mode: "HTML" });
    } catch (error) {
      if (!means(error, "badMarkup")) throw error;
      metrics.count("telegram_markup_refused");
      log.error("telegram.markup-refused", { reason: error.description });
      return await write(part.plain, {});
    }
  }

  function shows(chat: ChatRef, messageId: string, picture: Picture): void {
    const key = `${chat.chatId} ${messageId}`;
    pictures.delete(key);
    pictures.set(key, digestOf(picture));
    for (const oldest of pictures.keys()) {
      if (pictures.size <= mostPictures) break;
      pictures.delete(oldest);
    }
  }

  async function send(call: Call, chat: ChatRef, part: Part, replyTo?: string): Promise<string> {
    const { picture } = part;
    const sent = await legible(part, (text, mode) =>
      inChat(chat, (where, thread) => {
        const all = { ...where, ...thread, ...replied(replyTo), ...buttons(part), ...mode };
        return call<{ message_id: number }>(
          () =>
            picture === undefined
              ? api.perform((raw, signal) => raw.sendMessage({ ...all, ...noPreview, text }, signal))
              : api.perform(
                  (raw, signal) => raw.sendPhoto({ ...all, caption: text, photo: upload(picture) }, signal),
                  uploadDeadline,
                ),
          { doubles: true },
        );
      }),
    );
    const messageId = String(sent.message_id);
    if (picture !== undefined) shows(chat, messageId, picture);
    return messageId;
  }

  /** One call that puts `part` into the message: its words, its picture with them, or under the picture that is there. */
  function change(
    chat: ChatRef,
    messageId: string,
    part: Part,
    words: string,
    mode: { parse_mode?: "HTML" },
    where: { chat_id: number },
  ): Promise<unknown> {
    const { picture } = part;
    const all = { ...where, ...buttons(part), message_id: Number(messageId) };
    if (picture === undefined)
      return api.perform((raw, signal) =>
        raw.editMessageText({ ...all, ...noPreview, ...mode, text: words }, signal),
      );
    if (pictures.get(`${chat.chatId} ${messageId}`) === digestOf(picture))
      return api.perform((raw, signal) =>
        raw.editMessageCaption({ ...all, ...mode, caption: words }, signal),
      );
    return api.perform((raw, signal) => {
      const media = { type: "photo" as const, media: upload(picture), caption: words, ...mode };
      return raw.editMessageMedia({ ...all, media }, signal);
    }, uploadDeadline);
  }

  /** `gone`: there is nothing to change; `other`: what is there can not become this, and has to be replaced. */
  async function edit(
    call: Call,
    chat: ChatRef,
    messageId: string,
    part: Part,
  ): Promise<"done" | "gone" | "other"> {
    try {
      await legible(part, (words, mode) =>
        inChat(chat, (where) => call(() => change(chat, messageId, part, words, mode, where))),
      );
    } catch (error) {
      if (means(error, "messageGone")) return "gone";
      if (means(error, "otherKind")) return "other";
      if (!means(error, "notModified")) throw error;
    }
    if (part.picture === undefined) pictures.delete(`${chat.chatId} ${messageId}`);
    else shows(chat, messageId, part.picture);
    return "done";
  }

  async function sendFile(call: Call, chat: ChatRef, file: Upload, replyTo?: string): Promise<string> {
    const sent = await legible(file.caption, (caption, mode) =>
      inChat(chat, (where, thread) =>
        call(
          () =>
            api.perform((raw, signal) => {
              const document = new InputFile(file.bytes, file.name);
              const rest = { ...thread, ...replied(replyTo), ...buttons(file.caption), ...mode, caption };
              return raw.sendDocument({ ...where, ...rest, document }, signal);
            }, uploadDeadline),
          { doubles: true },
        ),
      ),
    );
    return String(sent.message_id);
  }

  async function remove(call: Call, chat: ChatRef, messageId: string): Promise<void> {
    try {
      await inChat(chat, (where) =>
        call(() =>
          api.perform(
            (raw, signal) => raw.deleteMessage({ ...where, message_id: Number(messageId) }, signal),
            callDeadline,
          ),
        ),
      );
    } catch (error) {
      if (!means(error, "deleteGone")) throw error;
    }
  }

  /** Takes away what a newer message stands for. One that Telegram keeps (after 48 h) is only untidy. */
  async function tidy(call: Call, chat: ChatRef, messageIds: readonly string[]): Promise<void> {
    for (const messageId of messageIds) {
      try {
        await remove(call, chat, messageId);
      } catch (error) {
        if (!(error instanceof ApiRefused)) throw error;
        log.debug("telegram.old-part-stays", { reason: error.description });
      }
    }
  }

  return {
    async show(call, chat, old, message, replyTo) {
      if (message.kind === "file") {
        const bytes = new TextEncoder().encode(message.text);
        const messageId = await sendFile(call, chat, { ...message, bytes }, replyTo);
        await tidy(call, chat, old);
        return [messageId];
      }
      const surplus = Math.max(0, old.length - message.parts.length);
      await tidy(call, chat, old.slice(0, surplus));
      const left = old.slice(surplus);
      const ids: string[] = [];
      for (const [at, part] of message.parts.entries()) {
        const messageId = left[0];
        const became = messageId === undefined ? undefined : await edit(call, chat, messageId, part);
        if (messageId !== undefined && became === "done") {
          ids.push(messageId);
          left.shift();
          continue;
        }
        if (became === "gone") left.shift();
        // What comes anew stands at the end of the chat: so what follows it does too, and what it stands for goes.
        for (const [after, rest] of message.parts.slice(at).entries())
          ids.push(await send(call, chat, rest, at === 0 && after === 0 ? replyTo : undefined));
        await tidy(call, chat, left);
        break;
      }
      return ids;
    },

    async redraw(call, chat, old, message) {
      // The last one is what a person sees of several; one that became a file is shown as one.
      const last = message.kind === "file" ? undefined : message.parts.at(-1);
      const id = old.at(-1);
      if (last === undefined || id === undefined || message.kind === "file")
        return this.show(call, chat, old, message);
      const became = await edit(call, chat, id, last);
      if (became === "gone") return undefined;
      if (became === "done" && old.length === 1 && message.parts.length === 1) return [id];
      return this.show(call, chat, old, message);
    },

    sendFile,
    remove,
  };
}

/** Made anew for each attempt: one of grammY's is read once. */
const upload = ({ png }: Picture): InputFile => new InputFile(png, "chart.png");

const digestOf = ({ png }: Picture): string => hash("sha256", png);

function replied(replyTo: string | undefined) {
  if (replyTo === undefined) return {};
  return { reply_parameters: { message_id: Number(replyTo), allow_sending_without_reply: true } };
}

function buttons(part: Part) {
  return part.keyboard === undefined ? {} : { reply_markup: part.keyboard };
}
