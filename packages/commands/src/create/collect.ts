/** create_container on the agent: the policy first, then the job that makes and starts it. */
import { type AskOf, Fault } from "@servereye/contract";
import * as z from "zod/mini";
import { inspectContainer } from "../docker/calls.ts";
import { ContainerState } from "../docker/container-state.ts";
import type { JobStep } from "../docker/engine.ts";
import { ContainerId } from "../docker/grammar.ts";
import { engineFault } from "../docker/jobs.ts";
import { refuseUnlessAllowed } from "../docker/policy.ts";
import { imageOf, pullImage } from "../docker/pulling.ts";
import { referenceOf } from "../docker/reference.ts";
import type { Host } from "../host.ts";
import { collector } from "../kit.ts";
import { allowedOf } from "./allowed.ts";
import { bodyOf } from "./body.ts";
import { type CREATE_STAGES, type CreateResult, create } from "./contract.ts";

type Stage = (typeof CREATE_STAGES)[number];

const CALL_MS = 60_000;
/** How long it is looked at after its start: most of what ends at once has ended by then, ms. */
const LOOK_MS = 1_000;

const Created = z.object({ Id: ContainerId, Warnings: z.catch(z.array(z.string()), []) });

export const createCollector = collector(create, async (ask, host) => {
  const { jobs } = host.docker;
  const known = jobs.get(ask.job);
  if (known !== undefined) return { ...known, steps: [...known.steps] };
  const wish = { ...ask, image: referenceOf(ask.image).whole };
  await allowedOf(wish, host);
  const absent = (await imageOf(host, wish.image)) === undefined;
  if (absent) refuseUnlessAllowed(host.docker.policy, "images.pull");
  const state = jobs.begin(ask.job, create.name, (progress) =>
    createContainer(host, wish, absent, (steps) => progress.steps(steps)),
  );
  return { ...state, steps: [...state.steps] };
});

async function createContainer(
  host: Host,
  wish: AskOf<typeof create>,
  absent: boolean,
  tell: (steps: readonly JobStep[]) => void,
): Promise<CreateResult> {
  const { engine } = host.docker;
  const { name, image, start } = wish;
  const steps = new Map<Stage, JobStep>();
  const told = (stage: Stage, step: Omit<JobStep, "what">): void => {
    steps.set(stage, { what: stage, ...step });
    tell([...steps.values()]);
  };
  for (const stage of [...(absent ? ["pull"] : []), "create", ...(start ? ["start"] : [])] as Stage[])
    told(stage, { state: "waiting" });

  if (absent) {
    told("pull", { state: "running" });
    await pullImage(host, image, (layers) => told("pull", { ...layers.sum("pull"), state: "running" }));
    told("pull", { ...steps.get("pull"), state: "done" });
  }
  told("create", { state: "running" });
  // Fetching may have taken minutes, in which a folder can have become a link out of its root.
  const body = bodyOf(wish, await allowedOf(wish, host));
  const { Id: id, Warnings } = await engine
    .call({ route: "containers.create", query: { name }, body, deadlineMs: CALL_MS })
    .then((reply) => Created.parse(reply.body))
    .catch((error: unknown) => {
      throw failed("create", name, error);
    });
  told("create", { state: "done" });
  if (start) {
    told("start", { state: "running" });
    try {
      await engine.call({ route: "container.start", path: { id }, deadlineMs: CALL_MS });
    } catch (error) {
      const fault = failed("start", name, error);
      told("start", { state: "failed", said: String(fault.values.reason ?? fault.message) });
      told("undo", { state: "running" });
      // With the volumes that are its own alone. If it can not be removed, its name in the fault says where it is.
      const removed = await engine
        .call({
          route: "container.remove",
          path: { id },
          query: { force: true, v: true },
          deadlineMs: CALL_MS,
        })
        .then(() => true)
        .catch(() => false);
      told("undo", { state: removed ? "done" : "failed" });
      throw new Fault(fault.code, fault.message, {
        values: { ...fault.values, removed: removed ? "yes" : "no" },
        cause: error,
      });
    }
    await host.wait(LOOK_MS);
    told("start", { state: "done" });
  }
  const now = await inspectContainer(host, id, CALL_MS);
  const state = ContainerState.safeParse(now?.State.Status).data ?? "unknown";
  const warnings = Warnings.slice(0, 16).map((warning) => warning.slice(0, 300).toWellFormed());
  return { id, name, image, state, pulled: absent, warnings };
}

/** The engine's own words (a name or port that is taken), with the stage. */
function failed(stage: Stage, name: string, error: unknown): Fault {
  const fault = engineFault(error);
  return new Fault(fault.code, fault.message, { values: { ...fault.values, stage, name }, cause: error });
}
