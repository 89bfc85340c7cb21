/** A broker over a Redis of the tests, and the ways to look at it and to turn its clock. */

import type { RedisServer } from "../../../../../../test/engines/redis.ts";
import { systemClock } from "../../../clock.ts";
import {
  type KeptLog,
  keptLog,
  type ReadMetrics,
  readMetrics,
} from "../../../core/fleet/doubles.test-code.ts";
import { openRedisBroker, type RedisBroker } from "./broker.ts";

export interface OpenedRedis extends RedisBroker {
  log: KeptLog;
  metrics: ReadMetrics;
}

export async function openedRedis(url: string, ca?: string): Promise<OpenedRedis> {
  const log = keptLog();
  const metrics = readMetrics();
  return { ...(await openRedisBroker({ url, ca, clock: systemClock, log, metrics })), log, metrics };
}

/** Resolves at the next time that all stands again. */
export function restoredOnce({ broker }: Pick<RedisBroker, "broker">): Promise<void> {
  return new Promise((resolve) => {
    const end = broker.restored(() => {
      end();
      resolve();
    });
  });
}

/** Remembers what different texts it heard, and waits for so many of them. */
export function ear() {
  const heard = new Set<string>();
  let waiting: { n: number; done: () => void } | undefined;
  return {
    heard,
    hear(text: string): void {
      heard.add(text);
      if (waiting !== undefined && heard.size >= waiting.n) waiting.done();
    },
    until: (n: number) =>
      new Promise<void>((done) => {
        waiting = { n, done };
        if (heard.size >= n) done();
      }),
  };
}

/** Lets what expires in Redis be older by `ms`: Redis has a clock of its own that nobody turns. */
export async function age(servers: readonly RedisServer[], ms: number): Promise<void> {
  for (const server of servers) {
    for (const key of strings(await server.ask("KEYS", "presence:*"))) {
      if ((await server.ask("TYPE", key)) === "zset")
        for (const member of strings(await server.ask("ZRANGE", key, "0", "-1")))
          await server.ask("ZINCRBY", key, String(-ms), member);
      const left = Number(await server.ask("PTTL", key)) - ms;
      // At 0 or below Redis takes it away at once, as it would have then.
      await server.ask("PEXPIRE", key, String(left));
    }
  }
}

const strings = (reply: unknown): string[] => (Array.isArray(reply) ? reply.map(String) : []);
