/** What a fetch came to. Apart from its contract: the hub alone reads it. */
import * as z from "zod/mini";
import { ImageId, ImageReference } from "../docker/grammar.ts";

export const PullResult = z.object({
  /** With its tag or digest. */
  image: ImageReference,
  id: ImageId,
  /** What the reference named on this server before; absent: nothing. The same as `id`: it was the newest already. */
  was: z.optional(ImageId),
  /** Of the whole image with all its layers, bytes. */
  bytes: z.int().check(z.nonnegative()),
});
export type PullResult = z.infer<typeof PullResult>;
