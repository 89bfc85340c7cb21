/** The engine's API over its socket. */
import type { Engine } from "@servereye/commands/agent";
import { Fault } from "@servereye/contract";
import type { Log } from "../../log.ts";

export interface EngineOptions {
  address: string | undefined;
  log: Log;
}

export function engineAt({ address = "unix:///var/run/docker.sock" }: EngineOptions): Engine {
  const away = async (): Promise<never> => {
    throw new Fault("DOCKER_UNAVAILABLE", "not asked yet", { values: { address, reason: "absent" } });
  };
  return { call: away, stream: away };
}
