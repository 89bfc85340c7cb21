/** What an update came to. Apart from its contract: the hub alone reads it. */
import * as z from "zod/mini";
import { ContainerState } from "../docker/container-state.ts";
import { ContainerId, ContainerName, ImageId } from "../docker/grammar.ts";

export const UpdateResult = z.object({
  /** Of the container that has the name now: another one than before if it changed. */
  id: ContainerId,
  name: ContainerName,
  image: z.string().check(z.maxLength(255)),
  from: ImageId,
  /** The same as `from`: it had the newest image already, and nothing was done. */
  to: ImageId,
  changed: z.boolean(),
  state: ContainerState,
  /** "healthy" by its check; "runs": it has none and kept running; "stopped": it did not run before either. */
  ended: z.enum(["healthy", "runs", "stopped"]),
  /** The name of the old container, where it could not be removed. */
  left: z.optional(ContainerName),
});
export type UpdateResult = z.infer<typeof UpdateResult>;
