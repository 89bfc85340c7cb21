/** What the hubs of one bot tell each other at once. All of it may be lost: each looks for itself a little later, or decides alone. */
import * as z from "zod/mini";
import type { Broker, Subscription } from "../../core/ports/broker.ts";
import type { Clock, Log } from "../../core/ports/process.ts";

/** Says that there is something for a hub in the inbox (ids only, the store has the rest), or is a claim or its answer. */
const updatesChannel = (hub: string): string => `updates:${hub}`;
/** Says until when (epoch ms) the whole bot has to rest. */
const restChannel = "telegram:rest";

/** Telegram does not tell a bot to rest for longer, ms; what asks for more is no news of ours. */
const longestRest = 120_000;
const Rest = z.object({ from: z.string(), until: z.number() });

/** How long a claim waits for answers, ms: a healthy broker needs a few, and somebody waits for theirs within a second. */
const CLAIM_MS = 150;
const Ids = z.array(z.int()).check(z.maxLength(20_000));
const Claim = z.object({ claim: z.int(), from: z.string(), ids: Ids });
const Answer = z.object({ claimed: z.int(), from: z.string(), has: Ids });

export interface News {
  /** There are updates in the inbox for that hub. */
  tell(hub: string, ids: readonly number[]): void;
  /**
   * Says to `others` that this hub handles those updates without knowing whether they are in the inbox. Gives, within
   * 150 ms, which of them one of the others has; who does not answer has none. Never rejects.
   */
  claim(others: readonly string[], ids: readonly number[]): Promise<Set<number>>;
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
  /** That hub handles those, but what is given back: this one has them. */
  onClaim: (from: string, ids: readonly number[]) => readonly number[];
  onRest: (ms: number) => void;
}

export function createNews(options: NewsOptions): News {
  const { broker, hub, clock, log, onUpdates, onClaim, onRest } = options;
  let listening: Promise<Subscription[]> | undefined;
  let closed = false;
  let claims = 0;
  /** By the claim's number: hears who answered and what they have. */
  const claiming = new Map<number, (from: string, has: readonly number[]) => void>();

  /** Gives how many heard it. */
  async function publish(channel: string, message: unknown): Promise<number> {
    try {
      return await broker.publish(channel, JSON.stringify(message));
    } catch (error) {
      // Only later: the hub it is for looks into the store each second, and meets Telegram's limit by itself.
      log.debug("telegram.news-failed", { reason: error instanceof Error ? error.message : String(error) });
      return 0;
    }
  }

  function claim(others: readonly string[], ids: readonly number[]): Promise<Set<number>> {
    const [number, open, had] = [++claims, new Set(others), new Set<number>()];
    if (open.size === 0 || ids.length === 0) return Promise.resolve(had);
    const { promise, resolve } = Promise.withResolvers<Set<number>>();
    const over = (): void => {
      cancel();
      claiming.delete(number);
      resolve(had);
    };
    const cancel = clock.after(CLAIM_MS, over);
    const answered = (from: string, has: readonly number[]): void => {
      if (!open.delete(from)) return;
      for (const id of has) had.add(id);
      if (open.size === 0) over();
    };
    claiming.set(number, answered);
    for (const other of others)
      void publish(updatesChannel(other), { claim: number, from: hub, ids }).then((heard) => {
        if (heard === 0) answered(other, []);
      });
    return promise;
  }

  function told(message: string): void {
    const raw = parsed(message);
    const [asked, answer] = [Claim.safeParse(raw), Answer.safeParse(raw)];
    if (answer.success) claiming.get(answer.data.claimed)?.(answer.data.from, answer.data.has);
    else if (asked.success) {
      const { claim, from, ids } = asked.data;
      void publish(updatesChannel(from), { claimed: claim, from: hub, has: onClaim(from, ids) });
    } else onUpdates();
  }

  function rested(message: string): void {
    const read = Rest.safeParse(parsed(message));
    if (!read.success || read.data.from === hub) return;
    const ms = read.data.until - clock.now();
    if (ms > 0 && ms <= longestRest) onRest(ms);
  }

  async function subscribe(): Promise<Subscription[]> {
    const updates = await broker.subscribe(updatesChannel(hub), told);
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
    tell: (to, ids) => void publish(updatesChannel(to), ids),
    claim,
    rest: (ms) => void publish(restChannel, { from: hub, until: clock.now() + ms }),
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

/** Undefined for what is not of our making, and worth nothing: a rest that is not heard of is met again at the next call. */
function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    // Whatever it is, it is told to nobody.
    return undefined;
  }
}
