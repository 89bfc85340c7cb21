/** What of a wish for a container the server's policy has to allow, and the network it may join. */
import { type AskOf, Fault } from "@servereye/contract";
import * as z from "zod/mini";
import { EngineRefusal } from "../docker/engine.ts";
import { refuseUnlessAllowed } from "../docker/policy.ts";
import type { Host } from "../host.ts";
import { allowedFolder } from "./binds.ts";
import type { create } from "./contract.ts";

type Wish = AskOf<typeof create>;

const Network = z.object({ Name: z.string(), Driver: z.catch(z.string(), "") });
/** These are no networks of the engine's list everywhere, and all of them keep a container to itself. */
const PLAIN = new Set(["none", "bridge", "default"]);

export interface Allowed {
  network: string | undefined;
  /** By the paths that were asked for: where they really lead. */
  folders: ReadonlyMap<string, string>;
  devices: readonly string[];
}

/** POLICY_REFUSED for the first thing that is not allowed. */
export async function allowedOf(wish: Wish, host: Host): Promise<Allowed> {
  const { docker } = host;
  if (wish.privileged) refuseUnlessAllowed(docker.policy, "create.privileged");
  if (wish.capAdd?.length) refuseUnlessAllowed(docker.policy, "create.capabilities");
  if (wish.hostNamespaces?.length) refuseUnlessAllowed(docker.policy, "create.host");
  const devices: string[] = [];
  for (const path of wish.devices ?? []) {
    refuseUnlessAllowed(docker.policy, "create.devices");
    const real = await docker.realPath(path);
    if (!real?.startsWith("/dev/")) throw failed(`${path} is no device of the server`);
    devices.push(real);
  }
  const folders = new Map<string, string>();
  for (const { from } of wish.volumes)
    if ("path" in from) folders.set(from.path, await allowedFolder(docker, from.path));
  return { network: await networkOf(wish, host), folders, devices };
}

/** By its name, found before: an id or its beginning would be another word for the machine's own. */
async function networkOf({ network, hostNamespaces }: Wish, host: Host): Promise<string | undefined> {
  if (hostNamespaces?.includes("network")) return "host";
  if (network === undefined || PLAIN.has(network)) return network;
  if (network === "host") {
    refuseUnlessAllowed(host.docker.policy, "create.host");
    return network;
  }
  try {
    const { body } = await host.docker.engine.call({
      ...{ route: "network.inspect", path: { network }, deadlineMs: 5_000 },
    });
    const found = Network.parse(body);
    if (found.Driver === "host" || found.Name === "host")
      refuseUnlessAllowed(host.docker.policy, "create.host");
    return found.Name;
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404)
      throw failed(`there is no network ${network} on the server`, error);
    throw error;
  }
}

const failed = (reason: string, cause?: unknown): Fault =>
  new Fault("CONTAINER_ACTION_FAILED", reason, { values: { stage: "create", reason }, cause });
