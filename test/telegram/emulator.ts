/** A strict emulator of Telegram's Bot API for tests and the demo: real rules, real error texts, no network. */
import type { AddressInfo } from "node:net";
import { Api } from "./api.ts";
import { Callbacks } from "./callbacks.ts";
import { Chats } from "./chats.ts";
import { type Clock, OwnedClock, systemClock } from "./clock.ts";
import { Control } from "./control.ts";
import { ControlDoor } from "./controldoor.ts";
import { Faults } from "./faults.ts";
import { emulatorServer } from "./http.ts";
import { LimitKeeper, type Limits, publishedLimits } from "./limits.ts";
import { Menus } from "./menus.ts";
import type { Params } from "./params.ts";
import { Polling } from "./polling.ts";
import { Refusal } from "./refusal.ts";
import { UpdateQueue } from "./updates.ts";
import { WebhookPusher } from "./webhook.ts";
import type { World } from "./world.ts";

/** All may be left out. */
export interface EmulatorOptions {
  /** 0, the default, takes a free port of 127.0.0.1. */
  readonly port?: number;
  /** Time for everything the bot can notice; waiting of tests is always in real time. */
  readonly clock?: Clock;
  readonly token?: string;
  readonly botUsername?: string;
  readonly botName?: string;
  /** `false` switches the rate limits off, for benches. */
  readonly limits?: Limits | false;
  /** How long an answer to a press is taken, in milliseconds; 15 s, about that of the real server. */
  readonly callbackLifetimeMs?: number;
}

/** A running emulator. */
export interface Emulator {
  /** The API root, without a slash at the end. */
  readonly url: string;
  readonly token: string;
  readonly botUsername: string;
  readonly control: Control;
  /** Ends all calls and waiting; leaves no timer and no socket behind. */
  close(): Promise<void>;
}

/** Starts an emulator on 127.0.0.1. Rejects when the port is taken. */
export async function startTelegramEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const token = options.token ?? "7000000001:AAE-emulated-token-for-tests-only-000";
  const botUsername = options.botUsername ?? "servereye_test_bot";
  const bot = {
    id: Number(/^\d+/.exec(token)?.[0] ?? 1),
    username: botUsername,
    name: options.botName ?? "ServerEye",
  };
  const clock = new OwnedClock(options.clock ?? systemClock);
  const patience = new OwnedClock(systemClock);
  const faults = new Faults();
  const chats = new Chats(clock, bot);
  const updates = new UpdateQueue();
  const webhook = new WebhookPusher(updates, clock, (method, params) => performed(method, params));
  const world: World = {
    clock,
    bot,
    chats,
    updates,
    polling: new Polling(updates, clock),
    webhook,
    callbacks: new Callbacks(clock, options.callbackLifetimeMs ?? 15_000),
    menus: new Menus(),
    limits: new LimitKeeper(clock, options.limits ?? publishedLimits),
    onAction: (chatId, action) => {
      control.chat(chatId).act(action, clock.now());
      door.tell({ kind: "action", chatId, action });
    },
  };
  const api = new Api(world);
  const control = new Control(world, api, faults, patience);
  const door = new ControlDoor(control, chats, bot.name);
  const server = emulatorServer({ token, clock, api, chats, faults, control: door });

  /** A call in a webhook's answer; the bot is never told how it went, the log of calls is. */
  async function performed(method: string, params: Params): Promise<void> {
    try {
      await api.call(method, params, new AbortController().signal);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    token,
    botUsername,
    control,
    async close() {
      world.polling.end([]);
      webhook.close();
      control.close();
      door.close();
      clock.close();
      patience.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string")
    throw new TypeError("the emulator does not listen on TCP");
  return address.port;
}
