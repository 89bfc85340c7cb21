/** containers: what runs in containers on a server, and what can be done to one of them. */
import { type Command, command } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerState } from "../docker/container-state.ts";
import { ContainerId, ContainerName } from "../docker/grammar.ts";

/** Containers told at the most. */
export const MOST_CONTAINERS = 500;
/** Published or exposed ports of one container told at the most. */
export const MOST_PORTS = 64;

export { ContainerState } from "../docker/container-state.ts";

export const ContainerPort = z.object({
  /** Inside. */
  inside: z.int().check(z.minimum(1), z.maximum(65_535)),
  protocol: z.enum(["tcp", "udp", "sctp"]),
  /** Outside, on the machine; absent: not published. */
  outside: z.optional(z.int().check(z.minimum(1), z.maximum(65_535))),
  /** The machine's address it is published at; absent: at all of them, or not told. */
  address: z.optional(z.string().check(z.maxLength(64))),
});
export type ContainerPort = z.infer<typeof ContainerPort>;

const Label = z.string().check(z.minLength(1), z.maxLength(128));

export const Container = z.object({
  id: ContainerId,
  name: ContainerName,
  image: z.string().check(z.maxLength(255)),
  state: ContainerState,
  /** Seconds it has been in this state, as exactly as the agent knows it. */
  age: z.optional(z.int().check(z.nonnegative())),
  /** Of its health check; absent: it has none. */
  health: z.optional(z.enum(["starting", "healthy", "unhealthy"])),
  /** Of its last end. */
  exitCode: z.optional(z.int()),
  /** Killed for want of memory. */
  oomKilled: z.optional(z.boolean()),
  /** Processor time it takes now, in percent of one processor (250 is two and a half); absent: not running, or not known. */
  cpu: z.optional(z.number().check(z.nonnegative())),
  /** Memory it holds now without what the kernel would give back (inactive file pages), bytes; and its limit, if it has one. */
  memory: z.optional(z.int().check(z.nonnegative())),
  memoryLimit: z.optional(z.int().check(z.nonnegative())),
  /** Seconds it is given to end by itself when it is stopped; 10 unless told. */
  stopSeconds: z.optional(z.int().check(z.nonnegative(), z.maximum(3_600))),
  /** The server's policy, its label, or that the agent runs in it keeps it from being stopped, removed or updated. */
  protected: z.optional(z.literal(true)),
  /** The agent runs in it. */
  own: z.optional(z.literal(true)),
  /** Services of its project that it says it depends on (label `com.docker.compose.depends_on`). */
  dependsOn: z.optional(z.array(Label).check(z.maxLength(32))),
  /** Those of its project that say so of it: services, or names where they have none. Told of one that is asked for alone. */
  neededBy: z.optional(z.array(Label).check(z.maxLength(32))),
  /** How often the engine has started it again. */
  restarts: z.optional(z.int().check(z.nonnegative())),
  ports: z.array(ContainerPort).check(z.maxLength(MOST_PORTS)),
  /** Its Compose project and service (labels `com.docker.compose.project` and `.service`). */
  project: z.optional(Label),
  service: z.optional(Label),
});
export type Container = z.infer<typeof Container>;

export const containers = command({
  name: "containers",
  about: "containers, stopped ones too",
  needs: "viewer",
  ask: z.object({
    /** Those whose names begin so. An agent may tell all: the reader looks through them. */
    beginning: z.optional(ContainerName),
    /** This one alone. */
    container: z.optional(ContainerId),
    /** Those of this Compose project. An agent may tell all, as for a beginning. */
    project: z.optional(Label),
    /** The projects in the place of containers: for the reader. */
    projects: z.optional(z.literal(true)),
    /** Names, images and states alone, as the engine's own list has them: nothing is looked into or measured. */
    brief: z.optional(z.literal(true)),
    /** Those alone that need somebody (🔴 and 🟡): for the reader. */
    trouble: z.optional(z.literal(true)),
    /** Which page is shown, from 1: for the reader. */
    page: z.optional(z.int().check(z.minimum(1), z.maximum(MOST_CONTAINERS))),
  }),
  answer: z.object({
    containers: z.array(Container).check(z.maxLength(MOST_CONTAINERS)),
    /** How many more there are. */
    left: z.int().check(z.nonnegative()),
    /** Told by an agent of the Go original. */
    original: z.optional(z.literal(true)),
  }),
});

/** What can be done to a container: one command each, with its own line in the agent's policy. */
export const CONTAINER_VERBS = ["start", "stop", "restart", "pause", "unpause", "remove"] as const;
export type ContainerVerb = (typeof CONTAINER_VERBS)[number];

/** What a container is given to end by itself unless it is set otherwise (the Engine's default), seconds. */
export const STOP_SECONDS = 10;
/** How long an action may take beside that, ms: a busy engine, and what is killed after its time. */
const BESIDE_MS = 20_000;
const ACTION_DEADLINE_MS = STOP_SECONDS * 1_000 + BESIDE_MS;
/** Below the longest life of a message; of what takes longer nobody waits for the end. */
const LONGEST_ACTION_MS = 590_000;

/** How long an action's answer is waited for, ms: it may take the container's own time to stop. */
export const actionDeadlineMs = (
  verb: ContainerVerb,
  { stopSeconds = STOP_SECONDS }: Pick<Container, "stopSeconds">,
): number =>
  verb === "stop" || verb === "restart"
    ? Math.min(LONGEST_ACTION_MS, Math.max(ACTION_DEADLINE_MS, stopSeconds * 1_000 + BESIDE_MS))
    : ACTION_DEADLINE_MS;

/** The line in the agent's policy that permits it: who may pause may undo it. */
export const policyOf = (verb: ContainerVerb): string => `containers.${verb === "unpause" ? "pause" : verb}`;

const action = (verb: ContainerVerb) =>
  command({
    name: `${verb}_container`,
    about: `${verb} one container`,
    needs: "operator",
    policy: policyOf(verb),
    deadlineMs: ACTION_DEADLINE_MS,
    /** By its id; the name is for logs and words. */
    ask: z.object({
      id: ContainerId,
      name: ContainerName,
      /** Its state as its person saw it: if it is another by then, nothing is done (fault CONTAINER_CHANGED). */
      seen: z.optional(ContainerState),
    }),
    answer: z.object({
      id: ContainerId,
      name: ContainerName,
      /** Its state afterwards, where the agent told it. */
      state: z.optional(ContainerState),
      /** The engine's or agent's own words, if any. */
      said: z.string().check(z.maxLength(300)),
    }),
  });

export const containerActions = {
  start: action("start"),
  stop: action("stop"),
  restart: action("restart"),
  pause: action("pause"),
  unpause: action("unpause"),
  remove: action("remove"),
} as const satisfies Record<ContainerVerb, Command>;

/** What an agent of the Go original can do; it does not know of pauses. */
export const ORIGINAL_VERBS = [
  "start",
  "stop",
  "restart",
  "remove",
] as const satisfies readonly ContainerVerb[];

/** Nothing is asked before what stops nothing and a press undoes. */
export const asksFirst = (verb: ContainerVerb): boolean => verb !== "start" && verb !== "unpause";

/** What is not done to a protected one. */
export const KEPT_FROM: readonly ContainerVerb[] = ["stop", "pause", "remove"];
export const keptFrom = (verb: ContainerVerb, container: Pick<Container, "protected">): boolean =>
  container.protected === true && KEPT_FROM.includes(verb);

/** Who keeps it, for the words about that. */
export const keptBy = ({ own }: Pick<Container, "own">): { own: "yes" | "no" } => ({
  own: own === true ? "yes" : "no",
});

const RUNS: readonly ContainerVerb[] = ["stop", "restart", "pause"];
const LIES: readonly ContainerVerb[] = ["start", "remove"];

/** What fits a state. A running one is not removed: that would kill it first. */
export const verbsFor: Readonly<Record<ContainerState, readonly ContainerVerb[]>> = {
  created: LIES,
  running: RUNS,
  paused: ["unpause", "stop", "restart"],
  restarting: ["stop", "restart"],
  removing: [],
  exited: LIES,
  dead: ["remove"],
  unknown: CONTAINER_VERBS,
};
