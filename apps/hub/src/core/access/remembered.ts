/** Rights as the store last told them, for readings while it is away: for a minute, and for nothing that changes anything. */
import type { Account, Actor } from "../ports/people.ts";
import type { Clock } from "../ports/process.ts";

export interface Remembered {
  /** What the store said just now: undefined forgets whom it does not know. */
  keep(account: Account, chatId: string, actor: Actor | undefined): void;
  /** What it said at most `KEPT_MS` ago. Only for when it can not be asked. */
  recall(account: Account, chatId: string): Actor | undefined;
  /** Rights on this server were changed here: who had any is looked up anew. */
  forget(serverId: string): void;
  size(): number;
}

/** So long a right that was taken away may still be good for a reading, while the store is away; ms. */
export const KEPT_MS = 60_000;

/**
 * Keeps those who were told last: `most` of them, seeing `mostServers` together, none longer than it may be recalled.
 * Their age goes by the monotonic clock, which nobody sets back.
 */
export function rememberActors(
  clock: Pick<Clock, "monotonic">,
  most = 10_000,
  mostServers = 200_000,
): Remembered {
  // A Map keeps insertion order, and who is told anew is set anew: the first is the one told longest ago.
  const kept = new Map<string, { actor: Actor; at: number }>();
  let servers = 0;

  function drop(key: string): void {
    servers -= kept.get(key)?.actor.servers.length ?? 0;
    kept.delete(key);
  }
  const keyOf = (account: Account, chatId: string): string =>
    JSON.stringify([account.channel, account.externalId, chatId]);

  return {
    keep(account, chatId, actor) {
      const key = keyOf(account, chatId);
      drop(key);
      if (actor === undefined) return;
      const now = clock.monotonic();
      kept.set(key, { actor, at: now });
      servers += actor.servers.length;
      for (const [oldest, { at }] of kept) {
        if (kept.size <= most && servers <= mostServers && now - at <= KEPT_MS) break;
        drop(oldest);
      }
    },

    recall(account, chatId) {
      const key = keyOf(account, chatId);
      const found = kept.get(key);
      if (found === undefined) return undefined;
      if (clock.monotonic() - found.at <= KEPT_MS) return found.actor;
      drop(key);
      return undefined;
    },

    forget(serverId) {
      for (const [key, { actor }] of kept) if (actor.servers.some(({ id }) => id === serverId)) drop(key);
    },

    size: () => kept.size,
  };
}
