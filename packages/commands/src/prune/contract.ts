/** prune: what nobody uses, shown with its size first, and then removed piece by piece, nothing that was not shown. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerState } from "../docker/container-state.ts";
import { ContainerId, ContainerName, ImageId, VolumeName } from "../docker/grammar.ts";
import { JobId, JobState } from "../docker/job-state.ts";

/** Names of an image; one with more is left out, since not all of them could be shown. */
export const MOST_NAMES = 32;

/** Of each kind shown, and removed at one time, at the most. */
export const MOST_PRUNED = 200;

const Bytes = z.int().check(z.nonnegative());
const Left = z.int().check(z.nonnegative());
const ImageName = z.string().check(z.maxLength(400));
const NetworkId = z.string().check(z.regex(/^[0-9a-z]{12,64}$/));

/** Only reads. */
export const prunePreview = command({
  name: "prune_preview",
  about: "what nobody uses, and its size",
  needs: "viewer",
  deadlineMs: 30_000,
  ask: z.object({
    /** Absent: images that have no name any more. "unused": every image that no container has, named ones too. */
    images: z.optional(z.enum(["dangling", "unused"])),
  }),
  answer: z.object({
    /** Stopped ones that are not protected, those that were longest without work first. */
    containers: z
      .array(
        z.object({
          id: ContainerId,
          name: ContainerName,
          image: z.string().check(z.maxLength(255)),
          state: ContainerState,
          /** Epoch s it was made at. */
          created: z.int(),
          /** What it wrote. */
          bytes: Bytes,
        }),
      )
      .check(z.maxLength(MOST_PRUNED)),
    /** The biggest first. */
    images: z
      .array(
        z.object({
          id: ImageId,
          /** None: it has no name any more. */
          names: z.array(ImageName).check(z.maxLength(MOST_NAMES)),
          /** The repository it was pulled from, as its tag may have gone to a newer one. */
          was: z.optional(z.string().check(z.maxLength(255))),
          created: z.int(),
          /** Its own, without what it shares with others that stay or go. */
          bytes: Bytes,
        }),
      )
      .check(z.maxLength(MOST_PRUNED)),
    networks: z.array(z.object({ id: NetworkId, name: VolumeName })).check(z.maxLength(MOST_PRUNED)),
    /** How many more there are of each. */
    left: z.object({ containers: Left, images: Left, networks: Left }),
    /** Stopped containers that stay because they are protected. */
    protected: Left,
  }),
});
export type PrunePreview = z.infer<typeof prunePreview.answer>;

export { PRUNE_KINDS, type PruneKind } from "./kinds.ts";

/**
 * A job. It removes what it is given, as `prune_preview` showed it, and leaves whatever is in use or otherwise than shown
 * by then. `what` of its steps is a PruneKind, `said` "7 of 20".
 */
export const prune = command({
  name: "prune",
  about: "remove what nobody uses",
  needs: "operator",
  policy: "containers.prune",
  ask: z.object({
    job: JobId,
    containers: z.array(ContainerId).check(z.maxLength(MOST_PRUNED)),
    images: z
      .array(z.object({ id: ImageId, names: z.array(ImageName).check(z.maxLength(MOST_NAMES)) }))
      .check(z.maxLength(MOST_PRUNED)),
    networks: z.array(z.object({ id: NetworkId, name: VolumeName })).check(z.maxLength(MOST_PRUNED)),
  }),
  answer: JobState,
});

export { PruneResult } from "./result.ts";
