/** One account's conversation with the bot at the page or terminal: the last messages, and who is looking. */
import type { ChatEvent, ChatFile, ChatMessage, View } from "@servereye/contract";

/** Messages kept; older ones go. */
const KEPT = 200;

export class Conversation {
  readonly #messages = new Map<string, ChatMessage>();
  readonly #lookers = new Set<(event: ChatEvent) => void>();
  #next = 1;

  /** Adds a message and gives its id. */
  add(message: { from: "person" | "bot"; at: number; text?: string; view?: View }): string {
    const id = `m${this.#next++}`;
    this.#keep({ id, revision: 1, ...message });
    return id;
  }

  /** Adds the bot's message with a file in it and gives its id, by which the file is had. */
  addFile(file: Omit<ChatFile, "href">, message: { at: number; text?: string }): string {
    const id = `m${this.#next++}`;
    const href = `/api/v1/chat/files/${id}`;
    this.#keep({ id, revision: 1, from: "bot", ...message, file: { ...file, href } });
    return id;
  }

  /** The file of this message is not kept any more. */
  fileGone(id: string): void {
    const kept = this.#messages.get(id);
    if (kept?.file === undefined) return;
    const { href: _gone, ...file } = kept.file;
    this.#keep({ ...kept, revision: kept.revision + 1, file });
  }

  /** Changes a message in place; false when it is gone. */
  change(id: string, view: View): boolean {
    const kept = this.#messages.get(id);
    if (kept === undefined) return false;
    this.#keep({ ...kept, revision: kept.revision + 1, view });
    return true;
  }

  remove(id: string): boolean {
    if (!this.#messages.delete(id)) return false;
    this.#tell({ type: "deleted", id });
    return true;
  }

  typing(): void {
    this.#tell({ type: "typing" });
  }

  /** Tells all that is kept, then what changes; the returned function ends it. */
  follow(onEvent: (event: ChatEvent) => void): () => void {
    for (const message of this.#messages.values()) onEvent({ type: "message", message });
    this.#lookers.add(onEvent);
    return () => this.#lookers.delete(onEvent);
  }

  #keep(message: ChatMessage): void {
    this.#messages.set(message.id, message);
    if (this.#messages.size > KEPT) {
      const [oldest] = this.#messages.keys();
      if (oldest !== undefined) this.#messages.delete(oldest);
    }
    this.#tell({ type: "message", message });
  }

  #tell(event: ChatEvent): void {
    for (const looker of this.#lookers) looker(event);
  }
}
