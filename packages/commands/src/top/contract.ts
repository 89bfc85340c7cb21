/** top: the processes in one container that use the most processor time now, or the most memory. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerId } from "../docker/grammar.ts";
import { Subject } from "../docker/subject.ts";

/** Processes told at the most. */
export const MOST_PROCESSES = 15;

export const TopBy = z.enum(["cpu", "memory"]);
export type TopBy = z.infer<typeof TopBy>;

const Inside = z.object({
  /** On the machine. */
  pid: z.int().check(z.nonnegative()),
  /** The program alone: its arguments may hold secrets. May hold any character. */
  name: z.string().check(z.maxLength(64)),
  /** Percent of one processor; absent: not known. */
  cpu: z.optional(z.number().check(z.nonnegative())),
  /** Bytes in RAM (RSS), shared pages included. */
  memory: z.number().check(z.nonnegative()),
  /** Seconds since it started; absent where it is not told. */
  age: z.optional(z.number().check(z.nonnegative())),
});
export type Inside = z.infer<typeof Inside>;

export const top = command({
  name: "top",
  about: "processes in a container",
  needs: "viewer",
  ask: z.object({ container: ContainerId, by: z.optional(TopBy) }),
  answer: z.object({
    subject: Subject,
    by: TopBy,
    /** The first by that; none when it does not run. */
    processes: z.array(Inside).check(z.maxLength(MOST_PROCESSES)),
    total: z.int().check(z.nonnegative()),
    /** What the shares are of, ms; 0: of each process's whole life, as `ps` counts. */
    intervalMs: z.int().check(z.nonnegative()),
  }),
});
