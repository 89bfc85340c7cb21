/** Work that goes on at an agent after its answer, as it crosses the wire. */
import { FaultBody } from "@servereye/contract";
import * as z from "zod/mini";
import { LONGEST_SAID, LONGEST_WHAT, MOST_STEPS } from "./jobs.ts";

/** Chosen by the hub: the same id twice is the same job. */
export const JobId = z
  .string()
  .check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/));

export const JobStep = z.object({
  /** A container, a layer, a stage: each command's contract says which. */
  what: z.string().check(z.maxLength(LONGEST_WHAT)),
  state: z.enum(["waiting", "running", "done", "failed", "skipped"]),
  /** The engine's or agent's own words to it. */
  said: z.optional(z.string().check(z.maxLength(LONGEST_SAID))),
  /** Bytes done, and in all. */
  bytes: z.optional(z.number().check(z.nonnegative())),
  ofBytes: z.optional(z.number().check(z.nonnegative())),
});
export type JobStep = z.infer<typeof JobStep>;

/** What begins a job answers this, and so does `job`. */
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
