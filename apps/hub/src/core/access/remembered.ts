/** Rights as the store last told them, for readings while it is away: for a minute, and for nothing that changes anything. */
import type { Account, Actor, Clock } from "../ports.ts";

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

/** Keeps the `most` that were told last; their age goes by the monotonic clock, which nobody sets back. */
export function rememberActors(clock: Pick<Clock, "monotonic">, most = 10_000): Remembered {
  const kept = new Map<string, { actor: Actor; at: number }>();
  const keyOf = (account: Account, chatId: string): string =>
    JSON.stringify([account.channel, account.externalId, chatId]);

  return {
    keep(account, chatId, actor) {
      const key = keyOf(account, chatId);
      // Deleted and set again: a Map keeps insertion order, so its first key is the one told longest ago.
      kept.delete(key);
      if (actor === undefined) return;
      kept.set(key, { actor, at: clock.monotonic() });
      if (kept.size <= most) return;
      const oldest = kept.keys().next();
      if (!oldest.done) kept.delete(oldest.value);
    },

    recall(account, chatId) {
      const key = keyOf(account, chatId);
      const found = kept.get(key);
      if (found === undefined) return undefined;
      if (clock.monotonic() - found.at <= KEPT_MS) return found.actor;
      kept.delete(key);
      return undefined;
    },

    forget(serverId) {
      for (const [key, { actor }] of kept)
        if (actor.servers.some(({ id }) => id === serverId)) kept.delete(key);
    },

    size: () => kept.size,
  };
}
