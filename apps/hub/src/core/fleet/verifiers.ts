/** Verifiers of servers' answers, kept so that a question costs no look into the store. */
import { Fault, type Verify, verifierOf } from "@servereye/contract";
import type { Servers } from "../ports/servers.ts";

export interface Verifiers {
  /** Rejects with SERVER_UNKNOWN, or STORE_UNAVAILABLE when it is not kept and the store is away. */
  of(serverId: string): Promise<Verify>;
  /**
   * Has these ready, so that they can be asked while the store is away. In the background, in one look for all that are
   * lacking; what fails is looked for again the next time.
   */
  prepare(serverIds: readonly string[]): void;
  forget(serverId: string): void;
  size(): number;
}

/** Keys looked up in one go. */
const AT_ONCE = 500;

/** Keeps the `max` most recently used. A server id derives from its key, so a kept verifier is never a wrong one. */
export function createVerifiers(
  servers: Pick<Servers, "byId" | "keys">,
  verifierFor: (publicKey: Uint8Array<ArrayBuffer>) => Promise<Verify> = verifierOf,
  max = 10_000,
): Verifiers {
  const kept = new Map<string, Promise<Verify>>();

  async function load(serverId: string): Promise<Verify> {
    const record = await servers.byId(serverId);
    if (!record) throw new Fault("SERVER_UNKNOWN", "no such server", { values: { server: serverId } });
    return verifierFor(record.publicKey);
  }

  function keep(serverId: string, found: Promise<Verify>): void {
    // Deleted and set again: a Map keeps insertion order, so its first key is the least recently used.
    kept.delete(serverId);
    kept.set(serverId, found);
    if (kept.size > max) {
      const oldest = kept.keys().next();
      if (!oldest.done) kept.delete(oldest.value);
    }
  }

  const lacking = new Set<string>();
  let preparing = false;
  async function prepareAll(): Promise<void> {
    while (lacking.size > 0) {
      const ids = [...lacking].slice(0, AT_ONCE);
      for (const id of ids) lacking.delete(id);
      for (const [id, key] of await servers.keys(ids)) {
        if (kept.has(id)) continue;
        const verify = verifierFor(key);
        keep(id, verify);
        await verify;
      }
    }
  }

  return {
    async of(serverId) {
      const found = kept.get(serverId) ?? load(serverId);
      keep(serverId, found);
      try {
        return await found;
      } catch (error) {
        // A failed look-up is not kept: the server may be added, or the store come back, a moment later.
        if (kept.get(serverId) === found) kept.delete(serverId);
        throw error;
      }
    },
    prepare(serverIds) {
      for (const id of serverIds) if (!kept.has(id) && lacking.size < max) lacking.add(id);
      if (preparing || lacking.size === 0) return;
      preparing = true;
      prepareAll()
        // Not there now: a question looks by itself, and the next message prepares again.
        .catch(() => lacking.clear())
        .finally(() => {
          preparing = false;
        });
    },
    forget: (serverId) => void kept.delete(serverId),
    size: () => kept.size,
  };
}
