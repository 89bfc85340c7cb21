/** Samples on their way to the hub: what is measured now at once, what waits oldest first at the hub's pace. */
import { MOST_LATE_BYTES, MOST_PACE, MOST_SAMPLES, type SampleBatch } from "@servereye/contract";
import type { SampleBuffer } from "../buffer/buffer.ts";
import { Ranges, type Run } from "../buffer/ranges.ts";
import type { Clock } from "../clock.ts";
import { type Log, reasonOf } from "../log.ts";
import { Disconnected } from "./connection.ts";
import type { Session } from "./session.ts";

/** Frames on their way that the hub has not kept: of what is measured now, and late ones. */
const MOST_LIVE = 30;
const MOST_LATE = 4;
/** One that is not kept for so long waits again, to be sent anew, ms. */
export const AGAIN_MS = 30_000;
/** A frame of late samples each this many ms, as large as the pace makes it. */
const FRAME_MS = 2_000;
const LEAST_REST_MS = 50;

interface Sent {
  run: Run;
  late: boolean;
  calledOff: () => void;
}

type SamplesLine = Pick<Session, "sample">;

export class SampleSender {
  readonly #buffer: SampleBuffer;
  readonly #clock: Clock;
  readonly #log: Log;
  #session: SamplesLine | undefined;
  /** Undefined until the hub has told one: it may not know of samples. */
  #pace: number | undefined;
  #sent: Sent[] = [];
  #stopTimer: (() => void) | undefined;
  #reading = false;
  /** How long until the next late frame, by what the last one was. */
  #restMs = FRAME_MS;

  constructor(parts: { buffer: SampleBuffer; clock: Clock; log: Log }) {
    this.#buffer = parts.buffer;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#buffer.listen((batch) => this.#now(batch));
  }

  open(session: SamplesLine): void {
    this.#session = session;
  }

  close(): void {
    this.#session = undefined;
    this.#pace = undefined;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#takeBack(() => true);
    // A disk that never answers holds up this connection's late ones, not the next one's.
    this.#reading = false;
  }

  kept({ boot, from, to }: Run): void {
    if (this.#session === undefined) return;
    this.#buffer.kept({ boot, from, to });
    this.#takeBack(({ run }) => run.boot === boot && from <= run.from && run.to <= to);
    this.#plan();
  }

  paced(perSecond: number): void {
    if (this.#session === undefined) return;
    // What was on its way when the hub had no room is lost, it says.
    if (this.#pace === 0 && perSecond > 0) this.#takeBack(() => true);
    const waited = this.#pace === undefined || this.#pace === 0;
    this.#pace = Math.min(perSecond, MOST_PACE);
    // A pace that changes holds up nothing that is planned: the next frame goes by the new one.
    if (waited || perSecond === 0) {
      this.#stopTimer?.();
      this.#stopTimer = undefined;
      // Agents that come back together do not all begin at once.
      this.#restMs = FRAME_MS;
    }
    this.#plan();
  }

  /** A sample just came. With too many on their way it waits with the late ones. */
  #now(batch: SampleBatch): void {
    if (this.#pace === undefined) return;
    if (this.#sent.filter(({ late }) => !late).length < MOST_LIVE) this.#send(batch, false);
    this.#plan();
  }

  get #onTheirWay(): Ranges {
    const ranges = new Ranges();
    for (const { run } of this.#sent) ranges.add(run);
    return ranges;
  }

  /** The next frame of late ones, when there is one to send. */
  #plan(): void {
    const pace = this.#pace ?? 0;
    if (pace === 0 || this.#reading || this.#stopTimer !== undefined) return;
    if (this.#sent.filter(({ late }) => late).length >= MOST_LATE) return;
    if (this.#buffer.waiting <= this.#onTheirWay.size) return;
    const most = Math.min(Math.max(1, Math.floor((pace * FRAME_MS) / 1000)), MOST_SAMPLES);
    this.#stopTimer = this.#clock.after(this.#restMs, () => {
      this.#stopTimer = undefined;
      this.#reading = true;
      this.#late(most, pace)
        .catch((error: unknown) => this.#log.error("samples.failed", { reason: reasonOf(error) }))
        .finally(() => {
          this.#reading = false;
          this.#plan();
        });
    });
  }

  async #late(most: number, pace: number): Promise<void> {
    const session = this.#session;
    const batch = await this.#buffer.oldest(this.#onTheirWay, most);
    // Another connection, or none, by the time it was read.
    if (batch === undefined || session === undefined || session !== this.#session) return;
    const bytes = this.#send(batch, true);
    // Of few samples by the pace, of large ones by the bound on bytes.
    const byPace = batch.samples.length / pace;
    this.#restMs = Math.max(LEAST_REST_MS, 1_000 * Math.max(byPace, bytes / MOST_LATE_BYTES));
  }

  /** Gives how many characters it was. */
  #send(batch: SampleBatch, late: boolean): number {
    const [first, last] = [batch.samples[0], batch.samples.at(-1)];
    if (this.#session === undefined || first === undefined || last === undefined) return 0;
    const run = { boot: batch.boot, from: first.seq, to: last.seq };
    const { lost, diskless } = this.#buffer;
    const sent: Sent = { run, late, calledOff: () => undefined };
    this.#sent.push(sent);
    const waiting = Math.max(0, this.#buffer.waiting - this.#onTheirWay.size);
    try {
      this.#session.sample({ batch, late, waiting, lost, diskless });
    } catch (error) {
      this.#takeBack((one) => one === sent);
      // The connection is over: the next one begins anew with what waits.
      if (error instanceof Disconnected) return 0;
      if (!(error instanceof RangeError)) throw error;
      this.#buffer.refused(run);
      return 0;
    }
    sent.calledOff = this.#clock.after(AGAIN_MS, () => {
      this.#takeBack((one) => one === sent);
      this.#plan();
    });
    return JSON.stringify(batch).length;
  }

  /** No longer on their way: kept, or waiting again. */
  #takeBack(which: (sent: Sent) => boolean): void {
    for (const sent of this.#sent.filter(which)) sent.calledOff();
    this.#sent = this.#sent.filter((sent) => !which(sent));
  }
}
