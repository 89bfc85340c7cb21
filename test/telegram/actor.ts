/** A person with a phone: writes, presses buttons, blocks the bot. */
import type { CallbackAnswer } from "./callbacks.ts";
import type { Clock } from "./clock.ts";
import type { Conversation, Wait } from "./conversation.ts";
import { settleText } from "./entities.ts";
import type { Button } from "./markup.ts";
import {
  botJson,
  type ChatMessage,
  chatJson,
  type Group,
  type Person,
  seconds,
  userJson,
} from "./message.ts";
import type { JsonObject } from "./params.ts";
import type { World } from "./world.ts";

/** Where somebody writes; the private chat with the bot when nothing is said. */
export interface Place {
  readonly chat?: number | undefined;
  readonly threadId?: number | undefined;
  readonly replyTo?: number | undefined;
}

/** A button by what stands on it, or by its data, which need not be on any button (a forged or stale press). */
export type Target = string | { readonly label: string } | { readonly data: string };

/** Which message's button; the newest one that has it when nothing is said. */
export interface On {
  readonly chat?: number | undefined;
  readonly messageId?: number | undefined;
}

/** A press, and the bot's answer to it. */
export interface Press {
  readonly queryId: string;
  /** 0 when the bot does not get this kind of update. */
  readonly updateId: number;
  /** Resolves with the answer; rejects after `timeoutMs` of real time, 5 s when nothing is said. */
  answered(wait?: Wait): Promise<CallbackAnswer>;
}

/** The hands of one person. */
export class Actor {
  readonly person: Person;
  readonly #world: World;
  readonly #patience: Clock;
  readonly #conversation: (chatId: number) => Conversation;

  constructor(person: Person, world: World, patience: Clock, conversation: (chatId: number) => Conversation) {
    this.person = person;
    this.#world = world;
    this.#patience = patience;
    this.#conversation = conversation;
  }

  get id(): number {
    return this.person.id;
  }

  /** The private chat with the bot. */
  get chat(): Conversation {
    return this.#conversation(this.id);
  }

  /** Writes a text. In a group the bot only gets what concerns it, as in Telegram's privacy mode. */
  write(
    text: string,
    { chat = this.id, threadId, replyTo }: Place = {},
  ): { message: ChatMessage; updateId: number } {
    const group = this.#place(chat);
    if (!group) {
      this.person.started = true;
      if (this.person.blocked) this.unblock();
    } else if (threadId !== undefined) group.topics.add(threadId);
    const settled = settleText(text, []);
    if (settled.text === "" || settled.text.length > 4096)
      throw new RangeError("a person cannot send such a text");
    const message = this.#world.chats.add({
      chatId: chat,
      from: { id: this.id, bot: false, name: this.person.firstName },
      kind: "text",
      ...settled,
      html: text,
      media: undefined,
      markup: undefined,
      replyTo,
      threadId,
    });
    const concerns = !group || this.#concernsBot(group, message);
    const updateId = concerns
      ? this.#world.updates.push("message", chat, this.#world.chats.json(message))
      : 0;
    return { message, updateId };
  }

  /** Presses a button. Throws `RangeError` when there is none such or it opens a page. */
  press(target: Target, { chat = this.id, messageId }: On = {}): Press {
    this.#place(chat);
    const { message, data } = this.#aim(target, chat, messageId);
    const queryId = this.#world.callbacks.press();
    const shown = message.deleted
      ? {
          chat: chatJson(this.#world.chats.find(chat) ?? this.person),
          message_id: message.messageId,
          date: 0,
        }
      : this.#world.chats.json(message);
    const updateId = this.#world.updates.push("callback_query", chat, {
      id: queryId,
      from: userJson(this.person),
      message: shown,
      chat_instance: String(BigInt(chat) * 1_000_003n),
      data,
    });
    return { queryId, updateId, answered: (wait) => this.#answered(queryId, wait) };
  }

  block(): void {
    if (this.person.blocked) return;
    this.person.blocked = true;
    this.#tellStanding("member", "kicked");
  }

  unblock(): void {
    if (!this.person.blocked) return;
    this.person.blocked = false;
    this.#tellStanding("kicked", "member");
  }

  #place(chat: number): Group | undefined {
    if (chat === this.id) return undefined;
    const group = this.#world.chats.groups.get(chat);
    const standing = group?.members.get(this.id) ?? "left";
    if (!group || standing === "left")
      throw new RangeError(`${this.person.firstName} is not in chat ${chat}`);
    return group;
  }

  #concernsBot(group: Group, message: ChatMessage): boolean {
    if (group.bot === "left") return false;
    if (group.bot === "administrator") return true;
    const name = `@${this.#world.bot.username}`.toLowerCase();
    const replied =
      message.replyTo === undefined ? undefined : this.#world.chats.message(group.id, message.replyTo);
    if (replied?.from.bot === true) return true;
    return message.entities.some(({ type, offset, length }) => {
      const word = message.text.slice(offset, offset + length).toLowerCase();
      if (type === "bot_command") return !word.includes("@") || word.endsWith(name);
      return type === "mention" && word === name;
    });
  }

  #aim(target: Target, chat: number, messageId: number | undefined): { message: ChatMessage; data: string } {
    const all = this.#world.chats.messages(chat).filter((message) => message.from.bot);
    const candidates = all.filter((message) =>
      messageId === undefined ? !message.deleted : message.messageId === messageId,
    );
    if (typeof target === "object" && "data" in target) {
      const hasIt = (message: ChatMessage) =>
        message.buttons.flat().some((button) => button.data === target.data);
      const message = candidates.findLast(hasIt) ?? candidates.at(-1);
      if (!message) throw new RangeError(`chat ${chat} has no message of the bot to press on`);
      return { message, data: target.data };
    }
    const label = typeof target === "string" ? target : target.label;
    const fits = (button: Button) => button.text === label;
    const message = candidates.findLast((candidate) => candidate.buttons.flat().some(fits));
    const button = message?.buttons.flat().find(fits);
    if (!message || !button) {
      const labels = candidates.flatMap((candidate) => candidate.buttons.flat().map((one) => one.text));
      throw new RangeError(`no button "${label}" in chat ${chat}; there are: ${labels.join(", ") || "none"}`);
    }
    if (button.data === undefined)
      throw new RangeError(`the button "${label}" opens ${button.url ?? "something else"}`);
    return { message, data: button.data };
  }

  #answered(queryId: string, { timeoutMs = 5_000 }: Wait = {}): Promise<CallbackAnswer> {
    return new Promise((resolve, reject) => {
      const stop = this.#patience.schedule(timeoutMs, () => {
        forget();
        reject(new Error(`the press ${queryId} was not answered within ${timeoutMs} ms`));
      });
      const forget = this.#world.callbacks.whenAnswered(queryId, (answer) => {
        stop();
        resolve(answer);
      });
    });
  }

  #tellStanding(before: string, after: string): void {
    this.#world.updates.push(
      "my_chat_member",
      this.id,
      standingChange(this.#world, this.person, this.person, before, after),
    );
  }
}

/** A `ChatMemberUpdated` about the bot. */
export function standingChange(
  world: World,
  chat: Person | Group,
  by: Person,
  before: string,
  after: string,
): JsonObject {
  const member = (status: string): JsonObject => ({
    user: botJson(world.bot),
    status,
    ...(status === "kicked" ? { until_date: 0 } : {}),
  });
  return {
    chat: chatJson(chat),
    from: userJson(by),
    date: seconds(world.clock.now()),
    old_chat_member: member(before),
    new_chat_member: member(after),
  };
}
