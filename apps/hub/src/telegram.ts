/** The hub's Telegram side: its menus, and a start that does not wait for ever for a network that is away. */
import type { Health } from "@servereye/contract";
import { createTelegram, type Menu } from "./adapters/telegram/telegram.ts";
import type { Config } from "./config.ts";
import { menuFor } from "./core/chat/menu.ts";
import type { Broker } from "./core/ports/broker.ts";
import type { ChatHandler, ChatPort } from "./core/ports/chat.ts";
import type { HttpRoute } from "./core/ports/http.ts";
import type { Membership } from "./core/ports/hubs.ts";
import type { Pictures } from "./core/ports/pictures.ts";
import type { Clock, Log, Metrics } from "./core/ports/process.ts";
import type { Store } from "./core/ports/store.ts";
import { adminsOnTelegram } from "./persons.ts";

export interface OpenTelegram {
  port: ChatPort;
  routes: HttpRoute[];
  /** Who the bot is; undefined until Telegram said so. */
  bot(): { username: string; link: string } | undefined;
  /** Resolves when Telegram answered, or did not for a while (it is tried on). Rejects with TokenRefused. */
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): Health["telegram"];
}

const PATIENCE_MS = 4_000;

const menu = (scope: Menu["scope"], who: "all" | "admin"): Menu => ({
  scope,
  commands: menuFor("en", who),
  translated: { ru: menuFor("ru", who) },
});

export async function openTelegram(parts: {
  config: Config;
  store: Store;
  membership: Membership;
  broker: Broker;
  handler: ChatHandler;
  pictures: Pictures;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): Promise<OpenTelegram | undefined> {
  const { config, store, membership, broker, handler, pictures, clock, log, metrics } = parts;
  if (config.telegram === undefined) return undefined;
  const { token, apiRoot, webhook } = config.telegram;
  const admins = await adminsOnTelegram(store);
  const menus = [
    menu("private", "all"),
    menu("groups", "all"),
    ...admins.map((chatId) => menu({ chatId }, "admin")),
  ];
  const telegram = createTelegram({
    token,
    apiRoot,
    inbox: store.inbox,
    leases: store.leases,
    membership,
    broker,
    handler,
    pictures,
    clock,
    log,
    metrics,
    menus,
    ...(webhook === undefined ? {} : { webhook }),
  });
  let bot: { username: string; link: string } | undefined;
  return {
    port: telegram.port,
    routes: telegram.routes,
    bot: () => bot,
    start: () =>
      new Promise((resolve, reject) => {
        const patience = clock.after(PATIENCE_MS, resolve);
        telegram.start().then(
          (known) => {
            bot = known;
            patience();
            resolve();
          },
          (error: unknown) => {
            patience();
            // After the patience this reject changes nothing: the adapter has logged it and /health tells.
            reject(error);
          },
        );
      }),
    stop: () => telegram.stop(),
    health: () => telegram.status(),
  };
}
