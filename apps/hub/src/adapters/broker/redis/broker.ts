/** The broker and the presence board of hubs that share a Redis: one server, Sentinel or Cluster. */
import type { Broker, PresenceBoard } from "../../../core/ports/broker.ts";
import type { Clock, Log, Metrics } from "../../../core/ports/process.ts";
import type { PresenceCodec } from "../sealed.ts";
import { openConnections } from "./connections.ts";
import { type Endpoint, redisPlace } from "./place.ts";
import { createRedisPresence, plainEntries } from "./presence.ts";
import { slotOf } from "./slot.ts";
import { createSubscriptions, type Listener } from "./subscriptions.ts";
import { createViews } from "./view.ts";
import { DEADLINE_MS, openWire, unavailable, type Wire, type WireOptions } from "./wire.ts";

export interface RedisParts {
  /** As `redisPlace` reads it. */
  url: string;
  /** PEM of the authorities to trust with `rediss`; the system's when undefined. */
  ca?: string | undefined;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** How presence is written down; plain JSON unless told. */
  entries?: PresenceCodec;
  /** From 0 to below 1: spreads the tries of many hubs. */
  random?: () => number;
}

export interface RedisBroker {
  broker: Broker;
  presence: PresenceBoard;
  close(): Promise<void>;
}

/**
 * Resolves when the connections stand, or when the first try has failed (within about 2 s): then broker and board say
 * BROKER_UNAVAILABLE until Redis is there, and `restored` tells of it.
 */
export async function openRedisBroker(parts: RedisParts): Promise<RedisBroker> {
  const { clock, log, metrics } = parts;
  const place = redisPlace(parts.url);
  if (place === undefined) throw new TypeError("the address of Redis has not the form of one");
  const subscriptions = createSubscriptions(log);
  const sharded = place.kind === "cluster";
  const common = { ...place, ca: parts.ca, clock, sharded };
  const open = (options: Pick<WireOptions, "at" | "lost" | "heard">): Promise<Wire> =>
    openWire({ ...common, ...options });

  /** Sentinels often have no password where Redis has one: theirs is the same or none. */
  async function ask(at: Endpoint): Promise<Wire> {
    const silent = { at, lost: () => undefined, heard: () => undefined };
    if (place?.kind !== "sentinel") return open(silent);
    const asSentinel = { ...common, ...silent, database: 0 };
    try {
      return await openWire({ ...asSentinel, username: undefined, password: undefined });
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      if (!(cause instanceof Error) || !cause.message.startsWith("NOAUTH")) throw error;
      return openWire(asSentinel);
    }
  }

  const connections = await openConnections({
    views: createViews({ place, after: clock.after, open: ask }),
    wanted: subscriptions,
    open,
    async writable(wire) {
      if (place.kind !== "sentinel") return;
      const role = await wire.call(["ROLE"]);
      if (!Array.isArray(role) || role[0] !== "master") throw unavailable("the master is none any more");
    },
    heard: subscriptions.deliver,
    clock,
    random: parts.random ?? Math.random,
    log,
    metrics,
  });

  /** Whoever waits in a long queue is told at the deadline as well. */
  function within(work: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = clock.after(DEADLINE_MS, () => reject(unavailable("Redis does not answer")));
      work.then(resolve, reject).finally(stop);
    });
  }

  const broker: Broker = {
    async publish(channel, message) {
      const slot = slotOf(channel);
      const connectionsThere = await connections.call(slot, [
        sharded ? "SPUBLISH" : "PUBLISH",
        channel,
        message,
      ]);
      // Redis counts connections: this hub's own subscriptions share one.
      const own = connections.joined(slot)?.has(channel) === true ? subscriptions.count(channel) - 1 : 0;
      const heard = Number(connectionsThere);
      return heard === 0 ? 0 : heard + Math.max(0, own);
    },
    async subscribe(channel, handler) {
      const slot = slotOf(channel);
      const joined = connections.joined(slot);
      if (joined === undefined) throw unavailable("Redis is away");
      const listener: Listener = { handler };
      subscriptions.add(channel, listener);
      const leave = async (): Promise<void> => {
        subscriptions.remove(channel, listener);
        if (subscriptions.has(channel)) return;
        // Of a connection that is lost nothing has to be taken back.
        await connections
          .joined(slot)
          ?.look(channel)
          .catch(() => undefined);
      };
      try {
        if (!joined.has(channel)) await within(joined.look(channel));
        if (!joined.has(channel)) throw unavailable("the subscription does not stand");
      } catch (error) {
        void leave();
        throw error;
      }
      return { close: leave };
    },
    restored: (run) => connections.restored(run),
    check: () => connections.check(),
    close: () => connections.close(),
  };
  return {
    broker,
    presence: createRedisPresence({ connections, clock, metrics, entries: parts.entries ?? plainEntries }),
    close: () => connections.close(),
  };
}
