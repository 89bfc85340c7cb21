/** logs: what a container wrote last, with its times, standard output and standard error told apart. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerId, ContainerName } from "../docker/grammar.ts";

/** Lines asked for by number at the most. */
export const MOST_LINES = 10_000;
/** Bytes kept at the agent, the newest. */
export const MOST_BYTES = 4 * 1024 * 1024;
/** Bytes of one line; what is beyond is cut away. */
export const LONGEST_LINE = 16 * 1024;
/** Characters of `text` on the wire: with its envelope it has to stay within a frame of 1 MiB. */
export const LONGEST_TEXT = 720_000;
/** Bytes of it unpacked. What was no UTF-8 may have grown from one byte to three. */
export const LONGEST_UNPACKED = 3 * MOST_BYTES;
/** Lines of it: each has at least its mark, a moment of 20 characters, a space and its line feed. */
export const MOST_UNPACKED_LINES = Math.floor(MOST_BYTES / 23);
/** How far back may be asked, seconds. */
export const LONGEST_SINCE = 30 * 24 * 3_600;

/** RFC 3339 with up to nine digits of a second, as engines write it. */
export const LogMoment = z
  .string()
  .check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/));

export const logs = command({
  name: "logs",
  about: "what a container wrote",
  needs: "viewer",
  policy: "containers.logs",
  reads: true,
  deadlineMs: 30_000,
  ask: z.object({
    id: ContainerId,
    /** The newest so many. */
    lines: z.optional(z.int().check(z.minimum(1), z.maximum(MOST_LINES))),
    /** Those of the last so many seconds. */
    sinceSeconds: z.optional(z.int().check(z.minimum(1), z.maximum(LONGEST_SINCE))),
    /** Those after this moment: the `cursor` of an answer. */
    cursor: z.optional(LogMoment),
  }),
  answer: z.object({
    id: ContainerId,
    name: ContainerName,
    running: z.boolean(),
    /** It has a terminal: then there is no standard error of its own. */
    tty: z.boolean(),
    /** Its logging driver keeps nothing to read, or the engine will not: the engine's words. */
    unreadable: z.optional(z.string().check(z.maxLength(300))),
    /** How `text` is to be read: as it is, or base64url of gzip of UTF-8. */
    form: z.enum(["plain", "gzip"]),
    /** Lines, each ended by a line feed: `o` or `e` (output, error), the moment, a space, what was written. */
    text: z.string().check(z.maxLength(LONGEST_TEXT)),
    /** Older ones that were read and left out for want of room, and their bytes. */
    leftLines: z.int().check(z.nonnegative()),
    leftBytes: z.int().check(z.nonnegative()),
    /** Lines whose end was cut away. */
    cut: z.int().check(z.nonnegative()),
    /** Moment of the newest line; absent: there is none. */
    cursor: z.optional(LogMoment),
  }),
});
