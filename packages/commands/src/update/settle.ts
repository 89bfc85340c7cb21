/** Going back to the old container, or letting it go: from whatever an update left, also one whose agent has died. */
import { Fault } from "@servereye/contract";
import { listContainers } from "../docker/calls.ts";
import { EngineRefusal } from "../docker/engine.ts";
import { protection } from "../docker/protect.ts";
import { isSelf } from "../docker/self.ts";
import { asideName, freshName, type Mark, markIn, markText, UPDATE_LABEL } from "../docker/update-mark.ts";
import type { Host } from "../host.ts";
import { watch } from "./watch.ts";
import { labelsIn, type Whole, wholeOf } from "./whole.ts";

const CALL_MS = 60_000;
/** How often and for how long an engine that is away is asked again, ms: it may just be starting. */
const AGAIN_MS = 2_000;
const PATIENCE_MS = 5 * 60_000;

/** Ms a stop may take: the time the container is given, and the engine's own. */
export const stopDeadline = ({ Config }: Whole): number =>
  (Number.isFinite(Number(Config.StopTimeout ?? 10)) ? Number(Config.StopTimeout ?? 10) : 10) * 1_000 +
  30_000;

export async function stop(host: Host, container: Whole): Promise<void> {
  if (!container.State.Running && !container.State.Restarting) return;
  await host.docker.engine.call({
    ...{ route: "container.stop", path: { id: container.Id }, deadlineMs: stopDeadline(container) },
  });
}

export async function rename(host: Host, id: string, name: string): Promise<void> {
  await host.docker.engine.call({
    ...{ route: "container.rename", path: { id }, query: { name }, deadlineMs: CALL_MS },
  });
}

/** Its volumes stay, in any case: those without a name may be the other container's by now. */
export async function remove(host: Host, id: string): Promise<void> {
  try {
    await host.docker.engine.call({
      ...{ route: "container.remove", path: { id }, query: { v: false, force: false }, deadlineMs: CALL_MS },
    });
  } catch (error) {
    if (!(error instanceof EngineRefusal && error.status === 404)) throw error;
  }
}

/**
 * The old container as it was, and no new one. Each step looks at what is there, so that it can be begun again wherever
 * it ended; the new one goes last, since its label is what says that there is something to go back to.
 */
export async function putBack(host: Host, mark: Mark): Promise<void> {
  // By its label: the answer to its making may have been lost.
  const { summaries } = await listContainers(host, CALL_MS);
  const found = summaries.find(({ Labels }) => Labels[UPDATE_LABEL] === markText(mark));
  const fresh = found && (await wholeOf(host, found.Id));
  if (fresh !== undefined) {
    await stop(host, fresh);
    if (fresh.Name === mark.name) await rename(host, fresh.Id, freshName(mark));
  }
  const old = await wholeOf(host, mark.oldId);
  if (old === undefined)
    throw new Fault("CONTAINER_NOT_FOUND", `the old container of ${mark.name} is gone`, {
      values: { name: mark.name },
    });
  if (old.Name !== mark.name) await rename(host, old.Id, mark.name);
  if (mark.ran && !old.State.Running && !old.State.Restarting)
    await host.docker.engine.call({ route: "container.start", path: { id: old.Id }, deadlineMs: CALL_MS });
  if (fresh !== undefined) await remove(host, fresh.Id);
}

/** `work` again and again while the engine can not be reached, for five minutes. */
export async function patiently<T>(host: Host, work: () => Promise<T>): Promise<T> {
  const began = host.monotonic();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const away = error instanceof Fault && error.code === "DOCKER_UNAVAILABLE";
      if (!away || host.monotonic() - began > PATIENCE_MS) throw error;
      await host.wait(AGAIN_MS);
    }
  }
}

/** What came of an update that somebody left unfinished. */
export interface Settled {
  name: string;
  how: "finished" | "put back";
}

/**
 * Brings unfinished updates to an end: of one name, or all. Where the new container has the name and is good, the old one
 * goes; else it is put back. The agent does so at its start, and before it updates the same container again.
 */
export async function settle(host: Host, only?: string): Promise<Settled[]> {
  const { summaries } = await listContainers(host, CALL_MS);
  const settled: Settled[] = [];
  for (const { Id: newId, Labels } of summaries) {
    const mark = markIn(Labels[UPDATE_LABEL]);
    if (mark === undefined || (only !== undefined && mark.name !== only)) continue;
    const [old, fresh] = [await wholeOf(host, mark.oldId), await wholeOf(host, newId)];
    // Finished long ago; or a label that only looks like ours, on containers that are not called as ours are.
    if (old === undefined || fresh === undefined || !isOurs(mark, old.Name, fresh.Name)) continue;
    const { name } = mark;
    if (protection(host, { id: old.Id, name, labels: labelsIn(old) }) !== undefined) continue;
    if (isSelf(host, fresh.Id)) continue;
    const swapped = fresh.Name === mark.name && old.Name !== mark.name;
    const good = swapped && (!mark.ran || (await watch(host, newId)).good !== undefined);
    if (good) {
      await stop(host, old);
      await remove(host, old.Id);
    } else await putBack(host, mark);
    settled.push({ name: mark.name, how: good ? "finished" : "put back" });
  }
  return settled;
}

const isOurs = (mark: Mark, old: string, fresh: string): boolean =>
  [mark.name, asideName(mark)].includes(old) && [mark.name, freshName(mark)].includes(fresh) && old !== fresh;
