/** Last signs of life, gathered and written to the store in one batch. */
import type { Clock, Log } from "../ports/process.ts";
import type { Servers } from "../ports/servers.ts";

export interface Seen {
  mark(serverId: string): void;
  /** Writes what is gathered, now or as soon as the batch under way is done. Never rejects. */
  flush(): Promise<void>;
  /** Stops the clock and writes the rest. */
  close(): Promise<void>;
}

export const SEEN_EVERY_MS = 10_000;

/** Servers remembered while the store is away; beyond that the oldest is forgotten. */
const MAX = 100_000;

export function createSeen(parts: { servers: Pick<Servers, "seen">; clock: Clock; log: Log }): Seen {
  const { servers, clock, log } = parts;
  let gathered = new Map<string, number>();
  let writing: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  let closed = false;
  let stopTimer = (): void => {};

  async function write(): Promise<void> {
    if (gathered.size === 0) return;
    const batch = gathered;
    gathered = new Map();
    try {
      await servers.seen([...batch].map(([serverId, at]) => ({ serverId, at })));
    } catch (error) {
      log.warn("seen.unwritten", { servers: batch.size, error });
      // Kept for the next batch; what was marked since is newer and wins.
      for (const [serverId, at] of gathered) batch.set(serverId, at);
      gathered = batch;
    }
  }

  /** One batch at a time; whoever comes meanwhile shares the next one. */
  function flush(): Promise<void> {
    if (writing) {
      following ??= writing.then(() => {
        following = undefined;
        return flush();
      });
      return following;
    }
    writing = write().finally(() => {
      writing = undefined;
    });
    return writing;
  }

  function arm(): void {
    if (closed) return;
    stopTimer = clock.after(SEEN_EVERY_MS, () => void flush().then(arm));
  }
  arm();

  return {
    mark(serverId) {
      gathered.delete(serverId);
      gathered.set(serverId, clock.now());
      if (gathered.size <= MAX) return;
      const oldest = gathered.keys().next();
      if (!oldest.done) gathered.delete(oldest.value);
    },
    flush,
    async close() {
      closed = true;
      stopTimer();
      await flush();
    },
  };
}
