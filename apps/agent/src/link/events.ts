/** Events on their way to the hub: kept until it has acknowledged them, few at once, the newest of a topic alone. */
import { type AgentEvent, MESSAGE_VERSION, MOST_UNACKED_EVENTS, signEvent } from "@servereye/contract";
import type { Clock } from "../clock.ts";
import type { Identity } from "../key.ts";
import { type Log, reasonOf } from "../log.ts";
import { Disconnected } from "./connection.ts";
import type { Session } from "./session.ts";

/** Events that wait at the most; the oldest goes then, which is logged. */
export const MOST_EVENTS = 200;
/** One that is not acknowledged for so long is told again, ms: the hub had no room or no store. */
export const AGAIN_MS = 30_000;

/** An event as it waits; JSON can hold it. */
export interface WaitingEvent {
  id: string;
  seq: number;
  bootId: string;
  type: string;
  /** A newer one of the same topic says all that this one does. */
  topic: string;
  /** When it came about: epoch ms by this machine's clock. Its payload is told how long ago that is, as `agoMs`. */
  at: number;
  payload: object;
}

export interface EventQueueOptions {
  identity: Identity;
  hubTime: { now(): number | undefined };
  clock: Clock;
  log: Log;
  bootId: string;
  uuid: () => string;
  /** What an earlier life left. */
  left: { seq: number; bootId: string; waiting: readonly WaitingEvent[] };
  /** What waits has changed: to be kept. */
  changed: () => void;
}

export class EventQueue {
  readonly #o: EventQueueOptions;
  readonly #waiting = new Map<string, WaitingEvent>();
  /** Ids that are on their way by this session. */
  readonly #sent = new Set<string>();
  #seq: number;
  #session: Pick<Session, "tell"> | undefined;
  #pumping = false;
  #stopAgain: (() => void) | undefined;

  constructor(options: EventQueueOptions) {
    const { left, bootId } = options;
    this.#o = options;
    this.#seq = left.bootId === bootId ? left.seq : 0;
    for (const event of left.waiting) this.#waiting.set(event.topic, event);
  }

  /** To be kept on disk. */
  get state(): { seq: number; bootId: string; waiting: WaitingEvent[] } {
    return { seq: this.#seq, bootId: this.#o.bootId, waiting: [...this.#waiting.values()] };
  }

  put(event: Pick<WaitingEvent, "type" | "topic" | "at" | "payload">): void {
    const { bootId, uuid, log } = this.#o;
    const before = this.#waiting.get(event.topic);
    if (before !== undefined) {
      this.#waiting.delete(event.topic);
      this.#sent.delete(before.id);
    }
    this.#waiting.set(event.topic, { ...event, id: uuid(), seq: ++this.#seq, bootId });
    if (this.#waiting.size > MOST_EVENTS) {
      const [oldest] = this.#waiting.values();
      if (oldest !== undefined) {
        this.#drop(oldest);
        log.error("events.dropped", { type: oldest.type, topic: oldest.topic });
      }
    }
    this.#o.changed();
    this.#pump();
  }

  open(session: Pick<Session, "tell">): void {
    this.#session = session;
    this.#sent.clear();
    this.#pump();
  }

  close(): void {
    this.#session = undefined;
    this.#sent.clear();
    this.#calm();
  }

  acked(id: string): void {
    for (const event of this.#waiting.values()) {
      if (event.id !== id) continue;
      this.#drop(event);
      this.#o.changed();
      break;
    }
    this.#pump();
  }

  #drop(event: WaitingEvent): void {
    this.#waiting.delete(event.topic);
    this.#sent.delete(event.id);
    if (this.#waiting.size === 0) this.#calm();
  }

  #pump(): void {
    if (this.#pumping || this.#session === undefined) return;
    this.#pumping = true;
    this.#send().then(
      () => {
        this.#pumping = false;
        // What was put while the last one was on its way.
        if (this.#session !== undefined && this.#next() !== undefined) this.#pump();
      },
      (error: unknown) => {
        this.#pumping = false;
        // The connection is over: the next one begins anew with what waits.
        if (error instanceof Disconnected) return;
        this.#o.log.error("events.failed", { reason: reasonOf(error) });
        this.#again();
      },
    );
  }

  #next(): WaitingEvent | undefined {
    if (this.#sent.size >= MOST_UNACKED_EVENTS) return undefined;
    return [...this.#waiting.values()].find(({ id }) => !this.#sent.has(id));
  }

  async #send(): Promise<void> {
    for (let event = this.#next(); event !== undefined; event = this.#next()) {
      const signed = await this.#signed(event);
      // Superseded, or without a connection, by the time it was signed.
      if (this.#session === undefined) return;
      if (this.#waiting.get(event.topic) !== event) continue;
      this.#sent.add(event.id);
      this.#session.tell(signed);
      this.#again();
    }
  }

  /** Nothing is waited for. */
  #calm(): void {
    this.#stopAgain?.();
    this.#stopAgain = undefined;
  }

  #again(): void {
    this.#stopAgain ??= this.#o.clock.after(AGAIN_MS, () => {
      this.#stopAgain = undefined;
      this.#sent.clear();
      if (this.#waiting.size > 0) this.#pump();
    });
  }

  #signed(event: WaitingEvent): Promise<AgentEvent> {
    const { identity, hubTime, clock } = this.#o;
    const { id, seq, bootId, type, at, payload } = event;
    const now = clock.now();
    return signEvent(identity.keyPair, identity.serverId, {
      ...{ id, seq, bootId, type, version: MESSAGE_VERSION },
      timestamp: Math.round(hubTime.now() ?? now),
      payload: { ...payload, agoMs: Math.max(0, Math.round(now - at)) },
    });
  }
}
