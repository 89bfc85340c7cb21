/** job: how work is going that an agent began and that goes on after its answer. */
import { command, FaultBody } from "@servereye/contract";
import * as z from "zod/mini";
import { LONGEST_SAID, LONGEST_WHAT, MOST_STEPS } from "../docker/jobs.ts";

export const JobId = z.uuid();

export const JobStep = z.object({
  what: z.string().check(z.maxLength(LONGEST_WHAT)),
  state: z.enum(["waiting", "running", "done", "failed", "skipped"]),
  said: z.optional(z.string().check(z.maxLength(LONGEST_SAID))),
  /** Bytes done, and in all. */
  bytes: z.optional(z.number().check(z.nonnegative())),
  ofBytes: z.optional(z.number().check(z.nonnegative())),
});
export type JobStep = z.infer<typeof JobStep>;

/** What begins a job answers this too. */
export const JobState = z.object({
  id: JobId,
  /** The command that began it. */
  kind: z.string().check(z.maxLength(64)),
  state: z.enum(["running", "done", "failed"]),
  /** Ms since it began, until now or its end. */
  tookMs: z.number().check(z.nonnegative()),
  steps: z.array(JobStep).check(z.maxLength(MOST_STEPS)),
  /** Of a done one: what the schema of its command says. */
  result: z.optional(z.unknown()),
  /** Of a failed one. */
  fault: z.optional(FaultBody),
});
export type JobState = z.infer<typeof JobState>;

export const job = command({
  name: "job",
  about: "how work is going that was begun before",
  needs: "viewer",
  ask: z.object({ job: JobId }),
  answer: JobState,
});
