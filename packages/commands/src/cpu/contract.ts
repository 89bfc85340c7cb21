/** cpu: what the processors do now, over an interval, and how long the queue for them is. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { Pressure } from "../kernel/pressure.ts";

/** Processors beyond this number are not told one by one, so that an answer stays small. */
export const MAX_CORES = 4096;

const Percent = z.number();

export const cpu = command({
  name: "cpu",
  about: "processor usage, load and pressure",
  needs: "viewer",
  ask: z.object({}),
  answer: z.object({
    /** Length of the interval the shares are of, ms. */
    intervalMs: z.number(),
    /** Percent of all processors' time; absent when the kernel's counters told nothing in the interval. */
    now: z.optional(
      z.object({
        /** All but idle and waiting for disks: user + system + steal. */
        usage: Percent,
        /** Programs, the niced ones too. */
        user: Percent,
        /** The kernel, interrupts included. */
        system: Percent,
        /** Idle while a disk was waited for. */
        iowait: Percent,
        /** Wanted, but the hypervisor gave it to others; absent where the kernel does not tell. */
        steal: z.optional(Percent),
      }),
    ),
    /** Usage by processor number, percent of one; null for one that is offline or told nothing. */
    cores: z.array(z.nullable(Percent)).check(z.maxLength(MAX_CORES)),
    /** Processors online. */
    processors: z.int(),
    /** Tasks that run or wait, averaged over 1, 5 and 15 minutes. */
    load: z.optional(z.object({ one: z.number(), five: z.number(), fifteen: z.number() })),
    /** A container's quota, in processors' worth of time, and what was used of it in the interval. */
    limit: z.optional(z.object({ cores: z.number(), used: z.optional(z.number()) })),
    /** Percent of time in which tasks waited for a processor. */
    pressure: z.optional(Pressure),
  }),
});
