/** uptime: since when the machine runs, and why it last started where anything tells. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";

export const BootReason = z.enum([
  /** A watchdog reset a machine that hung. */
  "watchdog",
  "overheat",
  "fan",
  "power",
  /** The kernel stopped and left a record. */
  "panic",
  /** The firmware recorded a fatal hardware error. */
  "hardware",
]);
export type BootReason = z.infer<typeof BootReason>;

export const uptime = command({
  name: "uptime",
  about: "uptime and last boot",
  needs: "viewer",
  ask: z.object({}),
  answer: z.object({
    /** Seconds since boot. */
    uptime: z.number(),
    /** Epoch seconds by the machine's clock. */
    bootTime: z.int(),
    /** Absent where nothing tells, as after a plain reboot or loss of power on most machines. */
    reason: z.optional(
      z.object({
        what: BootReason,
        /** The kernel file that tells. */
        source: z.string().check(z.maxLength(200)),
      }),
    ),
    /** The running kernel's release. */
    kernel: z.optional(z.string().check(z.maxLength(100))),
    /** Told by an agent of the Go original, which does not look for a reason. */
    original: z.optional(z.literal(true)),
  }),
});
