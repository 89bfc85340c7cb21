/** The machine's Docker behind `Host`: the engine on its socket, and what of this machine its calls need to know. */
import type { Docker, DockerPolicy, Jobs } from "@servereye/commands/agent";
import type { Log } from "../../log.ts";
import { engineAt } from "./engine.ts";
import { realPath } from "./real-path.ts";
import { registryAuth } from "./registry-auth.ts";
import { engineSockets } from "./sockets.ts";

export interface MachineDockerOptions {
  /** SERVEREYE_AGENT_DOCKER_HOST; undefined: the first of the usual sockets that is there. */
  address: string | undefined;
  policy: DockerPolicy;
  jobs: Jobs;
  log: Log;
}

export function machineDocker({ address, policy, jobs, log }: MachineDockerOptions): Docker {
  const sockets = () => engineSockets(address);
  return { engine: engineAt({ address, log }), policy, jobs, realPath, registryAuth, sockets };
}
