/** Verifiers of servers' answers, kept so that a question costs no look into the store. */
import { Fault, type Verify, verifierOf } from "@servereye/contract";
import type { Servers } from "../ports.ts";

export interface Verifiers {
  /** Rejects with SERVER_UNKNOWN, or STORE_UNAVAILABLE when it is not kept and the store is away. */
  of(serverId: string): Promise<Verify>;
  forget(serverId: string): void;
  size(): number;
}

/** Keeps the `max` most recently used. A server id derives from its key, so a kept verifier is never a wrong one. */
export function createVerifiers(
  servers: Pick<Servers, "byId">,
  verifierFor: (publicKey: Uint8Array<ArrayBuffer>) => Promise<Verify> = verifierOf,
  max = 10_000,
): Verifiers {
  const kept = new Map<string, Promise<Verify>>();

  async function load(serverId: string): Promise<Verify> {
    const record = await servers.byId(serverId);
    if (!record) throw new Fault("SERVER_UNKNOWN", "no such server", { values: { server: serverId } });
    return verifierFor(record.publicKey);
  }

  return {
    async of(serverId) {
      const found = kept.get(serverId) ?? load(serverId);
      // Deleted and set again: a Map keeps insertion order, so its first key is the least recently used.
      kept.delete(serverId);
      kept.set(serverId, found);
      if (kept.size > max) {
        const oldest = kept.keys().next();
        if (!oldest.done) kept.delete(oldest.value);
      }
      try {
        return await found;
      } catch (error) {
        // A failed look-up is not kept: the server may be added, or the store come back, a moment later.
        if (kept.get(serverId) === found) kept.delete(serverId);
        throw error;
      }
    },
    forget: (serverId) => void kept.delete(serverId),
    size: () => kept.size,
  };
}
