/** Writes messages into a chat and changes them there, and knows what to do about each of Telegram's refusals. */
import { InputFile } from "grammy";
import type { ChatRef } from "../../core/ports/chat.ts";
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

export function createWriter({ api, log, metrics }: WriterOptions): Writer {
  /** Groups that became supergroups while the hub runs, by their old id. */
  const moved = new Map<string, number>();

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

  async function send(call: Call, chat: ChatRef, part: Part, replyTo?: string): Promise<string> {
    const sent = await legible(part, (text, mode) =>
      inChat(chat, (where, thread) =>
        call(
          () =>
            api.perform((raw, signal) =>
              raw.sendMessage(
                { ...where, ...thread, ...noPreview, ...replied(replyTo), ...buttons(part), ...mode, text },
                signal,
              ),
            ),
          { doubles: true },
        ),
      ),
    );
    return String(sent.message_id);
  }

  /** Undefined when the message is gone. */
  async function edit(call: Call, chat: ChatRef, messageId: string, part: Part): Promise<string | undefined> {
    try {
      await legible(part, (text, mode) =>
        inChat(chat, (where) =>
          call(() =>
            api.perform((raw, signal) =>
              raw.editMessageText(
                { ...where, ...noPreview, ...buttons(part), ...mode, message_id: Number(messageId), text },
                signal,
              ),
            ),
          ),
        ),
      );
      return messageId;
    } catch (error) {
      if (means(error, "notModified")) return messageId;
      if (!means(error, "messageGone")) throw error;
      return undefined;
    }
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
      const ids: string[] = [];
      for (const [at, part] of message.parts.entries()) {
        const messageId = old[surplus + at];
        const first = at === 0 ? replyTo : undefined;
        ids.push(
          messageId === undefined
            ? await send(call, chat, part, first)
            : ((await edit(call, chat, messageId, part)) ?? (await send(call, chat, part))),
        );
      }
      return ids;
    },

    async redraw(call, chat, old, message) {
      // The last one is what a person sees of several; one that became a file is shown as one.
      const last = message.kind === "file" ? undefined : message.parts.at(-1);
      const id = old.at(-1);
      if (last === undefined || id === undefined || message.kind === "file")
        return this.show(call, chat, old, message);
      if ((await edit(call, chat, id, last)) === undefined) return undefined;
      if (old.length === 1 && message.parts.length === 1) return [id];
      return this.show(call, chat, old, message);
    },

    sendFile,
    remove,
  };
}

function replied(replyTo: string | undefined) {
  if (replyTo === undefined) return {};
  return { reply_parameters: { message_id: Number(replyTo), allow_sending_without_reply: true } };
}

function buttons(part: Part) {
  return part.keyboard === undefined ? {} : { reply_markup: part.keyboard };
}
