/**
 * Whose key a request brings. The key itself is kept nowhere: what is kept, for as long as its agent calls, is the key
 * pair made of it, found by a digest whose salt changes with each start.
 */
import { createHmac, randomBytes } from "node:crypto";
import { Fault, type KeyPair, ORIGINAL_RUNTIME, seedOfAny, serverIdOf } from "@servereye/contract";
import type { AgentDoor } from "../../core/fleet/door.ts";
import type { KnownOriginal } from "../../core/fleet/original-door.ts";
import type { Clock } from "../../core/ports/process.ts";
import { createBuckets, type ProxyLimits } from "./limits.ts";

export interface Caller extends KnownOriginal {
  /** Whether a person has added it. */
  added: boolean;
  /** Whether it was known from an earlier request. */
  again: boolean;
}

export interface Keys {
  /**
   * Fault RATE_LIMITED when its network tries too many keys nobody added, STORE_UNAVAILABLE. To register one is no try,
   * and is bounded by itself: agents that wait to be added must not lock out those beside them.
   */
  look(key: string, from: string, registers?: boolean): Promise<Caller>;
  /** The server is gone: its key is looked up anew. */
  forget(serverId: string): void;
  size(): number;
  close(): void;
}

export interface KeysParts {
  door: Pick<AgentDoor, "admit">;
  signerOf(seed: Uint8Array<ArrayBuffer>): Promise<KeyPair>;
  /** What shares limits: an address, or the network it can be any address of. */
  networkOf(address: string): string;
  clock: Clock;
  limits: ProxyLimits;
}

const NO_FACTS = { version: "", runtime: ORIGINAL_RUNTIME, os: "", arch: "", hostname: "", bootId: "" };

export function createKeys(parts: KeysParts): Keys {
  const { clock, limits } = parts;
  const salt = randomBytes(32);
  const known = new Map<string, { agent: KnownOriginal; until: number }>();
  const boundsOf = () => ({
    each: createBuckets(clock, limits.unknown, limits.remembered),
    inAll: createBuckets(clock, limits.unknownInAll, 1),
  });
  const tries = boundsOf();
  const registered = boundsOf();
  let stopSweep: (() => void) | undefined;

  function sweep(): void {
    const now = clock.monotonic();
    for (const [digest, { until }] of known) if (until <= now) known.delete(digest);
    stopSweep = known.size > 0 ? clock.after(limits.knownMs, sweep) : undefined;
  }

  function keep(digest: string, agent: KnownOriginal): void {
    known.delete(digest);
    known.set(digest, { agent, until: clock.monotonic() + limits.knownMs });
    if (known.size > limits.known) {
      const oldest = known.keys().next();
      if (!oldest.done) known.delete(oldest.value);
    }
    stopSweep ??= clock.after(limits.knownMs, sweep);
  }

  /** Counted as a wrong one before it is known to be right, so that a burst at once can not slip through. */
  function begin(from: string, { each, inAll }: ReturnType<typeof boundsOf>): () => void {
    const network = parts.networkOf(from);
    if (!each.take(network)) throw new Fault("RATE_LIMITED", "too many keys that nobody has added");
    if (!inAll.take("")) {
      each.give(network);
      throw new Fault("RATE_LIMITED", "too many keys that nobody has added");
    }
    return () => {
      each.give(network);
      inAll.give("");
    };
  }

  return {
    async look(key, from, registers = false) {
      const digest = createHmac("sha256", salt).update(key).digest("base64");
      const found = known.get(digest);
      if (found !== undefined && found.until > clock.monotonic()) {
        keep(digest, found.agent);
        return { ...found.agent, added: true, again: true };
      }
      const right = begin(from, registers ? registered : tries);
      const seed = await seedOfAny(key);
      if (seed === undefined) throw new Fault("FRAME_INVALID", "that is no server key");
      const pair = await parts.signerOf(seed);
      seed.fill(0);
      const agent = { serverId: await serverIdOf(pair.publicKey), key: pair };
      const facts = { ...NO_FACTS, allow: [], commands: [] };
      const candidate = {
        publicKey: pair.publicKey,
        serverId: agent.serverId,
        facts,
        enrol: undefined,
        pair: false,
        pairingCode: "",
        from,
      };
      const admission = await parts.door.admit(candidate, () => undefined);
      if (admission.kind !== "welcome") return { ...agent, added: false, again: false };
      right();
      keep(digest, agent);
      return { ...agent, added: true, again: false };
    },
    forget(serverId) {
      for (const [digest, { agent }] of known) if (agent.serverId === serverId) known.delete(digest);
    },
    size: () => known.size,
    close() {
      stopSweep?.();
      known.clear();
    },
  };
}
