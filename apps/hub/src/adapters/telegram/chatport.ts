/** Telegram as the core's way out: views into messages, through the queue. */
import { Fault, fileName, type View } from "@servereye/contract";
import type { ChatPort, ChatRef } from "../../core/ports/chat.ts";
import type { Log, Metrics } from "../../core/ports/process.ts";
import type { BotApi } from "./api.ts";
import type { Drawing } from "./drawing.ts";
import { ApiUnreached, means } from "./failure.ts";
import { captionOf, chartsOf, compose, type Outgoing } from "./message.ts";
import type { Outbound, Work } from "./outbound.ts";
import type { Presses } from "./presses.ts";
import type { Writer } from "./writer.ts";

/** How many texts of several messages (or sent anew) are remembered, so that an edit finds all of them. */
const mostRemembered = 2_000;

/** The Bot API's own limit for what a bot uploads, bytes (50 MB). */
const MOST_FILE_BYTES = 50_000_000;

export interface ChatPortOptions {
  api: BotApi;
  outbound: Outbound;
  writer: Writer;
  drawing: Drawing;
  presses: Presses;
  log: Log;
  metrics: Metrics;
}

type Showing = (message: Outgoing) => Promise<string[] | undefined>;

export function createChatPort(options: ChatPortOptions): ChatPort {
  const { api, outbound, writer, drawing, presses, log, metrics } = options;
  /** By chat and the id that the core knows: the messages that stand there now, oldest first, where that is not one of that id. */
  const standing = new Map<string, readonly string[]>();

  /** `asked`: the id that was to be edited. It may be asked for again while its edit was on its way. */
  function remember(chat: ChatRef, asked: string | undefined, ids: readonly string[]): string {
    const last = ids.at(-1) ?? "";
    for (const id of new Set([asked ?? last, last])) {
      const key = `${chat.chatId} ${id}`;
      standing.delete(key);
      if (ids.length > 1 || id !== last) standing.set(key, ids);
    }
    for (const oldest of standing.keys()) {
      if (standing.size <= mostRemembered) break;
      standing.delete(oldest);
    }
    return last;
  }

  function recall(chat: ChatRef, messageId: string): readonly string[] {
    return standing.get(`${chat.chatId} ${messageId}`) ?? [messageId];
  }

  async function queued(chat: ChatRef, work: Work, replaces?: string): Promise<{ messageId: string }> {
    try {
      return { messageId: await outbound.run(chat.chatId, work, replaces) };
    } catch (error) {
      if (!means(error, "shutOut")) throw asFault(error);
      metrics.count("telegram_dropped", { why: "shut-out" });
      log.info("telegram.shut-out", { chat: chat.chatId, reason: error.description });
      throw new Fault("NOT_ALLOWED", "the chat does not let the bot write", {
        values: { chat: "closed" },
        cause: error,
      });
    }
  }

  /**
   * What shows a view, by the function that shows it. Its pictures are drawn while it waits for its turn; one that the
   * chat or Telegram does not take is told in words.
   */
  function showing(view: View): (by: Showing) => ReturnType<Showing> {
    // Composed now in any case: a button that can not be is a fault of whoever asks, not of the queue.
    const inWords = compose(view);
    const drawn = drawing.begin(view);
    if (drawn === undefined) return (by) => by(inWords);
    return async (by) => {
      try {
        return await by(compose(view, await drawn));
      } catch (error) {
        if (!means(error, "pictureRefused")) throw error;
        metrics.count("telegram_pictures_missing", { why: "refused" });
        log.warn("telegram.picture-missing", { why: "refused", reason: error.description });
        return await by(compose(view, new Map(chartsOf(view).map((chart) => [chart, "failed"]))));
      }
    };
  }

  return {
    async send(chat, view, options) {
      const show = showing(view);
      return await queued(chat, async (call) => {
        const ids = await show((message) => writer.show(call, chat, [], message, options?.replyTo));
        return remember(chat, undefined, ids ?? []);
      });
    },

    async edit(chat, messageId, view) {
      const show = showing(view);
      const work: Work = async (call) => {
        const ids = await show((message) => writer.show(call, chat, recall(chat, messageId), message));
        return remember(chat, messageId, ids ?? []);
      };
      return await queued(chat, work, `edit ${messageId}`);
    },

    async sendFile(chat, file, options) {
      const { size, name } = { size: file.bytes.byteLength, name: fileName(file.name) };
      if (size === 0 || size > MOST_FILE_BYTES)
        throw new Fault("NOT_ALLOWED", `a file of ${size} bytes can not be sent: 1 to ${MOST_FILE_BYTES}`);
      const caption = captionOf(file.caption ?? "");
      return await queued(chat, (call) =>
        writer.sendFile(call, chat, { name, bytes: file.bytes, caption }, options?.replyTo),
      );
    },

    async redraw(chat, messageId, view) {
      const show = showing(view);
      const { messageId: shown } = await queued(
        chat,
        async (call) => {
          const ids = await show((message) => writer.redraw(call, chat, recall(chat, messageId), message));
          return ids === undefined ? "" : remember(chat, messageId, ids);
        },
        `edit ${messageId}`,
      );
      return shown !== "";
    },

    async remove(chat, messageId) {
      await queued(chat, async (call) => {
        for (const each of recall(chat, messageId)) await writer.remove(call, chat, each);
        return "";
      });
    },

    answerPress: (_chat, pressId, notice) => presses.answer(pressId, notice),

    typing(chat) {
      if (!outbound.idle(chat.chatId)) return;
      const thread = chat.topic === undefined ? {} : { message_thread_id: Number(chat.topic) };
      const action = { chat_id: Number(chat.chatId), action: "typing", ...thread } as const;
      outbound
        .aside(() => api.perform((raw, signal) => raw.sendChatAction(action, signal), 5_000), 5_000)
        // Only a sign of life, and the answer itself is on its way.
        .catch((error: unknown) => log.debug("telegram.typing-failed", { reason: asFault(error).message }));
    },
  };
}

function asFault(error: unknown): Fault {
  if (means(error, "shutOut") || (error instanceof Error && /can't be deleted/.test(error.message))) {
    return new Fault("NOT_ALLOWED", "Telegram does not allow it here", { cause: error });
  }
  if (error instanceof ApiUnreached) return new Fault("CHANNEL_UNREACHABLE", error.message, { cause: error });
  return Fault.of(error);
}
