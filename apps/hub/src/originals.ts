/** The parts that serve agents of the Go original, tied together. */
import { originals as commands } from "@servereye/commands/hub";
import { networkOf } from "./adapters/gateway/limits.ts";
import { createProxy } from "./adapters/proxy/proxy.ts";
import { createClaims } from "./core/fleet/claims.ts";
import type { AgentDoor } from "./core/fleet/door.ts";
import { createOriginals } from "./core/fleet/original.ts";
import type { Broker } from "./core/ports/broker.ts";
import type { HttpRoute } from "./core/ports/http.ts";
import type { Clock, Log, Metrics } from "./core/ports/process.ts";
import type { Servers } from "./core/ports/servers.ts";
import { hubSigner, hubVerifier } from "./signing.ts";

/** Close it before the HTTP side, but when that takes no more connections: polls that wait are answered and come again. */
export function openOriginals(parts: {
  door: Pick<AgentDoor, "admit" | "connected" | "hubKey">;
  broker: Broker;
  servers: Pick<Servers, "byId" | "setFacts">;
  hubId: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): { routes: HttpRoute[]; close(): Promise<void> } {
  const claims = createClaims(parts);
  const originals = createOriginals({ ...parts, claims, commands, verifierFor: hubVerifier });
  const proxy = createProxy({ ...parts, originals, signerOf: hubSigner, networkOf });
  return {
    routes: proxy.routes,
    async close() {
      await proxy.close();
      await claims.close();
    },
  };
}
