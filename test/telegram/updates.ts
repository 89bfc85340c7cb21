/** What waits for the bot: updates in order, with confirmation by offset, repetition and a bound. */
import type { JsonObject } from "./params.ts";

/** One update and the chat whose order it keeps. */
export interface Waiting {
  readonly id: number;
  readonly chatId: number;
  readonly json: JsonObject;
  /** Given out once more on purpose: handed over whatever the offset, then forgotten. */
  readonly again: boolean;
}

/** The real server keeps updates for a day; this one keeps so many. */
const mostWaiting = 100_000;
const mostRemembered = 10_000;

/** Kinds a bot gets only when it asks for them. */
const onRequest = new Set(["chat_member", "message_reaction", "message_reaction_count"]);

/** The queue between the chats and the bot. */
export class UpdateQueue {
  /** Told of each arrival, after it is in the queue. */
  readonly listeners = new Set<() => void>();
  #waiting: Waiting[] = [];
  readonly #remembered = new Map<number, Waiting>();
  #nextId: number;
  #allowed: ReadonlySet<string> | undefined;

  /** @param firstId the first `update_id` */
  constructor(firstId: number = 700_000_001) {
    this.#nextId = firstId;
  }

  get waiting(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Kinds the bot asked for; undefined or an empty list means the default ones. */
  allow(kinds: readonly string[] | undefined): void {
    this.#allowed = kinds === undefined || kinds.length === 0 ? undefined : new Set(kinds);
  }

  get allowed(): readonly string[] | undefined {
    return this.#allowed === undefined ? undefined : [...this.#allowed];
  }

  /** Adds an update and returns its id; 0 when the bot did not ask for its kind. */
  push(kind: string, chatId: number, payload: JsonObject): number {
    if (this.#allowed === undefined ? onRequest.has(kind) : !this.#allowed.has(kind)) return 0;
    if (this.#waiting.length >= mostWaiting)
      throw new Error(`more than ${mostWaiting} updates wait for the bot`);
    const id = this.#nextId++;
    const update = { id, chatId, json: { update_id: id, [kind]: payload }, again: false };
    this.#remembered.set(id, update);
    const oldest = this.#remembered.keys().next();
    if (this.#remembered.size > mostRemembered && oldest.done !== true) this.#remembered.delete(oldest.value);
    this.#waiting.push(update);
    this.#arrived();
    return id;
  }

  /** Hands an update over once more, with the same `update_id`. */
  repeat(id: number): void {
    const update = this.#remembered.get(id);
    if (!update) throw new RangeError(`update ${id} is not known`);
    this.#waiting.unshift({ ...update, again: true });
    this.#arrived();
  }

  /** Forgets what the offset confirms: ids below it, or, when negative, all but the last so many. */
  confirm(offset: number): void {
    if (offset === 0) return;
    const from = offset > 0 ? offset : (this.#waiting.at(offset)?.id ?? 0);
    this.#waiting = this.#waiting.filter(({ id, again }) => again || id >= from);
  }

  /** The oldest ones, at most `limit`. They stay until confirmed. */
  batch(limit: number): JsonObject[] {
    const batch = this.#waiting.slice(0, limit);
    if (batch.some(({ again }) => again))
      this.#waiting = this.#waiting.filter((w) => !(w.again && batch.includes(w)));
    return batch.map(({ json }) => json);
  }

  /** Takes one that was delivered out of the queue. */
  remove(update: Waiting): void {
    const at = this.#waiting.indexOf(update);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  clear(): void {
    this.#waiting = [];
  }

  #arrived(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
