/** Whether a container can be updated, and is still as its person saw it. */
import { type AskOf, Fault } from "@servereye/contract";
import { ContainerState } from "../docker/container-state.ts";
import { ImageReference } from "../docker/grammar.ts";
import { refuseProtected } from "../docker/protect.ts";
import { imageOf } from "../docker/pulling.ts";
import { isSelf } from "../docker/self.ts";
import type { Host } from "../host.ts";
import type { NoUpdate, update } from "./contract.ts";
import { labelsIn, recordIn, textIn, type Whole, wholeOf } from "./whole.ts";

const LIST_MS = 10_000;

/** The container; or CONTAINER_NOT_FOUND, CONTAINER_CHANGED, CONTAINER_PROTECTED, UNSUPPORTED (see contract.ts). */
export async function refuseChanged(host: Host, ask: AskOf<typeof update>): Promise<Whole> {
  const { id, name, seen, image } = ask;
  const now = await wholeOf(host, id);
  if (now === undefined)
    throw new Fault("CONTAINER_NOT_FOUND", `there is no container ${name}`, { values: { name } });
  const state = ContainerState.safeParse(now.State.Status).data ?? "unknown";
  if (now.Name !== name) throw changed(name, name, now.Name);
  // One that does not come up is now this, now that.
  const loops = [seen, state].every((one) => one === "running" || one === "restarting");
  if (state !== seen && !loops) throw changed(name, seen, state);
  const given = textIn(now.Config, "Image");
  // Lists tell the image's id where its name has gone to another one.
  const known = [given, now.Image].some((one) => one === image) || isIdOf(now.Image, image);
  if (!known) throw changed(name, image, given);
  const own = isSelf(host, now.Id) ? "self" : undefined;
  if (own === undefined) refuseProtected(host, { id: now.Id, name, labels: labelsIn(now) });
  const reason = own ?? (await noUpdate(host, now));
  if (reason !== undefined)
    throw new Fault("UNSUPPORTED", `${name} can not be updated: ${reason}`, { values: { name, reason } });
  return now;
}

const changed = (name: string, was: string, is: string): Fault =>
  new Fault("CONTAINER_CHANGED", `${name} is "${is}", not "${was}" as it was seen`, {
    values: { name, was, is },
  });

async function noUpdate(host: Host, container: Whole): Promise<NoUpdate | undefined> {
  const { HostConfig, Image, Pod, State, Config } = container;
  const labels = labelsIn(container);
  const given = textIn(Config, "Image");
  if (!["running", "restarting", "exited", "created"].includes(State.Status)) return "state";
  if (HostConfig.AutoRemove === true) return "auto-remove";
  if (Object.keys(labels).some((label) => label.startsWith("com.docker.swarm."))) return "swarm";
  if (Pod !== "" || "io.kubernetes.pod.uid" in labels) return "pod";
  if (given.includes("@") || !ImageReference.safeParse(given).success || isIdOf(Image, given)) return "fixed";
  const image = await imageOf(host, Image);
  if (image?.RepoDigests.length === 0) return "local";
  return (await sharers(host, container)) ? "shared" : undefined;
}

const isIdOf = (id: string, text: string): boolean =>
  /^(sha256:)?[0-9a-f]{12,64}$/.test(text) &&
  id.replace("sha256:", "").startsWith(text.replace("sha256:", ""));

/** The engine's list tells the network of each: `container:<id>`. */
async function sharers(host: Host, { Id }: Whole): Promise<boolean> {
  const { body } = await host.docker.engine.call({
    ...{ route: "containers.list", query: { all: true }, deadlineMs: LIST_MS },
  });
  return (Array.isArray(body) ? body : []).some(
    (one) => textIn(recordIn(recordIn(one).HostConfig), "NetworkMode") === `container:${Id}`,
  );
}
