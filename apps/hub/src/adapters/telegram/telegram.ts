/** The Telegram channel: put together from its parts, started, stopped, and asked how it is. */
import type { Broker } from "../../core/ports/broker.ts";
import type { ChatHandler, ChatPort } from "../../core/ports/chat.ts";
import type { HttpRoute } from "../../core/ports/http.ts";
import type { Leases, Membership } from "../../core/ports/hubs.ts";
import type { Inbox } from "../../core/ports/inbox.ts";
import type { Pictures } from "../../core/ports/pictures.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import { createApi } from "./api.ts";
import { createChatPort } from "./chatport.ts";
import { createDrawing } from "./drawing.ts";
import { ApiRefused, TokenRefused } from "./failure.ts";
import { createIntake } from "./intake.ts";
import { createLeader, type Lead } from "./leader.ts";
import { type Menu, setMenus } from "./menus.ts";
import { createNews } from "./news.ts";
import { createOutbound, type OutboundBounds } from "./outbound.ts";
import { createPolling } from "./polling.ts";
import { createPresses } from "./presses.ts";
import { createState, type Status } from "./state.ts";
import { wantedUpdates } from "./update.ts";
import { webhookPath, webhookRoute } from "./webhook.ts";
import { createWriter } from "./writer.ts";

export { TokenRefused } from "./failure.ts";
export type { Menu } from "./menus.ts";
export type { Status } from "./state.ts";

/** How long stopping waits for what is being handled and sent, ms. */
const stopPatience = 500;
/** Waits between tries to reach Telegram for setting up, ms: doubling from the first to the longest. */
const firstWait = 1_000;
const longestWait = 30_000;

export interface TelegramOptions {
  token: string;
  apiRoot: string;
  /** Absent: long polling. `url` without a path gets `/telegram/webhook`. */
  webhook?: { url: string; secret: string };
  inbox: Inbox;
  leases: Leases;
  /** This hub among those of the bot. */
  membership: Membership;
  broker: Pick<Broker, "publish" | "subscribe">;
  handler: ChatHandler;
  pictures: Pick<Pictures, "draw">;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  menus: readonly Menu[];
  onStatus?: (status: Status) => void;
  /** 0 to 1, for jitter. */
  random?: () => number;
  bounds?: Partial<OutboundBounds>;
}

export interface Telegram {
  port: ChatPort;
  routes: HttpRoute[];
  /**
   * Resolves when Telegram said who the bot is: at once, or as soon as it can be reached (status() tells meanwhile);
   * receiving starts then, by this hub if it leads. Rejects with TokenRefused for a wrong token, and when stopped before.
   */
  start(): Promise<{ username: string; link: string }>;
  /** Ends receiving and leading, gives what is under way 0.5 s; the rest stays in the inbox, for who is next. */
  stop(): Promise<void>;
  status(): Status;
  /** Messages that wait to be sent. */
  queueLength(): number;
}

export function createTelegram(options: TelegramOptions): Telegram {
  const { token, apiRoot, webhook, inbox, leases, membership, handler, clock, log, metrics, menus } = options;
  const { hub } = membership;
  const random = options.random ?? Math.random;
  const stopping = new AbortController();
  const state = createState(log, options.onStatus ?? (() => {}));
  const api = createApi({ token, apiRoot, clock });
  const news = createNews({
    broker: options.broker,
    hub,
    clock,
    log,
    onUpdates: () => intake.look(),
    onClaim: (from, ids) => intake.claimed(from, ids),
    onRest: (ms) => outbound.rest(ms),
  });
  const outbound = createOutbound({
    clock,
    log,
    metrics,
    random,
    bounds: options.bounds ?? {},
    share: () => 1 / Math.max(1, membership.living().length),
    onRest: news.rest,
  });
  const presses = createPresses({ api, outbound, clock, log, metrics });
  const writer = createWriter({ api, log, metrics });
  const drawing = createDrawing({ pictures: options.pictures, clock, log, metrics });
  const port = createChatPort({ api, outbound, writer, drawing, presses, log, metrics });
  const intake = createIntake({ inbox, membership, news, handler, presses, clock, log, metrics });
  // Another hub receives, and this one is well: it handles what is its own.
  const leader = createLeader({ leases, hub, clock, log, metrics, onStandby: () => state.up() });
  const polling = createPolling({ api, intake, leader, state, clock, log, metrics, random });

  metrics.gauge("telegram_queue_length", "Messages that wait to be sent to Telegram", outbound.length);
  metrics.gauge("telegram_updates_handling", "Telegram updates being handled", intake.size);

  /** Does it until it succeeds, or is not to be done any more. Rejects when stopped, or with TokenRefused. */
  async function insist<T>(what: string, action: () => Promise<T>): Promise<T>;
  async function insist<T>(
    what: string,
    action: () => Promise<T>,
    until: AbortSignal,
  ): Promise<T | undefined>;
  async function insist<T>(
    what: string,
    action: () => Promise<T>,
    until = stopping.signal,
  ): Promise<T | undefined> {
    for (let failures = 0; ; failures++) {
      try {
        return await action();
      } catch (error) {
        if (stopping.signal.aborted) throw error;
        if (until.aborted) return undefined;
        if (error instanceof ApiRefused && (error.code === 401 || error.code === 404)) {
          state.refused();
          throw new TokenRefused({ cause: error });
        }
        const wait = Math.min(longestWait, firstWait * 2 ** failures) * (0.5 + random() / 2);
        log.warn("telegram.setup-failed", { what, reason: reasonOf(error), againInMs: Math.round(wait) });
        state.down(`Telegram can not be reached (${what})`);
        await rest(wait, until);
        if (until.aborted) return undefined;
      }
    }
  }

  /** Resolves at the end of `until`, if that is sooner; rejects when stopped. */
  function rest(ms: number, until: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = () => {
        cancel();
        until.removeEventListener("abort", done);
        if (stopping.signal.aborted) reject(new Error("stopped"));
        else resolve();
      };
      const cancel = clock.after(ms, done);
      until.addEventListener("abort", done);
      if (until.aborted) done();
    });
  }

  async function receive(me: { id: number; username: string }): Promise<void> {
    await insist("inbox", () => intake.meet(me));
    leader.start();
    while (!stopping.signal.aborted) {
      const lead = await leader.lead();
      await setUp(lead);
      await ended(lead.over);
    }
  }

  /** What one hub does for all: where updates go, and the menus. */
  async function setUp(lead: Lead): Promise<void> {
    const until = AbortSignal.any([stopping.signal, lead.over]);
    if (webhook) {
      const call = {
        url: hookUrl(webhook.url),
        secret_token: webhook.secret,
        allowed_updates: [...wantedUpdates],
      };
      await insist(
        "setWebhook",
        () =>
          api.patiently(
            (raw, signal) => raw.setWebhook({ ...call, drop_pending_updates: false }, signal),
            until,
          ),
        until,
      );
      if (!until.aborted) state.up();
    } else {
      await insist(
        "deleteWebhook",
        () =>
          api.patiently((raw, signal) => raw.deleteWebhook({ drop_pending_updates: false }, signal), until),
        until,
      );
      if (!until.aborted) polling.run(lead);
    }
    await setUpMenus(until);
  }

  /** A bot without its menu still answers: no reason to be down. */
  async function setUpMenus(until: AbortSignal): Promise<void> {
    for (let failures = 0; !until.aborted; failures++) {
      try {
        return await setMenus(menus, api, log, until);
      } catch (error) {
        if (until.aborted) return;
        log.warn("telegram.menus-failed", { reason: reasonOf(error) });
        await rest(Math.min(longestWait, firstWait * 2 ** failures), until);
      }
    }
  }

  return {
    port,
    routes: webhook ? [webhookRoute({ secret: webhook.secret, intake, log, metrics })] : [],
    async start() {
      const me = await insist("getMe", () =>
        api.perform((raw, signal) => raw.getMe(signal), undefined, stopping.signal),
      );
      log.info("telegram.known", { username: me.username });
      receive({ id: me.id, username: me.username }).catch((error: unknown) => {
        // Stopping ends it, and a refused token was logged as such; anything else is a fault of ours.
        if (!stopping.signal.aborted && !(error instanceof TokenRefused)) {
          log.error("telegram.receiving-failed", { reason: reasonOf(error) });
        }
      });
      return { username: me.username, link: `https://t.me/${me.username}` };
    },
    async stop() {
      stopping.abort();
      const released = leader.stop();
      await polling.ended();
      await Promise.race([
        Promise.all([intake.drained().then(outbound.drained), released]),
        new Promise<void>((resolve) => clock.after(stopPatience, resolve)),
      ]);
      intake.abandon();
      news.close();
      outbound.close();
      api.close();
    },
    status: state.status,
    queueLength: outbound.length,
  };
}

function ended(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function hookUrl(given: string): string {
  const url = new URL(given);
  return url.pathname === "/" ? new URL(webhookPath, url).href : url.href;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
