/** The hub's part in telling of containers in trouble: what agents' events become, and who shows it. */
import { EPISODE_EVENT } from "@servereye/commands/hub";
import type { Config } from "./config.ts";
import { createEpisodes } from "./core/chat/containers/episodes.ts";
import { createEvents, type Events } from "./core/fleet/events.ts";
import type { ChatPort } from "./core/ports/chat.ts";
import type { Chance, Clock, Log, Metrics } from "./core/ports/process.ts";
import type { Store } from "./core/ports/store.ts";
import { hubVerifier } from "./signing.ts";

export interface OpenEpisodes {
  events: Events;
  /** Shows what is due. The channels have to be there. */
  start(): void;
  stop(): Promise<void>;
}

export function openEpisodes(parts: {
  config: Pick<Config, "telegram">;
  store: Store;
  hubId: string;
  port(channel: string): ChatPort;
  clock: Clock;
  chance: Chance;
  log: Log;
  metrics: Metrics;
}): OpenEpisodes {
  const { config, store, hubId, port, clock, chance, log, metrics } = parts;
  const episodes = createEpisodes({
    ...{ store, clock, chance, log, metrics, port, hub: hubId },
    channels: () => (config.telegram === undefined ? ["local"] : ["telegram", "local"]),
  });
  const events = createEvents({
    servers: store.servers,
    verifierFor: hubVerifier,
    takers: { [EPISODE_EVENT]: episodes.take },
    ...{ clock, log, metrics },
  });
  return { events, start: () => episodes.start(), stop: () => episodes.stop() };
}
