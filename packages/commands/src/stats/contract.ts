/** stats_container: what one container takes now. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerId } from "../docker/grammar.ts";
import { Subject } from "../docker/subject.ts";

const amount = z.optional(z.number().check(z.nonnegative()));
/** So far, and a second now: bytes. The second is absent in a first reading that could not be compared. */
const Flow = z.object({ all: z.number().check(z.nonnegative()), now: amount });

export const Look = z.object({
  /** Percent of one processor (250 is two and a half); and how many it may use by its limit, if it has one. */
  cpu: amount,
  cpuLimit: amount,
  /** Processors of the machine. */
  processors: z.int().check(z.positive()),
  /** Percent of the time slices in which its limit held it back. */
  throttled: amount,
  /** Memory it holds without inactive file pages, bytes; its own limit, if it has one; and the machine's memory. */
  memory: amount,
  memoryLimit: amount,
  memoryTotal: amount,
  /** Absent: it uses the machine's own network. */
  received: z.optional(Flow),
  sent: z.optional(Flow),
  read: Flow,
  written: Flow,
  /** Processes and threads; and how many it may have. */
  pids: amount,
  pidsLimit: amount,
  /** Between the two readings, ms; 0: there was one alone. */
  intervalMs: z.number().check(z.nonnegative()),
});
export type Look = z.infer<typeof Look>;

export const statsContainer = command({
  name: "stats_container",
  about: "what a container takes now",
  needs: "viewer",
  // The engine tells once a second, and two readings are compared.
  deadlineMs: 10_000,
  ask: z.object({ container: ContainerId }),
  answer: z.object({
    subject: Subject,
    restarts: z.int().check(z.nonnegative()),
    /** Absent: it does not run. */
    look: z.optional(Look),
  }),
});
