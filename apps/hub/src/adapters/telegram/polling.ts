/** Long polling on the runner's loop: a batch is in the inbox before Telegram is told that it arrived. */
import { createRunner, createSource } from "@grammyjs/runner";
import type { Clock, Log, Metrics } from "../../core/ports.ts";
import type { BotApi } from "./api.ts";
import { ApiRefused, ApiUnreached } from "./failure.ts";
import type { Intake, Kept } from "./intake.ts";
import type { State } from "./state.ts";
import { wantedUpdates } from "./update.ts";

/** Seconds that Telegram holds a poll open, and what it may take on top of that, ms. */
const held = 30;
const grace = 10_000;

/** Waits after failures, ms: from `first`, doubling, up to `longest`; after a refused token always `refused`. */
const first = 1_000;
const longest = 30_000;
/** The hub's own store comes back sooner than a service far away, and waiting persons see nothing until then. */
const longestForInbox = 3_000;
const refused = 60_000;

export interface PollingOptions {
  api: BotApi;
  intake: Intake;
  state: State;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  random: () => number;
}

export interface Polling {
  start(): void;
  /** Calls off the open poll; what it would have brought is brought again by the next start. */
  stop(): Promise<void>;
}

export function createPolling({ api, intake, state, clock, log, metrics, random }: PollingOptions): Polling {
  const stopping = new AbortController();
  /** One more than the last id that is in the inbox: asking from here confirms all below. 0: from the first unconfirmed. */
  let offset = 0;
  let failures = 0;

  /** Never rejects but when stopped: the runner would end. */
  async function supply(batchSize: number): Promise<Kept[]> {
    for (;;) {
      try {
        const updates = await api.perform(
          (raw, signal) =>
            raw.getUpdates(
              {
                offset,
                limit: Math.max(1, Math.min(batchSize, 100)),
                timeout: held,
                allowed_updates: [...wantedUpdates],
              },
              signal,
            ),
          held * 1000 + grace,
          stopping.signal,
        );
        const fresh = await intake.keep(updates);
        const last = updates.at(-1);
        // Nothing came: all before is confirmed, and after a quiet week Telegram may count on from a lower number.
        offset = last === undefined ? 0 : last.update_id + 1;
        failures = 0;
        state.up();
        return fresh;
      } catch (error) {
        if (stopping.signal.aborted) throw error;
        await rest(noted(error));
      }
    }
  }

  /** Says what is wrong and gives how long to wait, ms. */
  function noted(error: unknown): number {
    const doubled = Math.min(longest, first * 2 ** failures++);
    const jittered = doubled / 2 + (random() * doubled) / 2;
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof ApiRefused && (error.code === 401 || error.code === 404)) {
      state.refused();
      return refused;
    }
    if (error instanceof ApiRefused && error.code === 409) {
      metrics.count("telegram_poll_failures", { why: "conflict" });
      log.warn("telegram.poll-conflict", { againInMs: Math.round(jittered) });
      state.down("another process receives this bot's updates");
      return jittered;
    }
    if (error instanceof ApiRefused && error.retryAfter !== undefined) {
      metrics.count("telegram_poll_failures", { why: "429" });
      return error.retryAfter * 1000;
    }
    const api = error instanceof ApiRefused || error instanceof ApiUnreached;
    const wait = api ? jittered : Math.min(longestForInbox, jittered);
    metrics.count("telegram_poll_failures", { why: api ? "unreached" : "inbox" });
    log.warn(api ? "telegram.poll-failed" : "telegram.inbox-failed", {
      reason,
      againInMs: Math.round(wait),
    });
    state.down(api ? "Telegram can not be reached" : "updates can not be stored");
    return wait;
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        stopping.signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = clock.after(ms, done);
      stopping.signal.addEventListener("abort", done);
      if (stopping.signal.aborted) done();
    });
  }

  const runner = createRunner(createSource<Kept>({ supply }), {
    handle: (updates) => intake.handle(updates),
    size: () => intake.size(),
    snapshot: () => [],
  });

  let started = false;
  return {
    start() {
      started = true;
      runner.start();
    },
    async stop() {
      const ended = started ? runner.stop() : undefined;
      stopping.abort();
      await ended;
    },
  };
}
