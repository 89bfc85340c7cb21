/** The actions on a Compose project at the agent: a job, a step for each container, whoever is needed first. */
import { type AskOf, Fault } from "@servereye/contract";
import { perform, type Standing, standing } from "../containers/act.ts";
import { CONTAINER_VERBS, type ContainerVerb, KEPT_FROM, verbsFor } from "../containers/contract.ts";
import { alone } from "../docker/claims.ts";
import type { JobProgress, JobStep } from "../docker/engine.ts";
import { inParallel } from "../docker/parallel.ts";
import { protection } from "../docker/protect.ts";
import type { Host } from "../host.ts";
import { type Collector, collector } from "../kit.ts";
import { MOST_BROKEN, needsFirst, type ProjectResult, projectActions } from "./contract.ts";
import { type Member, needsIn, orderOf, type Wait } from "./order.ts";

const PROJECT = "com.docker.compose.project";
const SERVICE = "com.docker.compose.service";
const DEPENDS_ON = "com.docker.compose.depends_on";

/** Containers acted on at once. */
const AT_ONCE = 4;
/** How often a container that is waited for is looked at, and for how long, ms. */
const LOOK_EVERY_MS = 1_000;
const HEALTHY_WITHIN_MS = 3 * 60_000;
const COMPLETED_WITHIN_MS = 10 * 60_000;

type ProjectAsk = AskOf<(typeof projectActions)[ContainerVerb]>;
type Asked = ProjectAsk["containers"][number];

export const projectCollectors: readonly Collector[] = CONTAINER_VERBS.map((verb) =>
  collector(projectActions[verb], async (ask, host) => {
    const { jobs } = host.docker;
    const state = jobs.begin(ask.job, projectActions[verb].name, (progress) =>
      actOnProject(host, verb, ask, progress),
    );
    return { ...state, steps: [...state.steps] };
  }),
);

/** Ends when every step has; none of them makes it fail, since the others went on. */
export async function actOnProject(
  host: Host,
  verb: ContainerVerb,
  { project, containers }: ProjectAsk,
  progress: JobProgress,
): Promise<ProjectResult> {
  const steps = new Map<string, JobStep>(
    containers.map(({ id, name }) => [id, { what: name, state: "waiting" }]),
  );
  const tell = (id: string, state: JobStep["state"], said?: string): void => {
    const what = steps.get(id)?.what ?? "";
    steps.set(id, { what, state, ...(said === undefined || said === "" ? {} : { said }) });
    progress.steps([...steps.values()]);
  };
  progress.steps([...steps.values()]);

  const members: Member[] = [];
  await inParallel(containers, AT_ONCE, async ({ id, name }) => {
    try {
      const { labels } = await standing(host.docker, id);
      if (labels[PROJECT] !== project) tell(id, "failed", `It is no part of ${project}.`);
      else members.push({ id, name, service: labels[SERVICE], needs: needsIn(labels[DEPENDS_ON]) });
    } catch (error) {
      const fault = Fault.of(error);
      // What is gone has been removed.
      if (verb === "remove" && fault.code === "CONTAINER_NOT_FOUND") tell(id, "done", "It was so already.");
      else tell(id, "failed", wordsOf(fault));
    }
  });

  const { ids, waits, broken } = orderOf(members, !needsFirst(verb));
  // Shown as it goes on from here.
  for (const id of ids) {
    const step = steps.get(id);
    if (step === undefined) continue;
    steps.delete(id);
    steps.set(id, step);
  }
  const asked = new Map(containers.map((one) => [one.id, one]));
  const turns = inTurns(AT_ONCE);
  const running = new Map<string, Promise<boolean>>();
  /** Whether what waits for it may go on. */
  async function step(id: string, one: Asked): Promise<boolean> {
    for (const wait of waits.get(id) ?? []) {
      const other = asked.get(wait.on)?.name ?? "";
      const well = await running.get(wait.on);
      const lacks = well === true ? await lacking(wait, other) : `${other} ${NOT_DONE[verb]}.`;
      if (lacks !== undefined) {
        tell(id, "skipped", lacks);
        return false;
      }
    }
    return turns(() => act(id, one));
  }

  /** What keeps it from going on, though the other went well. */
  async function lacking(wait: Wait, other: string): Promise<string | undefined> {
    if (wait.condition === "started" || (verb !== "start" && verb !== "restart")) return undefined;
    return waitFor(host, wait, other);
  }

  async function act(id: string, { name, seen }: Asked): Promise<boolean> {
    tell(id, "running");
    try {
      const said = await alone(host.docker, (await standing(host.docker, id)).id, verb, async () => {
        const now = await standing(host.docker, id);
        const kept = KEPT_FROM.includes(verb) ? protection(host, now) : undefined;
        if (kept !== undefined) throw new Skipped(PROTECTED[kept]);
        if (isThere(verb, now)) return "It was so already.";
        if (now.name !== name) throw new Skipped(`Its name is ${now.name} by now.`);
        if (now.state !== seen) throw new Skipped(`It was ${seen} when it was shown, and is ${now.state}.`);
        if (!verbsFor[now.state].includes(verb)) throw new Skipped(`It is ${now.state}.`);
        return perform(host.docker, verb, now).catch((error: unknown) => {
          const fault = Fault.of(error);
          if (fault.code !== "DOCKER_UNAVAILABLE") throw fault;
          throw new Fault("AGENT_FAILED", "Docker was lost in the middle: it may have been done.", {
            cause: error,
          });
        });
      });
      tell(id, "done", said);
      return true;
    } catch (error) {
      if (error instanceof Skipped) tell(id, "skipped", error.message);
      else tell(id, "failed", wordsOf(Fault.of(error)));
      return false;
    }
  }

  // In this order, so that whoever is waited for has begun.
  for (const id of ids) {
    const one = asked.get(id);
    if (one !== undefined) running.set(id, step(id, one));
  }
  await Promise.all(running.values());
  const count = (state: JobStep["state"]) => [...steps.values()].filter((one) => one.state === state).length;
  return {
    done: count("done"),
    failed: count("failed"),
    skipped: count("skipped"),
    broken: broken.slice(0, MOST_BROKEN),
  };
}

/** Not done, for a reason of ours. */
class Skipped extends Error {}

const PROTECTED = {
  self: "The agent runs in it: that would end the agent.",
  label: "It is protected by its label servereye.protect=true.",
  list: "It is protected by SERVEREYE_AGENT_PROTECT.",
} as const;

/** Of another, as the reason why this one is left as it is. */
const NOT_DONE: Readonly<Record<ContainerVerb, string>> = {
  start: "did not start",
  restart: "did not start again",
  unpause: "is still paused",
  stop: "needs it and was not stopped",
  pause: "needs it and was not paused",
  remove: "needs it and was not removed",
};

/** Where the verb leads, it is already. */
function isThere(verb: ContainerVerb, { state }: Standing): boolean {
  if (verb === "start" || verb === "unpause") return state === "running";
  if (verb === "stop") return state === "exited" || state === "created" || state === "dead";
  return verb === "pause" && state === "paused";
}

/** Undefined when it came to it, else why not. */
async function waitFor(host: Host, { on, condition }: Wait, name: string): Promise<string | undefined> {
  const within = condition === "healthy" ? HEALTHY_WITHIN_MS : COMPLETED_WITHIN_MS;
  const end = host.monotonic() + within;
  for (;;) {
    let now: Standing;
    try {
      now = await standing(host.docker, on);
    } catch (error) {
      return `${name} could not be looked at: ${wordsOf(Fault.of(error))}`;
    }
    const { state, health, exitCode } = now;
    const over = state === "exited" || state === "dead";
    if (condition === "completed" && over)
      return exitCode === 0 ? undefined : `${name} ended with exit code ${exitCode}.`;
    if (condition === "healthy") {
      if (health === "healthy") return undefined;
      if (over) return `${name} ended with exit code ${exitCode}.`;
      if (health === "unhealthy") return `${name} is unhealthy.`;
      if (health === "" || health === "none") return `${name} has no health check.`;
    }
    if (host.monotonic() >= end) {
      const wish = condition === "healthy" ? "become healthy" : "end";
      return `${name} did not ${wish} within ${within / 60_000} min.`;
    }
    await host.wait(LOOK_EVERY_MS);
  }
}

const wordsOf = (fault: Fault): string =>
  fault.code === "DOCKER_UNAVAILABLE" ? `Docker can not be reached: ${fault.message}` : fault.message;

/** Runs what it is given, at most so many at once, in the order given. */
function inTurns(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = most;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
