/** Somebody who can read and write Redis and holds no key: sends true messages again, later, some of them often. */
import { createClient } from "@redis/client";
import type { Chance } from "./chance.ts";

export interface Rogue {
  /** How many messages were sent again. */
  replayed(): number;
  stop(): void;
}

/** So much of what passes is sent again, as often as `MOST_TIMES`, as late as `LATEST_MS`. */
const SHARE = 0.3;
const MOST_TIMES = 3;
const LATEST_MS = 6_000;
/** Messages that wait to be sent again at once; more are let go. */
const MOST_WAITING = 1_000;
/** Its own are known by their number and not sent again, or they would be the flood. */
const MOST_KNOWN = 10_000;

/** Listens to every channel of the Redis at this port, through all its deaths. */
export async function startRogue(port: number, chance: Chance): Promise<Rogue> {
  const open = () => {
    const client = createClient({
      socket: { host: "127.0.0.1", port, reconnectStrategy: () => 100 },
      disableOfflineQueue: true,
    });
    // It is killed under this one's hands: tried again until stopped.
    client.on("error", () => undefined);
    return client;
  };
  const [ears, mouth] = [open(), open()];
  const waiting = new Set<NodeJS.Timeout>();
  const known = new Set<string>();
  let replayed = 0;

  function again(channel: string, message: string): void {
    const timer = setTimeout(
      () => {
        waiting.delete(timer);
        mouth.publish(channel, message).then(
          () => {
            replayed++;
          },
          // Redis is away: this one is not sent again.
          () => undefined,
        );
      },
      chance.between(0, LATEST_MS),
    );
    waiting.add(timer);
  }

  await Promise.all([ears.connect(), mouth.connect()]);
  await ears.pSubscribe("*", (message, channel) => {
    const whole = `${channel} ${message}`;
    if (known.has(whole) || chance.next() > SHARE || waiting.size >= MOST_WAITING) return;
    known.add(whole);
    const [oldest] = known;
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    for (let times = chance.between(1, MOST_TIMES); times > 0; times--) again(channel, message);
  });
  return {
    replayed: () => replayed,
    stop() {
      for (const timer of waiting) clearTimeout(timer);
      ears.destroy();
      mouth.destroy();
    },
  };
}
