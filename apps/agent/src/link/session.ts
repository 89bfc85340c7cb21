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
/** A signed word on the time that took longer on its way says too little, ms. */
const SIGNED_WITHIN_MS = 5_000;

export interface SessionOptions {
  heartbeatMs: number;
  /** Whether the hub has signed a beat. */
  signed: (beat: Extract<HubFrame, { t: "beat" }>) => Promise<boolean>;
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
  /** The beat that was asked for a signature, while the hub's time is in doubt. */
  let doubted: number | undefined;
  const beat = (): void => {
    seq++;
    sent.set(seq, o.clock.monotonic());
    if (sent.size > SILENCE_MS / FASTEST_BEAT_MS) sent.delete(seq - SILENCE_MS / FASTEST_BEAT_MS);
    stopBeat();
    stopBeat = o.clock.after(paceMs, beat);
    const sign = doubted === seq ? { sign: true as const } : {};
    try {
      connection.send({ t: "heartbeat", seq, clock: Math.round(o.clock.now()), ...sign });
    } catch (error) {
      // The connection is over, which `receive` below reports; nothing else may pass.
      if (!(error instanceof Disconnected)) throw error;
    }
  };

  /**
   * This machine slept or was set right, or the hub was: then a signed word is asked for, without leaving those who ask
   * this server meanwhile. A hub that gives none is left for a new connection, whose welcome is signed.
   */
  const timed = async (
    frame: Extract<HubFrame, { t: "beat" }>,
    tookMs: number,
  ): Promise<{ again: "soon"; detail: string } | undefined> => {
    if (doubted === frame.seq) {
      doubted = undefined;
      if (tookMs <= SIGNED_WITHIN_MS && (await o.signed(frame))) {
        o.hubTime.learn(frame.hubTime, tookMs);
        return undefined;
      }
      const detail = "the hub's time needs a signed word";
      connection.close(CLOSE.normal, detail);
      return { again: "soon", detail };
    }
    if (doubted !== undefined || o.hubTime.hear(frame.hubTime, tookMs)) return undefined;
    o.log.warn("link.time_doubted");
    doubted = seq + 1;
    beat();
    return undefined;
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
          const end = await timed(frame, o.clock.monotonic() - at);
          if (end !== undefined) return end;
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
