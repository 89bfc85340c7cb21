/** What a hub can ask and show: one line a command. */
import type { Measure, OriginalCommand } from "@servereye/contract";
import { containersOriginals } from "./containers/original.ts";
import { containersReading } from "./containers/reply.ts";
import { cpuReading } from "./cpu/reply.ts";
import { diskOriginal } from "./disk/original.ts";
import { diskReading } from "./disk/reply.ts";
import { imagesReading } from "./images/reply.ts";
import { inspectReading } from "./inspect/reply.ts";
import { jobReading } from "./job/reply.ts";
import type { Reading } from "./kit.ts";
import { memoryOriginal } from "./memory/original.ts";
import { memoryReading } from "./memory/reply.ts";
import { networkOriginal } from "./network/original.ts";
import { networkReading } from "./network/reply.ts";
import { pingOriginal } from "./ping/original.ts";
import { pingReading } from "./ping/reply.ts";
import { processesOriginal } from "./processes/original.ts";
import { processesReading } from "./processes/reply.ts";
import { statsContainerReading } from "./stats/reply.ts";
import { tempOriginal } from "./temp/original.ts";
import { tempReading } from "./temp/reply.ts";
import { topReading } from "./top/reply.ts";
import { uptimeOriginal } from "./uptime/original.ts";
import { uptimeReading } from "./uptime/reply.ts";

export const readings: readonly Reading[] = [
  pingReading,
  cpuReading,
  memoryReading,
  processesReading,
  uptimeReading,
  tempReading,
  diskReading,
  networkReading,
  containersReading,
  topReading,
  statsContainerReading,
  inspectReading,
  imagesReading,
  jobReading,
];

/** All that is measured, by its key. */
export const measures: ReadonlyMap<string, Measure> = new Map(
  readings.flatMap((one) => one.measures.map((measure) => [measure.key, measure])),
);

/** What of it agents of the Go original can be asked too: one line a command. */
export const originals: readonly OriginalCommand[] = [
  pingOriginal,
  memoryOriginal,
  processesOriginal,
  uptimeOriginal,
  tempOriginal,
  diskOriginal,
  networkOriginal,
  ...containersOriginals,
];

export { actionDeadlineMs } from "./containers/contract.ts";
export {
  allButton,
  asksFirst,
  beginningWith,
  CONTAINER_VERBS,
  type Container,
  ContainerId,
  ContainerName,
  ContainerState,
  type ContainerVerb,
  cardButton,
  containerActions,
  containerDot,
  containerStateText,
  containerStateWord,
  containers,
  dependentsOf,
  keptBy,
  keptFrom,
  portTexts,
  projectButton,
  projectsOf,
  shortName,
  verbsFor,
} from "./containers/reply.ts";
export {
  type CreatePort,
  type CreateVariable,
  type CreateVolume,
  create,
  FolderPath,
  HOST_NAMESPACES,
  RESTARTS,
} from "./create/reply.ts";
export { EPISODE_EVENT, EPISODE_KINDS, Episode, type EpisodeKind } from "./docker/episodes/contract.ts";
export { ImageReference, NewName, VolumeName } from "./docker/grammar.ts";
export { images } from "./images/contract.ts";
export { inspect } from "./inspect/contract.ts";
export { JobState, type JobStep, job } from "./job/contract.ts";
export { jobView } from "./job/reply.ts";
export type { Messages, Reading, ReplyButton, ReplyContext, ReplyView, Translate } from "./kit.ts";
export {
  LONGEST_SINCE,
  type Log,
  type LogRange,
  logFile,
  logMessages,
  logOf,
  logRange,
  logs,
  logView,
  MOST_LINES,
  rangeText,
  rangeWord,
  USUAL_LOG_RANGE,
} from "./logs/reply.ts";
export { MOST_MEMBERS, membersFor, ProjectResult, projectActions, projectFits } from "./project/reply.ts";
export {
  PRUNE_CHOICES,
  type PruneChoice,
  type PrunePreview,
  prune,
  pruneCounts,
  prunedBy,
  pruneFile,
  pruneList,
  pruneOverview,
  prunePreview,
} from "./prune/reply.ts";
export { pull } from "./pull/reply.ts";
export { sharedMessages } from "./shown/messages.ts";
export { statsContainer } from "./stats/contract.ts";
export { top } from "./top/contract.ts";
export { update } from "./update/reply.ts";
