/** One container as `/containers/json` lists it. What is odd in it is taken for not told: one container must not hide the others. */
import * as z from "zod/mini";
import { ContainerId } from "../grammar.ts";

export const ContainerSummary = z.object({
  Id: ContainerId,
  /** Each with a slash before it; those with one inside are links of others to it. */
  Names: z.catch(z.array(z.string()), []),
  Image: z.catch(z.string(), ""),
  ImageID: z.catch(z.string(), ""),
  /** Epoch seconds. */
  Created: z.catch(z.number(), 0),
  State: z.catch(z.string(), ""),
  /** In the engine's own words: `Up 3 hours (healthy)`. */
  Status: z.catch(z.string(), ""),
  Ports: z.catch(
    z.array(
      z.object({
        IP: z.catch(z.optional(z.string()), undefined),
        PrivatePort: z.catch(z.number(), 0),
        PublicPort: z.catch(z.optional(z.number()), undefined),
        Type: z.catch(z.string(), ""),
      }),
    ),
    [],
  ),
  Labels: z.catch(z.record(z.string(), z.string()), {}),
});
export type ContainerSummary = z.infer<typeof ContainerSummary>;

/** Its own name, without the slash. */
export const nameIn = ({ Names }: Pick<ContainerSummary, "Names">): string =>
  Names.map((name) => name.replace(/^\//, "")).find((name) => !name.includes("/")) ?? "";
