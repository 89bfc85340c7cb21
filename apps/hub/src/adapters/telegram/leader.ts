/** Which hub speaks for the bot: polls, sets webhook and menus. A lease, renewed well before it ends. */
import type { Leases } from "../../core/ports/hubs.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";

const LEASE = "telegram";
/** How long a lease lasts and how often it is asked for, ms: a lost leader is replaced within their sum. */
export const LEASE_MS = 6_000;
export const ASK_MS = 2_000;
/** So much before its end (by this hub's own clock, counted from before it was asked for) it is no longer relied on, ms. */
const MARGIN_MS = 500;

/** One time of leading. */
export interface Lead {
  /** Guards what is taken in this time. */
  fence: number;
  /** Aborted when it is over. */
  over: AbortSignal;
}

export interface Leader {
  start(): void;
  /** Resolves with the time that is now, or as soon as this hub leads. Never, once stopped. */
  lead(): Promise<Lead>;
  leading(): boolean;
  /**
   * Somebody else polls: a hub that leads only because nobody could ask for the lease steps back until it has it again.
   * Gives whether it did.
   */
  doubted(): boolean;
  /** Steps back and gives the lease away at once. */
  stop(): Promise<void>;
}

export interface LeaderOptions {
  leases: Leases;
  hub: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Told when another hub leads. */
  onStandby: () => void;
}

export function createLeader({ leases, hub, clock, log, metrics, onStandby }: LeaderOptions): Leader {
  let current: (Lead & { end: AbortController }) | undefined;
  let waiting: Array<(lead: Lead) => void> = [];
  /** Monotonic and epoch ms: a machine that sleeps stops the first clock and not the second. */
  let sure = { monotonic: 0, now: 0 };
  let storeAway = false;
  let stopped = false;
  let cancel = (): void => undefined;
  let cancelLapse = (): void => undefined;
  let asking: Promise<void> = Promise.resolve();

  metrics.gauge("telegram_leader", "1 when this hub polls Telegram or sets its webhook", () =>
    current ? 1 : 0,
  );

  const isSure = (): boolean => clock.monotonic() < sure.monotonic && clock.now() < sure.now;

  function over(why: string): void {
    if (current === undefined) return;
    const { end } = current;
    current = undefined;
    cancelLapse();
    if (!stopped) log.warn("telegram.leader-over", { why });
    end.abort();
  }

  function held(fence: number, asked: { monotonic: number; now: number }): void {
    const lasts = LEASE_MS - MARGIN_MS;
    sure = { monotonic: asked.monotonic + lasts, now: asked.now + lasts };
    if (current !== undefined && current.fence !== fence) over("another hub led meanwhile");
    cancelLapse();
    cancelLapse = clock.after(Math.max(0, sure.monotonic - clock.monotonic()), lapse);
    if (current !== undefined) return;
    const end = new AbortController();
    current = { fence, over: end.signal, end };
    log.info("telegram.leader", { fence });
    for (const resolve of waiting.splice(0)) resolve(current);
  }

  /**
   * Not renewed in time. While the store is away nobody else can be given the lease, so the bot goes on answering; what
   * is taken is fenced by the store, and what can not be kept is confirmed only after it was handled.
   */
  function lapse(): void {
    if (!isSure() && !storeAway) over("not renewed in time");
  }

  async function ask(): Promise<void> {
    const asked = { monotonic: clock.monotonic(), now: clock.now() };
    try {
      const fence = await leases.take(LEASE, hub, LEASE_MS);
      storeAway = false;
      if (stopped) return;
      if (fence !== undefined) return held(fence, asked);
      over("another hub leads");
      onStandby();
    } catch (error) {
      storeAway = true;
      log.debug("telegram.lease-failed", { reason: error instanceof Error ? error.message : String(error) });
    }
  }

  async function askOn(): Promise<void> {
    await ask();
    if (stopped) return;
    cancel = clock.after(ASK_MS, () => {
      asking = askOn();
    });
  }

  return {
    start() {
      asking = askOn();
    },
    lead: () =>
      current === undefined || stopped
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(current),
    leading: () => current !== undefined,
    doubted() {
      if (current === undefined || isSure()) return false;
      over("another hub polls");
      return true;
    },
    async stop() {
      stopped = true;
      waiting = [];
      cancel();
      over("stopped");
      // One under way may yet be given the lease, after it was given back.
      await asking;
      try {
        await leases.release(LEASE, hub);
      } catch (error) {
        // It ends by itself in a few seconds.
        log.debug("telegram.lease-failed", {
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    },
  };
}
