/** Questions to the engine that several collectors ask, with their answers read. */
import { Fault } from "@servereye/contract";
import type * as z from "zod/mini";
import type { Host } from "../host.ts";
import { EngineRefusal } from "./engine.ts";
import { engineFault } from "./jobs.ts";
import { Inspected } from "./shapes/inspected.ts";
import { ContainerSummary } from "./shapes/summary.ts";

/** All containers, stopped ones too. `odd`: how many there are that can not be named here. */
export async function listContainers(
  host: Host,
  deadlineMs: number,
): Promise<{ summaries: ContainerSummary[]; odd: number }> {
  const { engine } = host.docker;
  const asked = engine.call({ route: "containers.list", query: { all: true }, deadlineMs });
  const { body } = await asked.catch((error: unknown) => {
    // A socket proxy may keep the list to itself.
    throw engineFault(error);
  });
  const told = listIn(body);
  const summaries = told.flatMap((one) => ContainerSummary.safeParse(one).data ?? []);
  return { summaries, odd: told.length - summaries.length };
}

/** One container with everything, by its id or the beginning of one; undefined: it is gone. */
export const inspectContainer = (
  host: Pick<Host, "docker">,
  id: string,
  deadlineMs: number,
): Promise<Inspected | undefined> => readContainer(host, id, deadlineMs, Inspected);

/** The same with a shape of one's own. */
export async function readContainer<Shape extends z.ZodMiniType<{ Id: string }>>(
  host: Pick<Host, "docker">,
  id: string,
  deadlineMs: number,
  shape: Shape,
): Promise<z.infer<Shape> | undefined> {
  try {
    const { body } = await host.docker.engine.call({ route: "container.inspect", path: { id }, deadlineMs });
    const told = shape.safeParse(body);
    if (!told.success) throw oddAnswer(told.error);
    const { Id } = told.data;
    // The engine takes an id for a name too: a container may be called like the beginning of another's id.
    return Id.startsWith(id) ? told.data : undefined;
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  }
}

/** What should be a list; Podman tells an empty one as null. */
export function listIn(body: unknown): unknown[] {
  if (body === null || body === undefined) return [];
  if (!Array.isArray(body)) throw oddAnswer(undefined);
  return body;
}

const oddAnswer = (cause: unknown): Fault =>
  new Fault("DOCKER_UNAVAILABLE", "the engine's answer is none that can be read", {
    values: { address: "", reason: "odd" },
    cause,
  });
