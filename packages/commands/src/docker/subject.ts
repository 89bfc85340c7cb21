/** The one container that a reading is about, as it stands now. */
import { Fault } from "@servereye/contract";
import * as z from "zod/mini";
import type { Host } from "../host.ts";
import { inspectContainer } from "./calls.ts";
import { ContainerState } from "./container-state.ts";
import { ContainerId } from "./grammar.ts";
import { engineFault } from "./jobs.ts";
import { type Inspected, momentIn } from "./shapes/inspected.ts";

/** An inspection may take so long, ms. */
const LOOK_MS = 3_000;

export const Subject = z.object({
  /** Whole. */
  id: ContainerId,
  name: z.string().check(z.maxLength(255)),
  state: ContainerState,
  /** Seconds it has been running, or since it ended; absent where the engine does not tell. */
  age: z.optional(z.int().check(z.nonnegative())),
});
export type Subject = z.infer<typeof Subject>;

/** The container of an id or the beginning of one. CONTAINER_NOT_FOUND when that is no container's. */
export async function lookInto(host: Host, id: string): Promise<{ subject: Subject; inspected: Inspected }> {
  const inspected = await inspectContainer(host, id, LOOK_MS).catch((error: unknown) => {
    throw engineFault(error);
  });
  if (inspected === undefined) throw new Fault("CONTAINER_NOT_FOUND", `no container has the id ${id}`);
  const { State } = inspected;
  const state = ContainerState.safeParse(State.Status).data ?? "unknown";
  const since = momentIn(isUp(state) ? State.StartedAt : State.FinishedAt);
  const age = since === undefined ? undefined : Math.max(0, Math.floor((host.now() - since) / 1_000));
  const name = inspected.Name.replace(/^\//, "").slice(0, 255);
  return { subject: { id: inspected.Id, name, state, ...(age === undefined ? {} : { age }) }, inspected };
}

/** Whether processes are in it. */
export const isUp = (state: ContainerState): boolean => state === "running" || state === "paused";
