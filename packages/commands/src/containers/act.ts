/** The actions on one container at the agent: looked at right before, done by its id, looked at again after. */
import { type AskOf, Fault } from "@servereye/contract";
import { inspectContainer } from "../docker/calls.ts";
import { alone } from "../docker/claims.ts";
import { ContainerState } from "../docker/container-state.ts";
import { type Docker, EngineRefusal } from "../docker/engine.ts";
import { engineFault } from "../docker/jobs.ts";
import { refuseProtected } from "../docker/protect.ts";
import type { RouteName } from "../docker/routes.ts";
import type { Around } from "../docker/self.ts";
import { type Collector, collector } from "../kit.ts";
import {
  actionDeadlineMs,
  CONTAINER_VERBS,
  type ContainerVerb,
  containerActions,
  KEPT_FROM,
  STOP_SECONDS,
} from "./contract.ts";

/** For a look, ms. */
const LOOK_MS = 5_000;
/** The agent's own wait ends this much before the hub's, ms: so the hub hears the reason. */
const SOONER_MS = 2_000;

type ActionAsk = AskOf<(typeof containerActions)[ContainerVerb]>;

/** A container as it is now, as far as acting on it needs it. */
export interface Standing {
  /** Whole. */
  id: string;
  name: string;
  state: ContainerState;
  labels: Readonly<Record<string, string>>;
  /** Seconds until it is killed when it is stopped; Infinity: never. */
  stopSeconds: number;
  health: string;
  exitCode: number;
}

export const actionCollectors: readonly Collector[] = CONTAINER_VERBS.map((verb) =>
  collector(containerActions[verb], (ask, host) => actOn(host, verb, ask)),
);

/** The container as the engine tells it now. CONTAINER_NOT_FOUND when that id is no container's. */
export async function standing(docker: Docker, id: string): Promise<Standing> {
  try {
    const told = await inspectContainer({ docker }, id, LOOK_MS);
    if (told === undefined) throw new Fault("CONTAINER_NOT_FOUND", `no container has the id ${id}`);
    const { Id, Name, State, Config } = told;
    const state = ContainerState.safeParse(State.Status);
    const { StopTimeout = STOP_SECONDS } = Config;
    return {
      ...{ id: Id, name: Name.replace(/^\//, ""), labels: Config.Labels, exitCode: State.ExitCode },
      state: state.success ? state.data : "unknown",
      stopSeconds: StopTimeout < 0 ? Number.POSITIVE_INFINITY : StopTimeout,
      health: State.Health?.Status ?? "",
    };
  } catch (error) {
    throw engineFault(error);
  }
}

/**
 * Does it, once, unless the container is another than its person saw. Rejects, before anything was done, with
 * CONTAINER_NOT_FOUND, CONTAINER_CHANGED, CONTAINER_PROTECTED, AGENT_BUSY, or what has the value `begun: "no"`; and
 * afterwards with CONTAINER_ACTION_FAILED (value `reason`: the engine's words), or with what leaves open what became of it.
 */
export async function actOn(host: Around, verb: ContainerVerb, ask: ActionAsk) {
  const { docker } = host;
  const before = await notBegun(standing(docker, ask.id));
  return alone(docker, before.id, verb, async () => {
    // Looked at again under the claim: what held it before may have changed it.
    const now = await notBegun(standing(docker, before.id));
    refuseChanged(now, ask);
    if (KEPT_FROM.includes(verb)) refuseProtected(host, now);
    const told = await perform(docker, verb, now);
    const after = await standing(docker, now.id).catch(() => undefined);
    return {
      ...{ id: now.id, name: now.name, said: told },
      // Where it can not be read any more it is not told: the hub looks for itself.
      ...(after === undefined ? {} : { state: after.state }),
    };
  });
}

/** The engine's call for it. Gives what is to be said of it. A container is removed neither by force nor with its volumes. */
export async function perform(
  docker: Docker,
  verb: ContainerVerb,
  { id, stopSeconds }: Standing,
): Promise<string> {
  const route: RouteName = `container.${verb}`;
  const deadlineMs = actionDeadlineMs(verb, { stopSeconds }) - SOONER_MS;
  try {
    const { status } = await docker.engine.call({ route, path: { id }, deadlineMs });
    return status === 304 ? "It was so already." : "";
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404)
      throw new Fault("CONTAINER_NOT_FOUND", error.said, { cause: error });
    throw engineFault(error);
  }
}

function refuseChanged({ name, state }: Standing, { name: asked, seen }: ActionAsk): void {
  const told =
    name !== asked
      ? { was: asked, is: name }
      : seen !== undefined && seen !== state
        ? { was: seen, is: state }
        : undefined;
  if (told !== undefined)
    throw new Fault("CONTAINER_CHANGED", `${asked} was ${told.was} and is ${told.is}`, {
      values: { name: asked, ...told },
    });
}

/** A failure before anything was done says so. */
async function notBegun<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    const fault = Fault.of(error);
    throw new Fault(fault.code, fault.message, { values: { ...fault.values, begun: "no" }, cause: error });
  }
}
