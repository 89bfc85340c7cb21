/** What the hubs of one bot tell each other at once. All of it may be lost: each looks for itself a little later. */
import * as z from "zod/mini";
import type { Broker, Clock, Log, Subscription } from "../../core/ports.ts";

/** Says that there is something for a hub in the inbox; ids only, the store has the rest. */
const updatesChannel = (hub: string): string => `updates:${hub}`;
/** Says until when (epoch ms) the whole bot has to rest. */
const restChannel = "telegram:rest";

/** Telegram does not tell a bot to rest for longer, ms; what asks for more is no news of ours. */
const longestRest = 120_000;
const Rest = z.object({ from: z.string(), until: z.number() });

export interface News {
  /** There are updates in the inbox for that hub. */
  tell(hub: string, ids: readonly number[]): void;
  /** Telegram told this hub that the whole bot has to rest for `ms`. */
  rest(ms: number): void;
  /** Listens, if it does not yet. Rejects when the broker is away. */
  listen(): Promise<void>;
  close(): void;
}

export interface NewsOptions {
  broker: Pick<Broker, "publish" | "subscribe">;
  hub: string;
  clock: Clock;
  log: Log;
  onUpdates: () => void;
  onRest: (ms: number) => void;
}

export function createNews({ broker, hub, clock, log, onUpdates, onRest }: NewsOptions): News {
  let listening: Promise<Subscription[]> | undefined;
  let closed = false;

  function publish(channel: string, message: string): void {
    broker.publish(channel, message).catch((error: unknown) => {
      // Only later: the hub it is for looks into the store each second, and meets Telegram's limit by itself.
      log.debug("telegram.news-failed", { reason: error instanceof Error ? error.message : String(error) });
    });
  }

  function rested(message: string): void {
    let raw: unknown;
    try {
      raw = JSON.parse(message);
    } catch {
      // Not of our making, and worth nothing: a rest that is not heard of is met again at the next call.
      return;
    }
    const read = Rest.safeParse(raw);
    if (!read.success || read.data.from === hub) return;
    const ms = read.data.until - clock.now();
    if (ms > 0 && ms <= longestRest) onRest(ms);
  }

  async function subscribe(): Promise<Subscription[]> {
    const updates = await broker.subscribe(updatesChannel(hub), onUpdates);
    try {
      return [updates, await broker.subscribe(restChannel, rested)];
    } catch (error) {
      await end([updates]);
      throw error;
    }
  }

  async function end(subscriptions: readonly Subscription[]): Promise<void> {
    // The broker itself goes a moment later, and its subscriptions with it.
    for (const subscription of subscriptions) await subscription.close().catch(() => undefined);
  }

  return {
    tell: (to, ids) => publish(updatesChannel(to), JSON.stringify(ids)),
    rest: (ms) => publish(restChannel, JSON.stringify({ from: hub, until: clock.now() + ms })),
    async listen() {
      if (closed) return;
      listening ??= subscribe();
      const mine = listening;
      try {
        await mine;
      } catch (error) {
        if (listening === mine) listening = undefined;
        throw error;
      }
    },
    close() {
      closed = true;
      listening?.then(end, () => undefined);
    },
  };
}
