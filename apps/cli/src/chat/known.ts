/** What the terminal knows of the conversation: what it has seen, and whose buttons the numbers press. */
import type { Button, ChatFile, ChatMessage } from "@servereye/contract";
import { numbered } from "./render.ts";

/** More than a hub keeps. */
const MOST = 400;

export class Known {
  readonly #seen = new Map<string, { revision: number; at: number }>();
  #file: ChatFile | undefined;
  #buttons: { messageId: string; list: Button[] } | undefined;

  /** True when this state of the message was not known yet. */
  learn(message: ChatMessage): boolean {
    const before = this.#seen.get(message.id);
    const isNew = before === undefined || before.at !== message.at || before.revision < message.revision;
    if (!isNew) return false;
    this.#seen.delete(message.id);
    this.#seen.set(message.id, { revision: message.revision, at: message.at });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MOST && oldest !== undefined) this.#seen.delete(oldest);
    if (message.file !== undefined) this.#file = message.file;
    if (message.view === undefined) return true;
    const list = numbered(message.view);
    if (list.length > 0) this.#buttons = { messageId: message.id, list };
    else if (this.#buttons?.messageId === message.id) this.#buttons = undefined;
    return true;
  }

  /** The file that came last. */
  get file(): ChatFile | undefined {
    return this.#file;
  }

  forget(id: string): void {
    this.#seen.delete(id);
    if (this.#buttons?.messageId === id) this.#buttons = undefined;
  }

  /** The button that a typed number means: of the newest message that has some. */
  button(typed: string): { messageId: string; button: Button } | undefined {
    if (!/^[1-9]\d?$/.test(typed)) return undefined;
    const button = this.#buttons?.list[Number(typed) - 1];
    return this.#buttons && button ? { messageId: this.#buttons.messageId, button } : undefined;
  }
}
