/** One event as `/events` streams it, and what of it episodes are made of. What is odd in it is no event. */
import * as z from "zod/mini";
import { ContainerId, ContainerName } from "../grammar.ts";

const text = z.catch(z.optional(z.string()), undefined);

const EngineEvent = z.object({
  Type: z.literal("container"),
  /** `die`, `health_status: unhealthy` … */
  Action: z.string(),
  Actor: z.object({
    ID: ContainerId,
    Attributes: z.object({ name: ContainerName, image: text, exitCode: text, signal: text, oldName: text }),
  }),
  /** Epoch, by the engine's clock. */
  timeNano: z.number(),
});

/** What is asked for, beside `type=container`: without `exec_*`, of which each health check makes three. */
export const WATCHED = [
  ...["start", "die", "oom", "kill", "stop", "destroy", "rename"],
  "health_status",
] as const;

export type Action =
  | "start"
  | "die"
  | "oom"
  | "kill"
  | "stop"
  | "destroy"
  | "rename"
  | "healthy"
  | "unhealthy";

export interface ContainerEvent {
  action: Action;
  id: string;
  name: string;
  image: string;
  /** Epoch ms by the engine's clock. */
  at: number;
  exitCode?: number;
  signal?: number;
  oldName?: string;
  /** Tells it from every other one. */
  key: string;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  ...{ start: "start", die: "die", oom: "oom", kill: "kill", stop: "stop", rename: "rename" },
  ...{ destroy: "destroy", "health_status: healthy": "healthy", "health_status: unhealthy": "unhealthy" },
};

const whole = (digits: string | undefined): number | undefined =>
  digits !== undefined && /^-?\d{1,9}$/.test(digits) ? Number(digits) : undefined;

/** The event in a value of the stream, or undefined for one that is of no matter here. */
export function containerEventIn(value: unknown): ContainerEvent | undefined {
  const parsed = EngineEvent.safeParse(value);
  if (!parsed.success || !Object.hasOwn(ACTIONS, parsed.data.Action)) return undefined;
  const { Action: word, Actor, timeNano } = parsed.data;
  const { name, image, exitCode, signal, oldName } = Actor.Attributes;
  const action = ACTIONS[word];
  if (action === undefined) return undefined;
  const [code, number] = [whole(exitCode), whole(signal)];
  return {
    ...{ action, id: Actor.ID, name, image: (image ?? "").slice(0, 255) },
    at: Math.floor(timeNano / 1e6),
    key: `${timeNano} ${Actor.ID} ${word} ${signal ?? ""}`,
    ...(code === undefined ? {} : { exitCode: code }),
    ...(number === undefined ? {} : { signal: number }),
    ...(oldName === undefined ? {} : { oldName: oldName.replace(/^\//, "") }),
  };
}
