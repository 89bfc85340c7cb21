/** The states of a container, as the engine names them. */
import * as z from "zod/mini";

export const ContainerState = z.enum([
  "created",
  "running",
  "paused",
  "restarting",
  "removing",
  "exited",
  "dead",
  /** The engine says something else. */
  "unknown",
]);
export type ContainerState = z.infer<typeof ContainerState>;
