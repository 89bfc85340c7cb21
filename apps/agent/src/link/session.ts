/** A let-in connection: beats both ways, questions in, answers out, until either side leaves. */
import {
  type AgentEvent,
  type Answer,
  type Ask,
  Fault,
  type HubFrame,
  type SamplesFrame,
  SILENCE_MS,
} from "@servereye/contract";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { HubTime } from "../serve/hub-time.ts";
import { CLOSE, type Connection, Disconnected } from "./connection.ts";

/** What a hub may ask for as a pace, ms. */
const FASTEST_BEAT_MS = 1_000;
const SLOWEST_BEAT_MS = 20_000;

export interface SessionOptions {
  heartbeatMs: number;
  clock: Clock;
  hubTime: HubTime;
  log: Log;
  /** Takes a question; the answer goes back by `send` of the session that is there when it is ready. */
  take: (ask: Ask) => void;
  /** The hub has stored an event. */
  acked: (id: string) => void;
  /** The hub has stored samples. */
  kept: (those: Omit<Extract<HubFrame, { t: "kept" }>, "t">) => void;
  /** How many late samples a second the hub takes. */
  paced: (perSecond: number) => void;
}

export interface Session {
  /** Throws Disconnected, or RangeError when the answer is too large for a frame. */
  send(answer: Answer): void;
  /** Throws Disconnected, or RangeError when the event is too large for a frame. */
  tell(event: AgentEvent): void;
  /** Throws Disconnected, or RangeError when they are too large for a frame. */
  sample(samples: Omit<SamplesFrame, "t">): void;
  /** Resolves when the hub says bye; rejects with Disconnected or a Fault when the connection is lost or misused. */
  readonly ended: Promise<{ again: "soon" | "later" | "never"; detail: string }>;
}

export function session(connection: Connection, o: SessionOptions): Session {
  /** When each beat that has no answer yet was sent, by its number; the hub may owe a few, not many. */
  const sent = new Map<number, number>();
  let seq = 0;
  let stopBeat = (): void => undefined;
  let stopSilence = (): void => undefined;
  const paceMs = Math.min(Math.max(o.heartbeatMs, FASTEST_BEAT_MS), SLOWEST_BEAT_MS);

  const listen = (): void => {
    stopSilence();
    stopSilence = o.clock.after(SILENCE_MS, () => {
      o.log.warn("link.silent", { ms: SILENCE_MS });
      connection.close(CLOSE.late, `no beat for ${SILENCE_MS / 1000} s`);
    });
  };
  const beat = (): void => {
    seq++;
    sent.set(seq, o.clock.monotonic());
    if (sent.size > SILENCE_MS / FASTEST_BEAT_MS) sent.delete(seq - SILENCE_MS / FASTEST_BEAT_MS);
    stopBeat = o.clock.after(paceMs, beat);
    try {
      connection.send({ t: "heartbeat", seq, clock: Math.round(o.clock.now()) });
    } catch (error) {
      // The connection is over, which `receive` below reports; nothing else may pass.
      if (!(error instanceof Disconnected)) throw error;
    }
  };

  const receive = async (): Promise<{ again: "soon" | "later" | "never"; detail: string }> => {
    try {
      listen();
      beat();
      for (;;) {
        const frame = await connection.receive();
        if (frame.t === "ask") o.take(frame.message);
        else if (frame.t === "beat") {
          const at = sent.get(frame.seq);
          // A beat that answers none of ours is no sign that ours arrive.
          if (at === undefined) continue;
          sent.delete(frame.seq);
          listen();
          if (!o.hubTime.hear(frame.hubTime, o.clock.monotonic() - at)) {
            // This machine slept or was set right, or the hub was: a new connection brings a signed word on it.
            o.log.warn("link.time_doubted");
            connection.close(CLOSE.normal, "the hub's time needs a signed word");
            return { again: "later", detail: "the hub's time needs a signed word" };
          }
        } else if (frame.t === "ack") o.acked(frame.id);
        else if (frame.t === "kept") o.kept(frame);
        else if (frame.t === "pace") o.paced(frame.perSecond);
        else if (frame.t === "bye") return { again: frame.again, detail: frame.detail };
        else throw new Fault("FRAME_INVALID", `a frame "${frame.t}" out of turn`);
      }
    } finally {
      stopBeat();
      stopSilence();
    }
  };

  return {
    send: (message) => connection.send({ t: "answer", message }),
    tell: (message) => connection.send({ t: "event", message }),
    sample: (samples) => connection.send({ t: "samples", ...samples }),
    ended: receive(),
  };
}
