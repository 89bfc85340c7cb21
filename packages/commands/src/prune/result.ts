/** What a pruning came to. Apart from its contract: the hub alone reads it. */
import * as z from "zod/mini";
import { PRUNE_KINDS } from "./kinds.ts";

const Count = z.int().check(z.nonnegative());

export const PruneResult = z.object({
  removed: z.object({ containers: Count, images: Count, networks: Count }),
  /** What the containers wrote and, by the engine's own account before and after, the layers of images. */
  freed: Count,
  /** What stayed, at most 32, and why: "used" again, "changed" since it was shown, "gone" already, "refused" by the engine. */
  kept: z
    .array(
      z.object({
        kind: z.enum(PRUNE_KINDS),
        name: z.string().check(z.maxLength(400)),
        why: z.enum(["used", "changed", "gone", "protected", "refused"]),
        said: z.optional(z.string().check(z.maxLength(300))),
      }),
    )
    .check(z.maxLength(32)),
  keptMore: Count,
});
export type PruneResult = z.infer<typeof PruneResult>;
