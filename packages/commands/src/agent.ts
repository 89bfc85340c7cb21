/** What an agent can do: one line a command. */
import { actionCollectors } from "./containers/act.ts";
import { containersCollector } from "./containers/collect.ts";
import { cpuCollector } from "./cpu/collect.ts";
import { diskCollector } from "./disk/collect.ts";
import { jobCollector } from "./job/collect.ts";
import type { Collector } from "./kit.ts";
import { memoryCollector } from "./memory/collect.ts";
import { networkCollector } from "./network/collect.ts";
import { pingCollector } from "./ping/collect.ts";
import { processesCollector } from "./processes/collect.ts";
import { projectCollectors } from "./project/act.ts";
import { tempCollector } from "./temp/collect.ts";
import { uptimeCollector } from "./uptime/collect.ts";

export const collectors: readonly Collector[] = [
  pingCollector,
  cpuCollector,
  memoryCollector,
  processesCollector,
  uptimeCollector,
  tempCollector,
  diskCollector,
  networkCollector,
  containersCollector,
  ...actionCollectors,
  ...projectCollectors,
  jobCollector,
];

export {
  type Docker,
  type DockerPolicy,
  type Engine,
  type EngineCall,
  EngineRefusal,
  type EngineReply,
  type JobProgress,
  type JobState,
  type JobStep,
  type Jobs,
  type RegistryLogin,
} from "./docker/engine.ts";
export { ContainerId, ContainerName, ImageId, ImageReference, VolumeName } from "./docker/grammar.ts";
export { createJobs } from "./docker/jobs.ts";
export { DOCKER_HUB, registryOf } from "./docker/reference.ts";
export { ROUTES, type Route, type RouteName } from "./docker/routes.ts";
export type { Host, Space } from "./host.ts";
export type { Collector } from "./kit.ts";
