/** Answers on their way: sent now, or kept through a short break of the connection until nobody waits for them. */
import { type Answer, type Ask, Fault } from "@servereye/contract";
import { type Log, reasonOf } from "../log.ts";
import { Disconnected } from "./connection.ts";
import type { Session } from "./session.ts";

/** Answers kept without a connection; the oldest go first. */
const MOST_KEPT = 64;

export class Outbox {
  readonly #log: Log;
  /** Makes a signed fault in place of an answer that can not be sent as it is. */
  readonly #instead: (ask: Ask, fault: Fault) => Promise<Answer>;
  readonly #kept: { answer: Answer; expires: number }[] = [];
  #session: Session | undefined;

  constructor(log: Log, instead: (ask: Ask, fault: Fault) => Promise<Answer>) {
    this.#log = log;
    this.#instead = instead;
  }

  /** A connection is there: what is still waited for goes out first. */
  open(session: Session, hubNow: number): void {
    this.#session = session;
    for (const { answer, expires } of this.#kept.splice(0)) if (expires > hubNow) this.#put(answer, expires);
  }

  close(): void {
    this.#session = undefined;
  }

  async send(answer: Answer, ask: Ask): Promise<void> {
    try {
      this.#put(answer, ask.expires);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#log.error("serve.answer_too_large", { command: ask.type, reason: reasonOf(error) });
      const fault = new Fault("INTERNAL", "the answer is larger than a frame may be", { cause: error });
      this.#put(await this.#instead(ask, fault), ask.expires);
    }
  }

  #put(answer: Answer, expires: number): void {
    try {
      if (this.#session !== undefined) {
        this.#session.send(answer);
        return;
      }
    } catch (error) {
      if (!(error instanceof Disconnected)) throw error;
      this.#session = undefined;
    }
    this.#kept.push({ answer, expires });
    if (this.#kept.length > MOST_KEPT) this.#kept.shift();
  }
}
