/** The Telegram channel: put together from its parts, started, stopped, and asked how it is. */
import type { ChatHandler, ChatPort, Clock, HttpRoute, Inbox, Log, Metrics } from "../../core/ports.ts";
import { createApi } from "./api.ts";
import { createChatPort } from "./chatport.ts";
import { ApiRefused, TokenRefused } from "./failure.ts";
import { createIntake } from "./intake.ts";
import { type Menu, setMenus } from "./menus.ts";
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
  handler: ChatHandler;
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
   * receiving starts then. Rejects with TokenRefused for a wrong token, and when stopped before.
   */
  start(): Promise<{ username: string; link: string }>;
  /** Ends receiving, gives what is under way 0.5 s; the rest stays in the inbox for the next start. */
  stop(): Promise<void>;
  status(): Status;
  /** Messages that wait to be sent. */
  queueLength(): number;
}

export function createTelegram(options: TelegramOptions): Telegram {
  const { token, apiRoot, webhook, inbox, handler, clock, log, metrics, menus } = options;
  const random = options.random ?? Math.random;
  const stopping = new AbortController();
  const state = createState(log, options.onStatus ?? (() => {}));
  const api = createApi({ token, apiRoot, clock });
  const outbound = createOutbound({ clock, log, metrics, random, bounds: options.bounds ?? {} });
  const presses = createPresses({ api, outbound, clock, log, metrics });
  const writer = createWriter({ api, log, metrics });
  const port = createChatPort({ api, outbound, writer, presses, log, metrics });
  const intake = createIntake({ inbox, handler, presses, clock, log, metrics });
  const polling = createPolling({ api, intake, state, clock, log, metrics, random });

  metrics.gauge("telegram_queue_length", "Messages that wait to be sent to Telegram", outbound.length);
  metrics.gauge("telegram_updates_handling", "Telegram updates being handled", intake.size);

  /** Does it until it succeeds. Rejects when stopped, or with TokenRefused. */
  async function insist<T>(what: string, action: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await action();
      } catch (error) {
        if (stopping.signal.aborted) throw error;
        if (error instanceof ApiRefused && (error.code === 401 || error.code === 404)) {
          state.refused();
          throw new TokenRefused({ cause: error });
        }
        const wait = Math.min(longestWait, firstWait * 2 ** failures) * (0.5 + random() / 2);
        log.warn("telegram.setup-failed", { what, reason: reasonOf(error), againInMs: Math.round(wait) });
        state.down(`Telegram can not be reached (${what})`);
        await rest(wait);
      }
    }
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        cancel();
        reject(new Error("stopped"));
      };
      const cancel = clock.after(ms, () => {
        stopping.signal.removeEventListener("abort", stop);
        resolve();
      });
      stopping.signal.addEventListener("abort", stop);
    });
  }

  async function receive(me: { id: number; username: string }): Promise<void> {
    await insist("inbox", () => intake.meet(me));
    if (webhook) {
      const call = {
        url: hookUrl(webhook.url),
        secret_token: webhook.secret,
        allowed_updates: [...wantedUpdates],
      };
      await insist("setWebhook", () =>
        api.patiently(
          (raw, signal) => raw.setWebhook({ ...call, drop_pending_updates: false }, signal),
          stopping.signal,
        ),
      );
      state.up();
    } else {
      await insist("deleteWebhook", () =>
        api.patiently(
          (raw, signal) => raw.deleteWebhook({ drop_pending_updates: false }, signal),
          stopping.signal,
        ),
      );
      if (!stopping.signal.aborted) polling.start();
    }
    await setUpMenus();
  }

  /** A bot without its menu still answers: no reason to be down. */
  async function setUpMenus(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      try {
        return await setMenus(menus, api, log, stopping.signal);
      } catch (error) {
        log.warn("telegram.menus-failed", { reason: reasonOf(error) });
        await rest(Math.min(longestWait, firstWait * 2 ** failures));
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
      await polling.stop();
      await Promise.race([
        intake.drained().then(outbound.drained),
        new Promise<void>((resolve) => clock.after(stopPatience, resolve)),
      ]);
      intake.abandon();
      outbound.close();
      api.close();
    },
    status: state.status,
    queueLength: outbound.length,
  };
}

function hookUrl(given: string): string {
  const url = new URL(given);
  return url.pathname === "/" ? new URL(webhookPath, url).href : url.href;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
