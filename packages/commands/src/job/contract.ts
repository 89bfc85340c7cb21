/** job: how work is going that an agent began and that goes on after its answer. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { JobId, JobState } from "../docker/job-state.ts";

export { JobId, JobState, JobStep } from "../docker/job-state.ts";

export const job = command({
  name: "job",
  about: "how work is going that was begun before",
  needs: "viewer",
  ask: z.object({ job: JobId }),
  answer: JobState,
});
