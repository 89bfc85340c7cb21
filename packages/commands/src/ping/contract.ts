/** ping: does the agent answer, and how long does the whole way take. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";

export const ping = command({
  name: "ping",
  about: "round trip to the agent",
  needs: "viewer",
  ask: z.object({}),
  /** The agent's clock, epoch ms, where it tells. */
  answer: z.object({ clock: z.optional(z.int()) }),
});
