/** A chat as a test reads it: what is there, and waiting for what comes. */
import type { ChatEvent, Chats } from "./chats.ts";
import type { Clock } from "./clock.ts";
import type { ChatMessage } from "./message.ts";
import { render35 } from "./render.ts";

/** How long to wait, in milliseconds of real time. */
export interface Wait {
  readonly timeoutMs?: number;
}

const usualWaitMs = 5_000;
const mostUnread = 5_000;
const mostActions = 1_000;

interface Seen {
  readonly kind: ChatEvent["kind"];
  /** The message as it was then. */
  readonly message: ChatMessage;
}

interface Waiter {
  readonly matches: (message: ChatMessage) => boolean;
  readonly resolve: (message: ChatMessage) => void;
  readonly reject: (reason: Error) => void;
}

/** What the bot did in one chat and has not been read by `next`, and what was ever said in it. */
export class Conversation {
  readonly chatId: number;
  /** "typing" and the like, oldest first; times in milliseconds since 1970. */
  readonly actions: { readonly action: string; readonly at: number }[] = [];
  readonly #chats: Chats;
  readonly #patience: Clock;
  #unread: Seen[] = [];
  readonly #waiters = new Set<Waiter>();

  /** @param patience the clock of `next`'s time limit: real time, whatever clock the emulator runs on */
  constructor(chatId: number, chats: Chats, patience: Clock) {
    this.chatId = chatId;
    this.#chats = chats;
    this.#patience = patience;
  }

  /** All messages, oldest first, deleted ones among them. */
  get messages(): readonly ChatMessage[] {
    return this.#chats.messages(this.chatId);
  }

  /** The newest message of the bot that was not deleted. */
  get last(): ChatMessage | undefined {
    return this.messages.findLast((message) => message.from.bot && !message.deleted);
  }

  /**
   * The next message the bot sends or edits here that `matches`, as it was at that moment. What was not read before
   * counts too, so nothing is missed between two calls; what lies before the found one is passed over.
   * Rejects after `timeoutMs` with what was seen instead.
   */
  next(
    matches: (message: ChatMessage) => boolean = () => true,
    { timeoutMs = usualWaitMs }: Wait = {},
  ): Promise<ChatMessage> {
    const at = this.#unread.findIndex(({ message }) => matches(message));
    const found = this.#unread[at];
    if (found) {
      this.#unread = this.#unread.slice(at + 1);
      return Promise.resolve(found.message);
    }
    return new Promise((resolve, reject) => {
      const stop = this.#patience.schedule(timeoutMs, () =>
        waiter.reject(new Error(this.#nothing(timeoutMs))),
      );
      const end = (): void => {
        stop();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        matches,
        resolve: (message) => {
          end();
          resolve(message);
        },
        reject: (reason) => {
          end();
          reject(reason);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Passes over all that the bot did so far. */
  readAll(): void {
    this.#unread = [];
  }

  /** Called for each "typing" and the like. */
  act(action: string, at: number): void {
    this.actions.push({ action, at });
    if (this.actions.length > mostActions) this.actions.shift();
  }

  /** Called for each change of the chat. */
  tell({ kind, message }: ChatEvent): void {
    if (kind === "delete" || !message.from.bot) return;
    const then = { ...message, history: [...message.history] };
    for (const waiter of this.#waiters) {
      if (!waiter.matches(then)) continue;
      this.#unread = [];
      waiter.resolve(then);
      return;
    }
    this.#unread.push({ kind, message: then });
    if (this.#unread.length > mostUnread) this.#unread.shift();
  }

  /** Rejects everybody who waits. */
  close(): void {
    for (const waiter of [...this.#waiters]) waiter.reject(new Error("the emulator was closed"));
  }

  #nothing(timeoutMs: number): string {
    const tail = this.messages.slice(-3).map((message) => render35(message));
    return [`no such message in chat ${this.chatId} within ${timeoutMs} ms; the latest are:`, ...tail].join(
      "\n",
    );
  }
}
