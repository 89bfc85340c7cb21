/** What an agent tells of a container in trouble: one episode, told anew with each revision, whole each time. */
import * as z from "zod/mini";
import { ContainerId, ContainerName } from "../grammar.ts";
import { EPISODE_KINDS, MOST_LINES, MOST_LINES_BYTES } from "./kinds.ts";

export { EPISODE_EVENT, EPISODE_KINDS, type EpisodeKind } from "./kinds.ts";

const count = z.int().check(z.nonnegative());
/** Epoch ms by the agent's clock, which may be wrong: `agoMs` is to be trusted. */
const Moment = z.int();

export const Episode = z.object({
  /** A uuid of the agent's. */
  episode: z.string().check(z.regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)),
  /** From 1. Not each one reaches the hub: a later one says all that an earlier one does. */
  revision: z.int().check(z.positive(), z.maximum(1_000_000_000)),
  kind: z.enum(EPISODE_KINDS),
  container: ContainerName,
  /** Of the one that has the name now: a container that was made anew goes on with the episode. */
  id: ContainerId,
  image: z.string().check(z.maxLength(255)),
  /** Whether it ran when this was told. */
  up: z.boolean(),
  /** How it ended: stable again (60 s, and healthy where it is checked), stopped by somebody, or removed. */
  end: z.optional(z.enum(["recovered", "stopped", "removed"])),
  /** Of its last death, if it died. */
  exitCode: z.optional(z.int()),
  oom: z.boolean(),
  /** Starts after a death since the episode began. */
  restarts: count,
  opened: Moment,
  /** What this revision is about. */
  at: Moment,
  /** From `at` until this was sent, and from `opened` until `at`, ms. */
  agoMs: count,
  lastedMs: count,
  /** The last of its log. Absent: the server's policy keeps it, or it can not be read. */
  lines: z.optional(z.array(z.string().check(z.maxLength(MOST_LINES_BYTES))).check(z.maxLength(MOST_LINES))),
});
export type Episode = z.infer<typeof Episode>;
