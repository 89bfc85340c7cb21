/** start_project, stop_project ...: one action on the containers of a Compose project, in the order they need each other. */
import { type Command, command } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerState, type ContainerVerb, policyOf } from "../containers/contract.ts";
import { ComposeName, ContainerId, ContainerName } from "../docker/grammar.ts";
import { JobId, JobState } from "../docker/job-state.ts";
import { MOST_STEPS } from "../docker/jobs.ts";

/** Containers of a project that are acted on at once: a step each. */
export const MOST_MEMBERS = MOST_STEPS;

/** Rings told at the most. */
export const MOST_BROKEN = 16;

export const ProjectMember = z.object({
  id: ContainerId,
  name: ContainerName,
  /** Its state as its person saw it. */
  seen: ContainerState,
});

/** Of a job that is done: every member's step has how it went. */
export const ProjectResult = z.object({
  done: z.int().check(z.nonnegative()),
  failed: z.int().check(z.nonnegative()),
  skipped: z.int().check(z.nonnegative()),
  /** What was left out of account because services need each other in a ring: `a` need not wait for `b`. */
  broken: z
    .array(z.object({ a: z.string().check(z.maxLength(128)), b: z.string().check(z.maxLength(128)) }))
    .check(z.maxLength(MOST_BROKEN)),
});
export type ProjectResult = z.infer<typeof ProjectResult>;

const action = (verb: ContainerVerb) =>
  command({
    name: `${verb}_project`,
    about: `${verb} the containers of a project`,
    needs: "operator",
    policy: policyOf(verb),
    ask: z.object({
      job: JobId,
      project: ComposeName,
      /** All of them as they were shown. Who is not in it is not touched. */
      containers: z.array(ProjectMember).check(z.minLength(1), z.maxLength(MOST_MEMBERS)),
    }),
    /** A step each, whose `what` is the container's name; its result is a ProjectResult. */
    answer: JobState,
  });

export const projectActions = {
  start: action("start"),
  stop: action("stop"),
  restart: action("restart"),
  pause: action("pause"),
  unpause: action("unpause"),
  remove: action("remove"),
} as const satisfies Record<ContainerVerb, Command>;

/** Verbs after which what is needed must be there before what needs it; the others go the other way. */
export const needsFirst = (verb: ContainerVerb): boolean =>
  verb === "start" || verb === "restart" || verb === "unpause";
