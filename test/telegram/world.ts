/** Everything the methods of the Bot API work on. */
import type { Callbacks } from "./callbacks.ts";
import type { Chats } from "./chats.ts";
import type { Clock } from "./clock.ts";
import type { LimitKeeper } from "./limits.ts";
import type { Menus } from "./menus.ts";
import type { BotIdentity } from "./message.ts";
import type { Params } from "./params.ts";
import type { Polling } from "./polling.ts";
import type { UpdateQueue } from "./updates.ts";
import type { WebhookPusher } from "./webhook.ts";

/** The parts of one emulator. */
export interface World {
  readonly clock: Clock;
  readonly bot: BotIdentity;
  readonly chats: Chats;
  readonly updates: UpdateQueue;
  readonly polling: Polling;
  readonly webhook: WebhookPusher;
  readonly callbacks: Callbacks;
  readonly menus: Menus;
  readonly limits: LimitKeeper;
  /** Told of "typing..." and the like. */
  readonly onAction: (chatId: number, action: string) => void;
}

/** One method: the parameters the real server knows, and what the emulator does. Throws `Refusal`. */
export interface Method {
  readonly known: readonly string[];
  readonly run: (world: World, params: Params, signal: AbortSignal) => unknown;
}
