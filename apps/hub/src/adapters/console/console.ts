/** The chat of the page and the terminal: the same bot, without Telegram. */
import { Fault, fileName, type View } from "@servereye/contract";
import type { ChatHandler, ChatPort, ChatRef, Conversations, Incoming } from "../../core/ports/chat.ts";
import type { Account } from "../../core/ports/people.ts";
import type { Clock } from "../../core/ports/process.ts";
import { Conversation } from "./conversation.ts";
import { MOST_FILE_BYTES, Shelf } from "./shelf.ts";

/** Conversations kept at once; beyond it the longest unused goes. */
const MOST = 1_000;
/** A press that took longer than this to be answered gets an empty answer, ms. */
const PRESS_MS = 10_000;

export interface Console {
  port: ChatPort;
  conversations: Conversations;
}

export function createConsole(options: {
  handler: () => ChatHandler;
  clock: Clock;
  personName: string;
}): Console {
  const { clock } = options;
  const kept = new Map<string, Conversation>();
  /** The files of all conversations. What goes from it is told where it stood. */
  const shelf = new Shelf((owner, messageId) => kept.get(owner)?.fileGone(messageId));
  const presses = new Map<string, (answer: { notice?: string }) => void>();
  /** What one account does is done in its order. */
  const lines = new Map<string, Promise<void>>();
  let nextPress = 1;

  const of = (externalId: string): Conversation => {
    const conversation = kept.get(externalId) ?? new Conversation();
    kept.delete(externalId);
    kept.set(externalId, conversation);
    if (kept.size > MOST) {
      const [oldest] = kept.keys();
      if (oldest !== undefined) {
        kept.delete(oldest);
        shelf.clear(oldest);
      }
    }
    return conversation;
  };

  const inLine = (account: Account, run: () => Promise<void>): Promise<void> => {
    const before = lines.get(account.externalId) ?? Promise.resolve();
    // Whatever became of the one before: who asked it was told.
    const mine = before.then(run, run);
    lines.set(account.externalId, mine);
    return mine.finally(() => {
      if (lines.get(account.externalId) === mine) lines.delete(account.externalId);
    });
  };

  const incoming = (
    account: Account,
    languageCode: string | undefined,
    messageId: string,
    did: Incoming["did"],
  ): Incoming => ({
    account,
    name: options.personName,
    languageCode,
    messageId,
    did,
    chat: { channel: "local", chatId: account.externalId, kind: "private" },
  });

  const send = (chat: ChatRef, view: View): string =>
    of(chat.chatId).add({ from: "bot", at: clock.now(), view });

  return {
    port: {
      send: async (chat, view) => ({ messageId: send(chat, view) }),
      edit: async (chat, messageId, view) => ({
        messageId: of(chat.chatId).change(messageId, view) ? messageId : send(chat, view),
      }),
      sendFile: async (chat, file) => {
        const { mediaType, bytes, caption } = file;
        const size = bytes.byteLength;
        if (size === 0 || size > MOST_FILE_BYTES)
          throw new Fault("NOT_ALLOWED", `a file of ${size} bytes is not kept: 1 to ${MOST_FILE_BYTES}`);
        const name = fileName(file.name);
        const messageId = of(chat.chatId).addFile(
          { name, mediaType, size },
          { at: clock.now(), ...(caption === undefined ? {} : { text: caption }) },
        );
        shelf.put(chat.chatId, messageId, { name, mediaType, bytes });
        return { messageId };
      },
      redraw: async (chat, messageId, view) => of(chat.chatId).change(messageId, view),
      answerPress: async (_chat, pressId, notice) => {
        presses.get(pressId)?.(notice === undefined ? {} : { notice: notice.text });
        presses.delete(pressId);
      },
      remove: async (chat, messageId) => {
        shelf.take(chat.chatId, messageId);
        if (!of(chat.chatId).remove(messageId)) throw new Error("the message is not there any more");
      },
      typing: (chat) => of(chat.chatId).typing(),
    },
    conversations: {
      write: (account, text, languageCode) => {
        const messageId = of(account.externalId).add({ from: "person", at: clock.now(), text });
        return inLine(account, () =>
          options.handler().handle(incoming(account, languageCode, messageId, { kind: "wrote", text })),
        );
      },
      press: async (account, messageId, token, languageCode) => {
        const pressId = `p${nextPress++}`;
        const answered = new Promise<{ notice?: string }>((resolve) => presses.set(pressId, resolve));
        const late = clock.after(PRESS_MS, () => presses.get(pressId)?.({}));
        const handled = inLine(account, () =>
          options
            .handler()
            .handle(incoming(account, languageCode, messageId, { kind: "pressed", token, pressId })),
        ).then(() => ({}));
        try {
          return await Promise.race([answered, handled]);
        } finally {
          late();
          presses.delete(pressId);
        }
      },
      file: (account, id) => shelf.get(account.externalId, id),
      follow: (account, onEvent) => of(account.externalId).follow(onEvent),
    },
  };
}
