/** update_container: the newest image of its reference, the same configuration, and the old one back if it fails. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerState } from "../docker/container-state.ts";
import { ContainerId, ContainerName } from "../docker/grammar.ts";
import { JobId, JobState } from "../docker/job-state.ts";

/**
 * `what` of its steps, in order. The new one is made before the old one is stopped: what the engine refuses costs no
 * minute of its work. `swap` gives the new one the name; `watch` is the wait for healthy (without a healthcheck: that
 * it goes on running); `undo` is only there when a step failed and the old one is put back.
 */
export const UPDATE_STAGES = [
  "pull",
  "create",
  "networks",
  "stop",
  "swap",
  "start",
  "watch",
  "remove",
  "undo",
] as const;
export type UpdateStage = (typeof UPDATE_STAGES)[number];

/** Why one can not be updated at all (`reason` in the values of the fault UNSUPPORTED, which has `name` too). */
const NO_UPDATE = [
  /** It is removed by the engine as it stops (`--rm`): there would be nothing to go back to. */
  "auto-remove",
  /** It belongs to a swarm service, which makes its own containers. */
  "swarm",
  /** It belongs to a pod, whose namespaces it shares. */
  "pod",
  /** The agent runs in it. */
  "self",
  /** It was made from an image by its id or digest: nothing newer has that. */
  "fixed",
  /** Its image was built or loaded on the server: who has its name in a registry may be anybody. */
  "local",
  /** Another container shares its network, process or IPC namespace, and would lose it. */
  "shared",
  /** The engine or its state is about another thing now (it is being removed, or dead). */
  "state",
] as const;
export type NoUpdate = (typeof NO_UPDATE)[number];

/**
 * A job. At once, before it begins: CONTAINER_CHANGED, CONTAINER_PROTECTED, CONTAINER_NOT_FOUND, UNSUPPORTED (NO_UPDATE).
 * From the job: IMAGE_UNAVAILABLE (nothing was touched) and CONTAINER_ACTION_FAILED with the values `name`, `stage` (an
 * UpdateStage), `reason` (the engine's words, or "unhealthy", "exited 1", "restarting", "not healthy in time"), `log` (the
 * new one's last lines, if it wrote some) and `back`: "yes" the old one is back as it was; "no": it is not, and stands
 * under the name in `aside`.
 */
export const update = command({
  name: "update_container",
  about: "recreate a container from the newest image",
  needs: "operator",
  policy: "containers.update",
  deadlineMs: 10_000,
  ask: z.object({
    job: JobId,
    id: ContainerId,
    name: ContainerName,
    /** Its state and image as its person saw them: if either is another by now, nothing is done (CONTAINER_CHANGED). */
    seen: ContainerState,
    image: z.string().check(z.maxLength(255)),
  }),
  answer: JobState,
});

export { UpdateResult } from "./result.ts";
