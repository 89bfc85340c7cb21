/** Containers of the agent's double: really change their state, and count what was done to them. */
import type { Told } from "./agent.ts";

export interface DoubleContainer {
  id: string;
  name: string;
  image: string;
  state: string;
  status: string;
  ports: string[];
  labels: Record<string, string>;
}

export interface DoubleEngine {
  readonly containers: DoubleContainer[];
  /** `stop web-1`, one for each time it was really done, oldest first. */
  readonly done: string[];
  /** The next action is refused with these words. */
  refuse(answer: Told): void;
  /** What the agent answers with, by the type asked. */
  readonly answers: Record<string, (payload: unknown) => Told>;
}

/** A container as the original's agents list it. */
export const aContainer = (
  at: number,
  name: string,
  more: Partial<DoubleContainer> & { project?: string } = {},
): DoubleContainer => {
  const { project, ...rest } = more;
  return {
    id: at.toString(16).padStart(12, "abc"),
    name: `/${name}`,
    image: "nginx:1.27",
    state: "running",
    status: "Up 3 hours",
    ports: [],
    labels: project === undefined ? {} : { "com.docker.compose.project": project },
    ...rest,
  };
};

export function doubleEngine(containers: DoubleContainer[]): DoubleEngine {
  const done: string[] = [];
  let refusal: Told | undefined;

  const act = (payload: unknown): Told => {
    const { container_id, container_name, action } = payload as Record<string, string>;
    const at = containers.findIndex(({ id }) => id === container_id);
    const found = containers[at];
    const refused = refusal;
    refusal = undefined;
    if (refused !== undefined) return refused;
    if (found === undefined || found.name !== `/${container_name}`)
      return error("CONTAINER_NOT_FOUND", "No such container");
    done.push(`${action} ${container_name}`);
    if (action === "remove") containers.splice(at, 1);
    else if (action === "stop") Object.assign(found, { state: "exited", status: "Exited (0) 1 second ago" });
    else Object.assign(found, { state: "running", status: "Up Less than a second" });
    const told = { container_id, container_name, action, success: true };
    const message = `Container ${action} done`;
    return {
      type: "container_action_response",
      payload: { ...told, message, new_state: action === "remove" ? "removed" : found.state },
    };
  };

  return {
    containers,
    done,
    refuse(answer) {
      refusal = answer;
    },
    answers: {
      get_containers: () => ({
        type: "containers_response",
        payload: { containers, total: containers.length },
      }),
      start_container: act,
      stop_container: act,
      restart_container: act,
      remove_container: act,
    },
  };
}

export const error = (error_code: string, error_message: string): Told => ({
  type: "error_response",
  payload: { error_code, error_message },
});
