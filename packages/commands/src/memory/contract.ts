/** memory: what is used and what can still be had, of the machine or of the container it is. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { Pressure } from "../kernel/pressure.ts";

/** Bytes. */
const Bytes = z.number();

export const memory = command({
  name: "memory",
  about: "memory and swap",
  needs: "viewer",
  ask: z.object({}),
  answer: z.object({
    /** Of the container where it has a limit, else of the machine. */
    total: Bytes,
    /** total − available. */
    used: Bytes,
    /** What programs can still get without swapping; caches that can be dropped count as such. */
    available: Bytes,
    /** Used by nothing at all. */
    free: z.optional(Bytes),
    /** Caches of block devices; not told of a container. */
    buffers: z.optional(Bytes),
    /** Caches of files and of the kernel that can be dropped, and shared memory. */
    cached: z.optional(Bytes),
    /** Absent where there is no swap. */
    swap: z.optional(z.object({ total: Bytes, used: Bytes })),
    /** Present when a container's limit is what counts: the memory of the machine below it. */
    container: z.optional(z.object({ machineTotal: Bytes })),
    /** Percent of time in which tasks waited for memory. */
    pressure: z.optional(Pressure),
    /** Told by an agent of the Go original, which says nothing of swap. */
    original: z.optional(z.literal(true)),
  }),
});
