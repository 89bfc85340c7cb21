/** What an agent can do: one line a command. */
import { actionCollectors } from "./containers/act.ts";
import { containersCollector } from "./containers/collect.ts";
import { cpuCollector } from "./cpu/collect.ts";
import { cpuSampler } from "./cpu/sample.ts";
import { createCollector } from "./create/collect.ts";
import { diskCollector } from "./disk/collect.ts";
import { diskSampler } from "./disk/sample.ts";
import { imagesCollector } from "./images/collect.ts";
import { inspectCollector } from "./inspect/collect.ts";
import { jobCollector } from "./job/collect.ts";
import type { Collector, Sampler } from "./kit.ts";
import { logsCollector } from "./logs/collect.ts";
import { memoryCollector } from "./memory/collect.ts";
import { memorySampler } from "./memory/sample.ts";
import { networkCollector } from "./network/collect.ts";
import { networkSampler } from "./network/sample.ts";
import { pingCollector } from "./ping/collect.ts";
import { processesCollector } from "./processes/collect.ts";
import { processesSampler } from "./processes/sample.ts";
import { projectCollectors } from "./project/act.ts";
import { pruneCollector, prunePreviewCollector } from "./prune/collect.ts";
import { pullCollector } from "./pull/collect.ts";
import { statsContainerCollector } from "./stats/collect.ts";
import { statsContainerSampler } from "./stats/sample.ts";
import { tempCollector } from "./temp/collect.ts";
import { tempSampler } from "./temp/sample.ts";
import { topCollector } from "./top/collect.ts";
import { updateCollector } from "./update/collect.ts";
import { uptimeCollector } from "./uptime/collect.ts";
import { uptimeSampler } from "./uptime/sample.ts";

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
  topCollector,
  statsContainerCollector,
  inspectCollector,
  imagesCollector,
  ...actionCollectors,
  ...projectCollectors,
  pullCollector,
  createCollector,
  updateCollector,
  prunePreviewCollector,
  pruneCollector,
  jobCollector,
  logsCollector,
];

/** What is measured again and again: one line a command. */
export const samplers: readonly Sampler[] = [
  cpuSampler,
  memorySampler,
  diskSampler,
  networkSampler,
  tempSampler,
  processesSampler,
  uptimeSampler,
  statsContainerSampler,
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
export { EPISODE_EVENT } from "./docker/episodes/kinds.ts";
export { endOfLog, shownLines } from "./docker/episodes/lines.ts";
export { lookedIn, mayBeInTrouble } from "./docker/episodes/look.ts";
export { Episodes, type Looked, type Track } from "./docker/episodes/machine.ts";
export { ContainerId, ContainerName, ImageId, ImageReference, VolumeName } from "./docker/grammar.ts";
export { createJobs } from "./docker/jobs.ts";
export { jsonLines } from "./docker/lines.ts";
export { FINE_POLICIES } from "./docker/policy.ts";
export { DOCKER_HUB, registryOf } from "./docker/reference.ts";
export { ROUTES, type Route, type RouteName } from "./docker/routes.ts";
export { type ContainerEvent, containerEventIn, WATCHED } from "./docker/shapes/event.ts";
export { ContainerSummary, nameIn } from "./docker/shapes/summary.ts";
export type { Host, Space } from "./host.ts";
export type { Collector, Sampler, SampleWish, Values } from "./kit.ts";
export { type Settled, settleUpdates } from "./update/collect.ts";
