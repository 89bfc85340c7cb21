/** What passes through a broker that others might write to, sealed: only a hub of this installation can make it. */
import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import type { Broker, Presence } from "../../core/ports/broker.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";

/**
 * A message as it travels: `<mac>.<message>`, the MAC being HMAC-SHA-256 in base64url (43 characters) over the place
 * and the message. The place is a channel's name, or `presence:<serverId>`: what was made for one is worth nothing in
 * another. It hides nothing; for that there is `rediss:`.
 *
 * Who can write to the broker alone can still put a true message back (and can delete all there is, which the hubs
 * survive as they survive the loss of Redis). What a message that comes again does:
 * - `cmd:` The hub passes an id on once. The agent checks the hub's signature and the expiry, and keeps the ids it
 *   has had on its disk: COMMAND_REPLAYED, nothing runs twice.
 * - `resp:` Answers are signed and matched by id; one that is settled is dropped and counted.
 * - `line:` "replaced" counts only from a newer connection than the present one; "removed" only when the store says so.
 * - `paired:` The store is asked whether the server was added. If not, the agent dials again and shows a new code.
 * - `heartbeat:` carries its own time, and nothing is decided by it.
 * - presence: its own time of the last heartbeat is in it, and an old one is none (OLD_ENTRY_MS). What is shown hangs
 *   on it, never whether a server can be asked. How many entries there are is the board's own word, and only shown.
 * - `claim:` An id is granted once, and given back only by the hub that it was granted to.
 * - `original:` A reply settles the question with its id, once; a sign of life says no more than that.
 * - `updates:` says "look into the store"; `telegram:` says until when to rest, which passes.
 */
export interface Seal {
  close(place: string, message: string): string;
  /** Undefined for what was not made for this place by who holds the key: counted, and logged once a minute. */
  open(place: string, sealed: string): string | undefined;
}

export interface SealParts {
  /** 32 bytes that the hubs of an installation share and nobody else has. */
  key: Uint8Array;
  clock: Clock;
  log: Pick<Log, "warn">;
  metrics: Pick<Metrics, "count">;
}

/** 32 bytes in base64url, without padding. */
const MAC_LENGTH = 43;
const LOGGED_EVERY_MS = 60_000;

export function createSeal(parts: SealParts): Seal {
  const { clock, log, metrics } = parts;
  // As a key object: given as bytes, the key is taken in anew for every message, which costs five times the MAC.
  const key = createSecretKey(parts.key);
  let lastLogged: number | undefined;
  let unlogged = 0;

  // The length before the place: no other place and message make the same text.
  const macOf = (place: string, message: string): string =>
    createHmac("sha256", key).update(`${place.length}:${place}${message}`).digest("base64url");

  function forged(place: string): void {
    const kind = place.split(":")[0] ?? "";
    metrics.count("broker_forged", { kind });
    unlogged += 1;
    const now = clock.monotonic();
    if (lastLogged !== undefined && now - lastLogged < LOGGED_EVERY_MS) return;
    log.warn("broker.forged", { kind, count: unlogged });
    lastLogged = now;
    unlogged = 0;
  }

  return {
    close: (place, message) => `${macOf(place, message)}.${message}`,
    open(place, sealed) {
      const message = sealed.slice(MAC_LENGTH + 1);
      const mac = Buffer.from(sealed.slice(0, MAC_LENGTH));
      const own = Buffer.from(macOf(place, message));
      // The length of what came is no secret.
      if (sealed[MAC_LENGTH] === "." && mac.length === own.length && timingSafeEqual(mac, own))
        return message;
      forged(place);
      return undefined;
    },
  };
}

/** The broker with everything sealed that passes through it. A message that is not is as if it had never come. */
export function sealBroker(broker: Broker, seal: Seal): Broker {
  return {
    publish: (channel, message) => broker.publish(channel, seal.close(channel, message)),
    subscribe: (channel, handler) =>
      broker.subscribe(channel, (sealed) => {
        const message = seal.open(channel, sealed);
        if (message !== undefined) handler(message);
      }),
    restored: (run) => broker.restored(run),
    check: () => broker.check(),
    close: () => broker.close(),
  };
}

/** How a board outside of this process writes its entries down. */
export interface PresenceCodec {
  /** JSON of an object that has the entry's `since` and `hub`, by which the board itself tells the later one. */
  encode(presence: Presence): string;
  /** What the board has still to look over, or undefined for what is no entry of this server. */
  decode(serverId: string, text: string): unknown;
}

/**
 * Silent for longer than this, an entry was put back by somebody; ms. A board drops its own within a minute; the rest is
 * for hubs whose clocks differ.
 */
export const OLD_ENTRY_MS = 5 * 60_000;

/** Entries under a seal. What stands beside it for the board is no more than its order: it is never given back. */
export function sealedEntries(seal: Seal, clock: Clock): PresenceCodec {
  const placeOf = (serverId: string): string => `presence:${serverId}`;
  return {
    encode(presence) {
      const { serverId, since, hub } = presence;
      return JSON.stringify({ since, hub, sealed: seal.close(placeOf(serverId), JSON.stringify(presence)) });
    },
    decode(serverId, text) {
      const opened = seal.open(placeOf(serverId), sealedIn(text));
      if (opened === undefined) return undefined;
      const entry: { lastHeartbeat?: unknown } = JSON.parse(opened);
      const silentFor = clock.now() - Number(entry.lastHeartbeat);
      return silentFor < OLD_ENTRY_MS ? entry : undefined;
    },
  };
}

/** Empty for what has none: no seal opens it. */
function sealedIn(text: string): string {
  try {
    const entry: unknown = JSON.parse(text);
    if (typeof entry === "object" && entry !== null && "sealed" in entry && typeof entry.sealed === "string")
      return entry.sealed;
  } catch {
    // Not JSON: forged, as whatever else has no seal.
  }
  return "";
}
