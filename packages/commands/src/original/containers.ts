/** Containers as agents of the Go original list them and act on them, before they are told in our words. */
import { Fault, type OriginalAsk, type OriginalCommand } from "@servereye/contract";
import { amountOf, type Fields, fieldsOf, listOf, textOf } from "./loose.ts";

export interface OriginalContainer {
  id: string;
  name: string;
  image: string;
  /** In the engine's words: `Up 3 hours`. */
  status: string;
  /** `running`, `exited` ... */
  state: string;
  ports: string[];
  labels: Record<string, string>;
}

export type OriginalAction = "start" | "stop" | "restart" | "remove";

/** What is to be acted on: the agent takes the id, the name is for its log. */
export interface OriginalTarget {
  id: string;
  name: string;
}

/** What an action came to. */
export interface OriginalDone {
  id: string;
  name: string;
  /** The container's new state, where the agent told it. */
  state?: string;
  /** In the agent's words. */
  message: string;
}

const MOST_CONTAINERS = 500;
const MOST_LABELS = 64;

const TYPES: Record<OriginalAction, OriginalAsk> = {
  start: "start_container",
  stop: "stop_container",
  restart: "restart_container",
  remove: "remove_container",
};

/** `get_containers`: `shape` makes our answer of what was listed. */
export const listing = (
  command: string,
  shape: (told: { containers: OriginalContainer[]; total: number }) => unknown,
): OriginalCommand => ({
  command,
  type: "get_containers",
  reply: "containers_response",
  payload: () => null,
  answer({ payload }) {
    const told = fieldsOf(payload);
    const containers = listOf(told.containers).slice(0, MOST_CONTAINERS).flatMap(containerOf);
    return shape({ containers, total: Math.max(containers.length, Math.trunc(amountOf(told.total) ?? 0)) });
  },
});

/** One action: `target` reads our ask, `shape` makes our answer. Not done: Fault CONTAINER_ACTION_FAILED. */
export const acting = (
  command: string,
  action: OriginalAction,
  target: (ask: unknown) => OriginalTarget,
  shape: (done: OriginalDone) => unknown,
): OriginalCommand => ({
  command,
  type: TYPES[action],
  reply: "container_action_response",
  payload(ask) {
    const { id, name } = target(ask);
    return { container_id: id, container_name: name, action };
  },
  answer({ payload }, ask) {
    const told = fieldsOf(payload);
    const message = textOf(told.message);
    if (told.success !== true) {
      throw new Fault("CONTAINER_ACTION_FAILED", message || `the agent could not ${action} it`);
    }
    const asked = target(ask);
    const state = textOf(told.new_state, 64);
    return shape({
      id: textOf(told.container_id, 128) || asked.id,
      name: textOf(told.container_name, 255) || asked.name,
      ...(state === "" ? {} : { state }),
      message,
    });
  },
});

function containerOf(value: unknown): OriginalContainer[] {
  const told = fieldsOf(value);
  const id = textOf(told.id, 128);
  if (id === "") return [];
  return [
    {
      id,
      // The engine itself writes a slash before it.
      name: textOf(told.name, 255).replace(/^\//, ""),
      image: textOf(told.image, 255),
      status: textOf(told.status),
      state: textOf(told.state, 64).toLowerCase(),
      ports: listOf(told.ports)
        .slice(0, MOST_LABELS)
        .flatMap((port) => textOf(port, 64) || []),
      labels: labelsOf(fieldsOf(told.labels)),
    },
  ];
}

const labelsOf = (told: Fields): Record<string, string> =>
  Object.fromEntries(
    Object.entries(told)
      .slice(0, MOST_LABELS)
      .map(([name, value]) => [textOf(name), textOf(value)]),
  );
