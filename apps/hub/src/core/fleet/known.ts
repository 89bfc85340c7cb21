/** Servers as the store last told of them, so that an agent can come back to this hub while the store is away. */
import { Fault } from "@servereye/contract";
import type { Clock } from "../ports/process.ts";
import type { ServerRecord, Servers } from "../ports/servers.ts";

export interface KnownServers {
  /**
   * The server by the store; while that is away, what it said of it (`fresh` false) when that was, or the server has
   * been connected here, at most `KEPT_MS` ago. Rejects as the store does otherwise.
   */
  look(serverId: string): Promise<{ record: ServerRecord | undefined; fresh: boolean }>;
  /** It is connected here now: had it been removed, its connection would have heard of it. */
  still(serverId: string): void;
  /** Its removal was told: memory lets it in no more, whatever the store says when it is back. */
  forget(serverId: string): void;
  size(): number;
}

/**
 * Long enough for an agent that lost its connection to dial again (5 s apart at most in the first minute), short enough
 * for a removal that this hub could not hear of. Ms.
 */
export const KEPT_MS = 60_000;

/** Keeps the `most` that were told of or connected last. */
export function knowServers(
  servers: Pick<Servers, "byId">,
  clock: Pick<Clock, "monotonic">,
  most = 20_000,
): KnownServers {
  const kept = new Map<string, { record: ServerRecord; at: number }>();
  /** Removals told so far: what the store was asked before one may have come from before it. */
  let removals = 0;

  function keep(record: ServerRecord): void {
    // Deleted and set again: a Map keeps insertion order, so its first key is the one that was told of longest ago.
    kept.delete(record.id);
    kept.set(record.id, { record, at: clock.monotonic() });
    if (kept.size <= most) return;
    const oldest = kept.keys().next();
    if (!oldest.done) kept.delete(oldest.value);
  }

  return {
    async look(serverId) {
      const before = removals;
      try {
        const record = await servers.byId(serverId);
        if (record === undefined) kept.delete(serverId);
        else if (before === removals) keep(record);
        return { record, fresh: true };
      } catch (error) {
        const found = kept.get(serverId);
        if (Fault.of(error).code !== "STORE_UNAVAILABLE" || found === undefined) throw error;
        if (clock.monotonic() - found.at <= KEPT_MS) return { record: found.record, fresh: false };
        kept.delete(serverId);
        throw error;
      }
    },
    still(serverId) {
      const found = kept.get(serverId);
      if (found !== undefined) keep(found.record);
    },
    forget(serverId) {
      removals += 1;
      kept.delete(serverId);
    },
    size: () => kept.size,
  };
}
