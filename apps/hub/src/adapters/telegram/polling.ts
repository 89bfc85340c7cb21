/** Long polling by the leader, on the runner's loop: a batch is in the inbox before Telegram is told that it arrived. */
import { createRunner, createSource } from "@grammyjs/runner";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import type { BotApi } from "./api.ts";
import { ApiRefused, ApiUnreached } from "./failure.ts";
import type { Intake } from "./intake.ts";
import type { Lead, Leader } from "./leader.ts";
import type { State } from "./state.ts";
import { wantedUpdates } from "./update.ts";

/** Seconds that Telegram holds a poll open, and what it may take on top of that, ms. */
const held = 30;
const grace = 10_000;

/** Waits after failures, ms: from `first`, doubling, up to `longest`; after a refused token always `refused`. */
const first = 1_000;
const longest = 30_000;
const refused = 60_000;
/** What could not be kept is not confirmed before it was handled, so Telegram gives it with each poll: the wait between, ms. */
const unconfirmed = 300;

export interface PollingOptions {
  api: BotApi;
  intake: Pick<Intake, "keep" | "room" | "size" | "lowestUnkept">;
  leader: Pick<Leader, "doubted">;
  state: State;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  random: () => number;
}

export interface Polling {
  /** Polls until `lead` is over: then the open poll is called off, and what it would have brought is brought to the next. */
  run(lead: Lead): void;
  /** Resolves when nothing polls any more; after the end of `lead`. */
  ended(): Promise<void>;
}

export function createPolling(options: PollingOptions): Polling {
  let last: Promise<void> | undefined;
  return {
    run(lead) {
      last = pollFor(lead, options);
    },
    ended: () => last ?? Promise.resolve(),
  };
}

function pollFor(
  { fence, over }: Lead,
  { api, intake, leader, state, clock, log, metrics, random }: PollingOptions,
): Promise<void> {
  /** One more than the last id that is in the inbox: asking from here confirms all below. 0: from the first unconfirmed. */
  let offset = 0;
  let failures = 0;

  /** Hands updates to the intake itself. Never rejects but when it is over: the runner would end. */
  async function supply(batchSize: number): Promise<never[]> {
    for (;;) {
      try {
        const open = intake.lowestUnkept();
        const updates = await api.perform(
          (raw, signal) =>
            raw.getUpdates(
              {
                offset: open === undefined ? offset : Math.min(offset, open),
                limit: Math.max(1, Math.min(batchSize, 100)),
                timeout: open === undefined ? held : 0,
                allowed_updates: [...wantedUpdates],
              },
              signal,
            ),
          held * 1000 + grace,
          over,
        );
        const kept = await intake.keep(updates, fence);
        // Another leads by now, and takes them: nothing is confirmed. The leader hears of it within a moment.
        if (kept === undefined) {
          await rest(first);
          continue;
        }
        const last = updates.at(-1);
        // Nothing came: all before is confirmed, and after a quiet week Telegram may count on from a lower number.
        offset = last === undefined ? 0 : last.update_id + 1;
        failures = 0;
        state.up();
        if (open !== undefined && kept.fresh === 0) await rest(unconfirmed);
        return [];
      } catch (error) {
        if (over.aborted) throw error;
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
      if (leader.doubted()) return 0;
      log.warn("telegram.poll-conflict", { againInMs: Math.round(jittered) });
      state.down("another process receives this bot's updates");
      return jittered;
    }
    if (error instanceof ApiRefused && error.retryAfter !== undefined) {
      metrics.count("telegram_poll_failures", { why: "429" });
      return error.retryAfter * 1000;
    }
    if (!(error instanceof ApiRefused || error instanceof ApiUnreached))
      log.error("telegram.receiving-failed", { reason });
    metrics.count("telegram_poll_failures", { why: "unreached" });
    log.warn("telegram.poll-failed", { reason, againInMs: Math.round(jittered) });
    state.down("Telegram can not be reached");
    return jittered;
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        over.removeEventListener("abort", done);
        resolve();
      };
      const cancel = clock.after(ms, done);
      over.addEventListener("abort", done);
      if (over.aborted) done();
    });
  }

  const runner = createRunner(createSource<never>({ supply }), {
    handle: () => intake.room(),
    size: () => intake.size(),
    snapshot: () => [],
  });
  if (over.aborted) return Promise.resolve();
  runner.start();
  const ended = Promise.withResolvers<void>();
  // Told first, before the open poll is called off: otherwise the runner would take that for a failure.
  over.addEventListener("abort", () =>
    (runner.stop() ?? Promise.resolve()).then(ended.resolve, ended.reject),
  );
  return ended.promise;
}
