/** processes: the ten that use the most processor time now, or the most memory. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";

export const By = z.enum(["cpu", "memory"]);
export type By = z.infer<typeof By>;

export const TOP = 10;

const Process = z.object({
  pid: z.int(),
  /** As the process calls itself, the program's full name where the kernel cut it. May hold any character. */
  name: z.string().check(z.maxLength(64)),
  /** A thread of the kernel: it has no program. Absent where it is not told. */
  kernel: z.optional(z.boolean()),
  user: z.string().check(z.maxLength(64)),
  /** R runs, S sleeps, D waits for a device, Z has ended and waits for its parent ... */
  state: z.string().check(z.maxLength(1)),
  /** Percent of one core over the interval, as `top` counts: 250 is two and a half cores. Only by cpu. */
  cpu: z.optional(z.number()),
  /** Bytes in RAM (RSS), shared pages included. */
  memory: z.number(),
  /** Percent of the machine's memory, where the agent counts it itself. */
  share: z.optional(z.number()),
  /** Seconds since it started; absent where a container's clock does not fit. */
  age: z.optional(z.number()),
});
export type Process = z.infer<typeof Process>;

export const processes = command({
  name: "processes",
  about: "top processes by processor or memory",
  needs: "viewer",
  ask: z.object({ by: z.optional(By) }),
  answer: z.object({
    by: By,
    top: z.array(Process).check(z.maxLength(TOP)),
    /** All processes, threads of the kernel included; absent where the agent does not tell. */
    total: z.optional(z.int()),
    /** Ended, but not yet taken by their parent. */
    zombies: z.optional(z.int()),
    /** Waiting for a device, not to be interrupted. */
    stuck: z.optional(z.int()),
    /** Processors online: the most a process can use is 100 % of each. */
    processors: z.optional(z.int()),
    /** Memory of the machine, bytes; absent when not told. */
    memoryTotal: z.optional(z.number()),
    /** Length of the interval the shares are of, ms; 0 by memory. */
    intervalMs: z.number(),
    /** How many the agent chose from, where it is not all of them. */
    told: z.optional(z.int()),
    /** Told by an agent of the Go original, which counts processor time in its own way. */
    original: z.optional(z.literal(true)),
  }),
});
