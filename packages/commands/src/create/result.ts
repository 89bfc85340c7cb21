/** What a creation came to. Apart from its contract: the hub alone reads it. */
import * as z from "zod/mini";
import { ContainerState } from "../docker/container-state.ts";
import { ContainerId, ContainerName, ImageReference } from "../docker/grammar.ts";

export const CreateResult = z.object({
  id: ContainerId,
  name: ContainerName,
  image: ImageReference,
  state: ContainerState,
  /** The image was not there and was fetched. */
  pulled: z.boolean(),
  /** The engine's own warnings. */
  warnings: z.array(z.string().check(z.maxLength(300))).check(z.maxLength(16)),
});
export type CreateResult = z.infer<typeof CreateResult>;
