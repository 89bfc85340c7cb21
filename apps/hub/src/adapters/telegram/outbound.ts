/** The one queue to Telegram: in order within a chat, chats side by side, bounded, patient with 429, 5xx and the network. */
import { Fault } from "@servereye/contract";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import { createBudget } from "./budget.ts";
import { ApiRefused, ApiUnreached } from "./failure.ts";
import { createPauses } from "./pauses.ts";
import { createSlots } from "./slots.ts";

/** Makes one attempt, again and again until it succeeds or it makes no sense. `doubles`: done twice is seen twice. */
export type Call = <T>(attempt: () => Promise<T>, options?: { doubles: boolean }) => Promise<T>;

/** What a job does; gives the id of the message it made or changed, "" when none. */
export type Work = (call: Call) => Promise<string>;

export interface OutboundBounds {
  /** Jobs waiting or running, in all and of one chat. */
  total: number;
  perChat: number;
  /** Calls on their way at the same time. */
  parallel: number;
  /** From handing over to giving up, ms. */
  deadline: number;
  /** How often a call whose answer was lost is made again when that may show a message twice. */
  doubtful: number;
}

export const usualBounds: OutboundBounds = {
  total: 5_000,
  perChat: 100,
  parallel: 50,
  deadline: 60_000,
  doubtful: 2,
};

export interface Outbound {
  /**
   * Does `work` after what waits for the chat already. `replaces`: a waiting job of that key gives its place and its
   * callers to this one. Rejects with Fault RATE_LIMITED at the bounds and past the deadline, or with what Telegram said.
   */
  run(chat: string, work: Work, replaces?: string): Promise<string>;
  /** Does it now, beside all order; gives up after `deadline` ms. */
  aside<T>(work: (call: Call) => Promise<T>, deadline: number): Promise<T>;
  /** False when something waits or rests for this chat: then a mere sign of life is left out. */
  idle(chat: string): boolean;
  length(): number;
  /** All rest for `ms`: another hub of the bot was told so. */
  rest(ms: number): void;
  /** Resolves when nothing waits or runs any more. */
  drained(): Promise<void>;
  /** Rejects what waits; nothing is taken any more. */
  close(): void;
}

interface Job {
  work: Work;
  readonly key: string | undefined;
  /** Monotonic ms. */
  deadline: number;
  readonly waiters: Array<{ resolve: (messageId: string) => void; reject: (error: unknown) => void }>;
}

interface Line {
  readonly chat: string;
  readonly waiting: Job[];
  running: boolean;
}

export interface OutboundOptions {
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** 0 to 1. */
  random: () => number;
  bounds?: Partial<OutboundBounds>;
  /** This hub's part of what the bot may send, over 0 to 1; the whole unless told. */
  share?: () => number;
  /** Told when Telegram says that the whole bot has to rest, ms. */
  onRest?: (ms: number) => void;
}

/** Calls that bypass the order: more at a time than this is a flood. */
const mostAside = 200;

export function createOutbound(options: OutboundOptions): Outbound {
  const { clock, log, metrics, random } = options;
  const bounds = { ...usualBounds, ...options.bounds };
  const lines = new Map<string, Line>();
  const share = options.share ?? (() => 1);
  const pauses = createPauses(clock, share);
  const budget = createBudget(clock, share);
  const slots = createSlots(bounds.parallel);
  let length = 0;
  let aside = 0;
  let closed = false;
  let onDrained: Array<() => void> = [];

  function run(chat: string, work: Work, replaces?: string): Promise<string> {
    if (closed) return Promise.reject(new Fault("CHANNEL_UNREACHABLE", "the way out to Telegram is closed"));
    const line = lines.get(chat) ?? { chat, waiting: [], running: false };
    const deadline = clock.monotonic() + bounds.deadline;
    const same = replaces === undefined ? undefined : line.waiting.find((job) => job.key === replaces);
    return new Promise((resolve, reject) => {
      if (same) {
        metrics.count("telegram_coalesced");
        same.work = work;
        same.deadline = deadline;
        same.waiters.push({ resolve, reject });
        return;
      }
      if (length >= bounds.total || line.waiting.length + (line.running ? 1 : 0) >= bounds.perChat) {
        metrics.count("telegram_dropped", { why: "full" });
        log.warn("telegram.queue-full", { chat, length, ofChat: line.waiting.length });
        reject(new Fault("RATE_LIMITED", "too much waits to be sent"));
        return;
      }
      length++;
      lines.set(chat, line);
      line.waiting.push({ work, key: replaces, deadline, waiters: [{ resolve, reject }] });
      void next(line);
    });
  }

  async function next(line: Line): Promise<void> {
    if (line.running) return;
    const job = line.waiting.shift();
    if (job === undefined) {
      lines.delete(line.chat);
      return;
    }
    line.running = true;
    try {
      const messageId = await job.work(calling(line.chat, job.deadline));
      for (const { resolve } of job.waiters) resolve(messageId);
    } catch (error) {
      for (const { reject } of job.waiters) reject(error);
    }
    line.running = false;
    finished();
    void next(line);
  }

  function finished(): void {
    if (--length > 0) return;
    for (const resolve of onDrained) resolve();
    onDrained = [];
  }

  /** `chat` undefined: a call of no chat. */
  function calling(chat: string | undefined, deadline: number): Call {
    return async (attempt, { doubles } = { doubles: false }) => {
      let doubtful = 0;
      for (let failures = 0; ; failures++) {
        try {
          return await once(chat, deadline, attempt);
        } catch (error) {
          if (error instanceof ApiRefused && error.code === 429) {
            const ms = (error.retryAfter ?? 1) * 1000;
            metrics.count("telegram_retries", { why: "429" });
            if (chat !== undefined && pauses.pause(chat, ms)) {
              budget.met();
              options.onRest?.(ms);
            }
            log.info("telegram.slowed-down", { chat, seconds: ms / 1000 });
            if (clock.monotonic() + ms > deadline) throw limited(Math.ceil(ms / 1000), error);
            if (chat === undefined) await pauses.wait(ms);
            continue;
          }
          const unreached = error instanceof ApiUnreached;
          if (!unreached && !(error instanceof ApiRefused && error.code >= 500)) throw error;
          if (unreached && error.performed === "maybe" && doubles && ++doubtful > bounds.doubtful)
            throw error;
          const ms = backoff(failures, random);
          metrics.count("telegram_retries", { why: unreached ? "network" : "5xx" });
          log.info("telegram.call-failed", { chat, reason: error.message, againInMs: Math.round(ms) });
          if (clock.monotonic() + ms > deadline) throw error;
          await pauses.wait(ms);
        }
      }
    };
  }

  /** One attempt, when the chat does not rest and a slot is free; the slot is not held while waiting. */
  async function once<T>(chat: string | undefined, deadline: number, attempt: () => Promise<T>): Promise<T> {
    let turn = chat === undefined ? 0 : budget.turn();
    for (;;) {
      const rest = Math.max(turn, chat === undefined ? 0 : pauses.left(chat));
      turn = 0;
      if (clock.monotonic() + rest > deadline) throw limited(Math.ceil(rest / 1000), undefined);
      if (rest > 0) {
        await pauses.wait(rest);
        continue;
      }
      if (chat === undefined) return await attempt();
      const release = await slots.take();
      try {
        if (clock.monotonic() > deadline) throw limited(0, undefined);
        if (pauses.left(chat) === 0) return await attempt();
      } finally {
        release();
      }
    }
  }

  async function besides<T>(work: (call: Call) => Promise<T>, deadline: number): Promise<T> {
    if (closed || aside >= mostAside) {
      metrics.count("telegram_dropped", { why: "aside" });
      throw new Fault("RATE_LIMITED", "too much is sent at the same time");
    }
    aside++;
    try {
      return await work(calling(undefined, clock.monotonic() + deadline));
    } finally {
      aside--;
    }
  }

  return {
    run,
    aside: besides,
    idle: (chat) => !lines.has(chat) && pauses.left(chat) === 0 && slots.free() > 0,
    length: () => length,
    rest(ms) {
      budget.met();
      pauses.pauseAll(ms);
    },
    drained: () => (length === 0 ? Promise.resolve() : new Promise((resolve) => onDrained.push(resolve))),
    close() {
      closed = true;
      const stopped = new Fault("CHANNEL_UNREACHABLE", "the hub stops");
      pauses.close(stopped);
      for (const line of lines.values()) {
        for (const job of line.waiting.splice(0)) {
          for (const { reject } of job.waiters) reject(stopped);
          finished();
        }
      }
    },
  };
}

function limited(seconds: number, cause: unknown): Fault {
  return new Fault("RATE_LIMITED", "Telegram does not take it in time", { values: { seconds }, cause });
}

/** Full jitter over a doubling span: up to 0.5, 1, 2, 4, then 8 s; never under 100 ms. */
function backoff(failures: number, random: () => number): number {
  return 100 + random() * Math.min(8_000, 500 * 2 ** failures);
}
