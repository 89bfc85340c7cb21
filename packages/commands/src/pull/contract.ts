/** pull: an image fetched from its registry, with its progress. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ImageReference } from "../docker/grammar.ts";
import { JobId, JobState } from "../docker/job-state.ts";

/**
 * A job. Its steps are the image's layers (`what`: 12 digits) with the bytes of the one download; of more than 63
 * the rest is one step named "more". `said` is the engine's own word ("Downloading", "Already exists" ...).
 *
 * The fault of its own is IMAGE_UNAVAILABLE: values `image`, `why` ("absent", "denied", "unreachable", "full", "slow" or
 * "refused"), `reason` (the words of the engine) and `login`: whether credentials were sent ("sent"), there are none on the
 * server ("none"), or they are kept by a helper program, which the agent never runs ("helper").
 */
export const pull = command({
  name: "pull",
  about: "fetch an image",
  needs: "operator",
  policy: "images.pull",
  /** Without a tag or digest: `latest`. */
  ask: z.object({ job: JobId, image: ImageReference }),
  answer: JobState,
});

export { PullResult } from "./result.ts";
