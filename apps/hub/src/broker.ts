/** The hub's broker and presence board: in process for a hub alone, or sealed over the Redis of its region and of others. */
import { readFileSync } from "node:fs";
import { createMemoryBroker, createMemoryPresence } from "./adapters/broker/memory.ts";
import { openRedisBroker } from "./adapters/broker/redis/broker.ts";
import type { Region } from "./adapters/broker/region.ts";
import { joinRegions } from "./adapters/broker/regions.ts";
import { createSeal, sealBroker, sealedEntries } from "./adapters/broker/sealed.ts";
import type { Cleanup } from "./cleanup.ts";
import { type Config, ConfigFault } from "./config.ts";
import type { Broker, PresenceBoard } from "./core/ports/broker.ts";
import type { Clock, Log, Metrics } from "./core/ports/process.ts";
import type { Settings } from "./core/ports/store.ts";
import { brokerKey } from "./identity.ts";

/** Resolves also while a Redis is away: the hub begins without it and is whole when it comes. */
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
  const { url, caFile, regions } = config.redis;
  const ca = caFile === undefined ? undefined : certificates(caFile);
  const seal = createSeal({ key: await brokerKey(settings), clock, log, metrics });
  const entries = sealedEntries(seal, clock);
  const open = async (name: string, address: string, its: Log): Promise<Region> => {
    const redis = await openRedisBroker({ url: address, ca, clock, log: its, metrics, entries });
    cleanup.add("broker", () => redis.close());
    return { name, broker: redis.broker, presence: redis.presence };
  };
  if (regions.length === 0) {
    const { broker, presence } = await open(config.region, url, log);
    return { broker: sealBroker(broker, seal), presence };
  }
  const [own, others] = await Promise.all([
    open(config.region, url, logOf(log, config.region)),
    Promise.all(regions.map((region) => open(region.name, region.url, logOf(log, region.name)))),
  ]);
  const { broker, presence } = joinRegions({ own, others, clock, log, metrics });
  cleanup.add("regions", () => broker.close());
  return { broker: sealBroker(broker, seal), presence };
}

/** The log with the region in every event. */
const logOf = (log: Log, region: string): Log => ({
  debug: (event, fields) => log.debug(event, { region, ...fields }),
  info: (event, fields) => log.info(event, { region, ...fields }),
  warn: (event, fields) => log.warn(event, { region, ...fields }),
  error: (event, fields) => log.error(event, { region, ...fields }),
});

function certificates(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "no reason given";
    throw new ConfigFault([`REDIS_CA_FILE can not be read (${code}): ${file}`]);
  }
}
