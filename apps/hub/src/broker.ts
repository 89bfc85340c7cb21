/** The hub's broker and presence board: in process for a hub alone, or sealed over the Redis the configuration names. */
import { readFileSync } from "node:fs";
import { createMemoryBroker, createMemoryPresence } from "./adapters/broker/memory.ts";
import { openRedisBroker } from "./adapters/broker/redis/broker.ts";
import { createSeal, sealBroker, sealedEntries } from "./adapters/broker/sealed.ts";
import type { Cleanup } from "./cleanup.ts";
import { type Config, ConfigFault } from "./config.ts";
import type { Broker, Clock, Log, Metrics, PresenceBoard, Settings } from "./core/ports.ts";
import { brokerKey } from "./identity.ts";

/** Resolves also while Redis is away: the hub begins without it and is whole when it comes. */
export async function hubBroker(parts: {
  config: Config;
  settings: Settings;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  cleanup: Cleanup;
}): Promise<{ broker: Broker; presence: PresenceBoard }> {
  const { config, settings, clock, log, metrics, cleanup } = parts;
  if (config.redis === undefined) {
    const broker = createMemoryBroker({ log });
    cleanup.add("broker", () => broker.close());
    return { broker, presence: createMemoryPresence({ clock }) };
  }
  const { url, caFile } = config.redis;
  const seal = createSeal({ key: await brokerKey(settings), clock, log, metrics });
  const redis = await openRedisBroker({
    url,
    ca: caFile === undefined ? undefined : certificates(caFile),
    clock,
    log,
    metrics,
    entries: sealedEntries(seal, clock),
  });
  cleanup.add("broker", () => redis.close());
  return { broker: sealBroker(redis.broker, seal), presence: redis.presence };
}

function certificates(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
    throw new ConfigFault([`REDIS_CA_FILE can not be read (${code}): ${file}`]);
  }
}
