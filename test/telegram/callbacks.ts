/** Presses of buttons that wait for the bot's answer. */
import type { Clock } from "./clock.ts";

/** What the person sees after a press. */
export interface CallbackAnswer {
  readonly text: string;
  /** True for a box to be closed, false for a line that goes by itself. */
  readonly showAlert: boolean;
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Pressed {
  readonly at: number;
  answer: CallbackAnswer | undefined;
  readonly waiting: Set<(answer: CallbackAnswer) => void>;
}

const mostKept = 10_000;

/** All presses by query id; the oldest are forgotten. */
export class Callbacks {
  readonly #clock: Clock;
  readonly #lifetimeMs: number;
  readonly #pressed = new Map<string, Pressed>();
  #next = 4_000_000_000_001n;

  /** @param lifetimeMs how long an answer is taken; about 15 s on the real server */
  constructor(clock: Clock, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /** A new press; returns its query id. */
  press(): string {
    const id = String(this.#next++);
    this.#pressed.set(id, { at: this.#clock.now(), answer: undefined, waiting: new Set() });
    const oldest = this.#pressed.keys().next();
    if (this.#pressed.size > mostKept && oldest.done !== true) this.#pressed.delete(oldest.value);
    return id;
  }

  /** Takes the bot's answer. False when the query is unknown, too old or already answered. */
  answer(id: string, answer: Omit<CallbackAnswer, "at">): boolean {
    const pressed = this.#pressed.get(id);
    const now = this.#clock.now();
    if (!pressed || pressed.answer || now - pressed.at > this.#lifetimeMs) return false;
    pressed.answer = { ...answer, at: now };
    for (const tell of pressed.waiting) tell(pressed.answer);
    pressed.waiting.clear();
    return true;
  }

  /** The answer so far. */
  given(id: string): CallbackAnswer | undefined {
    return this.#pressed.get(id)?.answer;
  }

  /** Calls back with the answer, at once when it is there; returns a function that stops waiting. */
  whenAnswered(id: string, tell: (answer: CallbackAnswer) => void): () => void {
    const pressed = this.#pressed.get(id);
    if (!pressed) throw new RangeError(`no callback query ${id}`);
    if (pressed.answer) tell(pressed.answer);
    else pressed.waiting.add(tell);
    return () => pressed.waiting.delete(tell);
  }
}
