/**
 * Who may hand an ask out: one hub, once, by the word of the hub that asked.
 *
 * Our own agents keep the ids of what they did, so an ask may reach them twice. An agent of the Go original keeps none,
 * and its polls come to any hub: for a moment two hubs may hold the same ask. So before one is handed out it is claimed
 * from the hub that asked (`replyTo` names it), which grants each id to one claim and never again. Where the word gets
 * lost, the ask is not handed out: at most once holds whatever the broker does.
 */
import type { Ask } from "@servereye/contract";
import * as z from "zod/mini";
import type { Broker, Subscription } from "../ports/broker.ts";
import type { Clock, Log, Metrics } from "../ports/process.ts";
import { answerChannel, claimChannel } from "./channels.ts";

export type Claimed = Pick<Ask, "id" | "replyTo" | "expires">;

/** A granted claim. Gives it back, not handed out: the ask may be claimed again. Never rejects. */
export type Release = () => Promise<void>;

export interface Claims {
  /**
   * Granted to one claim alone of all that are made for an ask, at any hub; undefined for the others. Never rejects:
   * what can not be asked is not granted.
   */
  claim(ask: Claimed): Promise<Release | undefined>;
  close(): Promise<void>;
}

/** How long the word of the hub that asked is waited for, ms. */
export const CLAIM_MS = 1_000;
/** Ids granted and not yet expired that are remembered; as many asks can be in flight from one hub. Beyond: refused. */
const MOST_GRANTED = 10_000;

/** Each claim has a number of its own (`n`) from the hub that makes it (`by`): an old word, put back, is for no other. */
const News = z.discriminatedUnion("t", [
  z.object({ t: z.literal("claim"), id: z.string(), by: z.string(), n: z.int(), expires: z.int() }),
  z.object({ t: z.literal("release"), id: z.string(), by: z.string(), n: z.int() }),
  z.object({ t: z.literal("word"), id: z.string(), n: z.int(), granted: z.boolean() }),
]);
type News = z.infer<typeof News>;

export function createClaims(parts: {
  broker: Broker;
  hubId: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): Claims {
  const { broker, hubId, clock, log, metrics } = parts;
  const granted = new Map<string, { by: string; n: number; expires: number }>();
  const waiting = new Map<number, { id: string; settle(granted: boolean): void }>();
  let claims = 0;
  let subscription: Promise<Subscription> | undefined;
  let closed = false;

  /** Undefined for an ask that no hub of ours can have made. */
  const askerOf = ({ replyTo }: Claimed): string | undefined =>
    replyTo.startsWith(answerChannel("")) ? replyTo.slice(answerChannel("").length) : undefined;

  function grant(id: string, by: string, n: number, expires: number): boolean {
    const now = clock.now();
    if (closed || expires <= now || granted.has(id)) return false;
    if (granted.size >= MOST_GRANTED)
      for (const [old, entry] of granted) if (entry.expires <= now) granted.delete(old);
    if (granted.size >= MOST_GRANTED) return false;
    granted.set(id, { by, n, expires });
    return true;
  }

  function giveBack(id: string, by: string, n: number): void {
    const found = granted.get(id);
    if (found?.by === by && found.n === n) granted.delete(id);
  }

  const publish = (to: string, news: News): Promise<number> =>
    broker.publish(claimChannel(to), JSON.stringify(news));

  function received(text: string): void {
    const news = parse(text);
    if (news === undefined) metrics.count("claims_dropped");
    else if (news.t === "release") giveBack(news.id, news.by, news.n);
    else if (news.t === "word") {
      const claim = waiting.get(news.n);
      if (claim?.id === news.id) claim.settle(news.granted);
    } else {
      const { id, by, n } = news;
      publish(by, { t: "word", id, n, granted: grant(id, by, n, news.expires) }).catch((error: unknown) =>
        // Not told, not handed out: the person learns that no answer came.
        log.warn("claim.unanswered", { error }),
      );
    }
  }

  /** Stands before the first claim is made here; asks of this hub are claimed from elsewhere from then on too. */
  async function standing(): Promise<void> {
    subscription ??= broker.subscribe(claimChannel(hubId), received);
    const attempt = subscription;
    try {
      await attempt;
    } catch (error) {
      if (subscription === attempt) subscription = undefined;
      throw error;
    }
  }

  async function elsewhere(asker: string, { id, expires }: Claimed, n: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    waiting.set(n, { id, settle: resolve });
    const stopTimer = clock.after(CLAIM_MS, () => resolve(false));
    try {
      await standing();
      const heard = await publish(asker, { t: "claim", id, by: hubId, n, expires });
      return heard > 0 && (await promise);
    } catch (error) {
      log.warn("claim.unasked", { error });
      return false;
    } finally {
      stopTimer();
      waiting.delete(n);
    }
  }

  async function release(asker: string, id: string, n: number): Promise<void> {
    if (asker === hubId) return giveBack(id, hubId, n);
    try {
      await publish(asker, { t: "release", id, by: hubId, n });
    } catch (error) {
      log.warn("claim.unreleased", { error });
    }
  }

  // Other hubs claim what this one asked: it must hear them from the start, or else as soon as the broker is there.
  const listen = (): void => void standing().catch((error: unknown) => log.warn("claim.unheard", { error }));
  const stopListening = broker.restored(listen);
  listen();

  return {
    async claim(ask) {
      const asker = askerOf(ask);
      if (asker === undefined || closed) return undefined;
      claims += 1;
      const n = claims;
      const given = asker === hubId ? grant(ask.id, hubId, n, ask.expires) : await elsewhere(asker, ask, n);
      return given ? () => release(asker, ask.id, n) : undefined;
    },
    async close() {
      closed = true;
      stopListening();
      for (const { settle } of waiting.values()) settle(false);
      // A subscription that never stood needs no closing.
      const stood = await subscription?.catch(() => undefined);
      await stood?.close();
    },
  };
}

function parse(text: string): News | undefined {
  try {
    return News.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: nothing a hub sends; the caller counts it.
    return undefined;
  }
}
