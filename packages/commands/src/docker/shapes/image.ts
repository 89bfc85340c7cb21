/** One image as `/images/json` lists it. */
import * as z from "zod/mini";
import { ImageId } from "../grammar.ts";

const names = z.catch(z.array(z.string()), []);

export const ImageSummary = z.object({
  /** Podman leaves out the `sha256:`. */
  Id: z.pipe(
    z.pipe(
      z.string(),
      z.transform((id) => (/^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : id)),
    ),
    ImageId,
  ),
  RepoTags: names,
  RepoDigests: names,
  /** Epoch seconds. */
  Created: z.catch(z.number(), 0),
  /** Bytes, layers that others share included. */
  Size: z.catch(z.number(), 0),
});
export type ImageSummary = z.infer<typeof ImageSummary>;
