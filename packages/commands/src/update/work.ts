/** The update itself, step by step; whatever goes wrong, the old container comes back. */
import { type AskOf, Fault, withoutSecrets } from "@servereye/contract";
import * as z from "zod/mini";
import { ContainerState } from "../docker/container-state.ts";
import type { JobStep } from "../docker/engine.ts";
import { ContainerId } from "../docker/grammar.ts";
import { engineFault } from "../docker/jobs.ts";
import { imageOf, pullImage } from "../docker/pulling.ts";
import { asideName, freshName, type Mark } from "../docker/update-mark.ts";
import type { Host } from "../host.ts";
import { refuseChanged } from "./check.ts";
import { UPDATE_STAGES, type UpdateResult, type UpdateStage, type update } from "./contract.ts";
import { lastWords } from "./last-words.ts";
import { type Recreation, recreation } from "./recreate.ts";
import { patiently, putBack, remove, rename, stop } from "./settle.ts";
import { type Watched, watch } from "./watch.ts";
import { textIn, type Whole, wholeOf } from "./whole.ts";

const CALL_MS = 60_000;
const Created = z.object({ Id: ContainerId });

type Tell = (steps: readonly JobStep[]) => void;

/** `told` gives the step that runs now; those before it are done. */
class Steps {
  readonly #tell: Tell;
  readonly #steps: Map<UpdateStage, JobStep>;
  now: UpdateStage = "pull";

  constructor(tell: Tell) {
    this.#tell = tell;
    const planned = UPDATE_STAGES.filter((stage) => stage !== "undo");
    this.#steps = new Map(planned.map((what) => [what, { what, state: "waiting" }]));
  }

  begin(stage: UpdateStage): void {
    this.set(this.now, "done");
    this.now = stage;
    this.set(stage, "running");
  }

  set(stage: UpdateStage, state: JobStep["state"], more: Partial<JobStep> = {}): void {
    this.#steps.set(stage, { ...this.#steps.get(stage), ...more, what: stage, state });
    this.#tell([...this.#steps.values()]);
  }

  /** What was not begun will not be. */
  skipRest(): void {
    for (const [stage, { state }] of this.#steps) if (state === "waiting") this.set(stage, "skipped");
  }
}

export async function updateContainer(
  host: Host,
  ask: AskOf<typeof update>,
  tell: Tell,
): Promise<UpdateResult> {
  const steps = new Steps(tell);
  const seen = await refuseChanged(host, ask);
  const image = textIn(seen.Config, "Image");
  // Before: some engines let go of an image when its name goes to another one.
  const inherited = (await imageOf(host, seen.Image))?.Config ?? {};
  steps.set("pull", "running");
  const to = await pullImage(host, image, (layers) => {
    const { state: _, ...bytes } = layers.sum("pull");
    steps.set("pull", "running", bytes);
  });
  // Fetching may have taken minutes.
  const old = await refuseChanged(host, ask);
  const result = { name: ask.name, image: image.slice(0, 255), from: old.Image, to: to.Id };
  const ran = old.State.Running || old.State.Restarting;
  if (to.Id === old.Image) {
    steps.set("pull", "done");
    steps.skipRest();
    const state = stateOf(old);
    return { ...result, id: old.Id, changed: false, state, ended: endedOf(old) };
  }
  const mark: Mark = { oldId: old.Id, ran, name: ask.name };
  try {
    const made = await make(host, recreation(old, inherited, mark, to.Id), mark, steps);
    await takeOver(host, old, mark, made, steps);
    const watched = ran ? await begin(host, made, steps) : undefined;
    if (watched !== undefined && watched.good === undefined)
      throw notGood(watched.reason, watched.log ?? (await lastWords(host, made)));
    const left = await letGo(host, mark, steps);
    const now = await wholeOf(host, made);
    return {
      ...{ ...result, id: made, changed: true, state: now === undefined ? "unknown" : stateOf(now) },
      ended: watched?.good ?? "stopped",
      ...(left === undefined ? {} : { left }),
    };
  } catch (error) {
    throw await undone(host, mark, steps, engineFault(error));
  }
}

/** The new one beside the old, with all of its networks, not started. Gives its id. */
async function make(host: Host, { body, further }: Recreation, mark: Mark, steps: Steps): Promise<string> {
  const { engine } = host.docker;
  steps.begin("create");
  const { Id } = Created.parse(
    (
      await engine.call({
        ...{ route: "containers.create", query: { name: freshName(mark) }, body, deadlineMs: CALL_MS },
      })
    ).body,
  );
  steps.begin("networks");
  for (const { network, endpoint } of further)
    await engine.call({
      ...{ route: "network.connect", path: { network }, deadlineMs: CALL_MS },
      body: { Container: Id, EndpointConfig: endpoint },
    });
  return Id;
}

/** From here on the server is without it, until the new one runs. */
async function takeOver(host: Host, old: Whole, mark: Mark, newId: string, steps: Steps): Promise<void> {
  steps.begin("stop");
  if (mark.ran) await stop(host, old);
  else steps.set("stop", "skipped");
  steps.begin("swap");
  await rename(host, old.Id, asideName(mark));
  await rename(host, newId, mark.name);
}

async function begin(host: Host, id: string, steps: Steps): Promise<Watched> {
  steps.begin("start");
  await host.docker.engine.call({ route: "container.start", path: { id }, deadlineMs: CALL_MS });
  steps.begin("watch");
  return watch(host, id, (said) => steps.set("watch", "running", { said }));
}

/** The name of the old one, where it would not go: the new one is good all the same. */
async function letGo(host: Host, mark: Mark, steps: Steps): Promise<string | undefined> {
  steps.begin("remove");
  try {
    await remove(host, mark.oldId);
    steps.set("remove", "done");
    return undefined;
  } catch (error) {
    steps.set("remove", "failed", { said: engineFault(error).message });
    return asideName(mark);
  } finally {
    steps.skipRest();
  }
}

/** Puts the old one back and gives the fault that says what failed, and whether it is back. */
async function undone(host: Host, mark: Mark, steps: Steps, fault: Fault): Promise<Fault> {
  const { now: stage } = steps;
  const reason =
    fault.code === "CONTAINER_ACTION_FAILED" ? String(fault.values.reason ?? fault.message) : fault.message;
  steps.set(stage, "failed", { said: reason });
  steps.skipRest();
  steps.now = "undo";
  steps.set("undo", "running");
  const values = { ...fault.values, name: mark.name, stage, reason };
  try {
    await patiently(host, () => putBack(host, mark));
    steps.set("undo", "done");
    return new Fault("CONTAINER_ACTION_FAILED", reason, { values: { ...values, back: "yes" }, cause: fault });
  } catch (error) {
    steps.set("undo", "failed", { said: engineFault(error).message });
    return new Fault("CONTAINER_ACTION_FAILED", reason, {
      values: { ...values, back: "no", aside: asideName(mark), why: engineFault(error).message },
      cause: error,
    });
  }
}

const notGood = (reason: string, log: string | undefined): Fault =>
  new Fault("CONTAINER_ACTION_FAILED", reason, {
    values: { reason, ...(log === undefined ? {} : { log: withoutSecrets(log) }) },
  });

export const stateOf = ({ State }: Whole): ContainerState =>
  ContainerState.safeParse(State.Status).data ?? "unknown";

function endedOf({ State }: Whole): UpdateResult["ended"] {
  if (!State.Running) return "stopped";
  return State.Health?.Status === "healthy" ? "healthy" : "runs";
}
