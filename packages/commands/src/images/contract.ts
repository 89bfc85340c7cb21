/** images: what images a server keeps, how large they are, and which of them are in use. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";
import { ImageId } from "../docker/grammar.ts";

/** Images told at the most, and tags of one. */
export const MOST_IMAGES = 300;
export const MOST_TAGS = 8;

const count = z.int().check(z.nonnegative());
const bytes = z.number().check(z.nonnegative());

export const Image = z.object({
  id: ImageId,
  /** `nginx:1.27`; none: nothing names it any more (dangling). */
  tags: z.array(z.string().check(z.maxLength(255))).check(z.maxLength(MOST_TAGS)),
  /** Bytes, layers that others share included. */
  size: bytes,
  /** Seconds since it was built; absent where the engine does not tell. */
  age: z.optional(count),
  /** Containers made from it, stopped ones too; and those of them that run. */
  containers: count,
  running: count,
});
export type Image = z.infer<typeof Image>;

const Sum = z.object({ count, size: bytes });

export const images = command({
  name: "images",
  about: "images kept",
  needs: "viewer",
  ask: z.object({
    /** Which page is shown, from 1: for the reader. */
    page: z.optional(z.int().check(z.minimum(1), z.maximum(MOST_IMAGES))),
  }),
  answer: z.object({
    /** The largest first. */
    images: z.array(Image).check(z.maxLength(MOST_IMAGES)),
    /** Of all there are: what layers they share is counted with each. */
    all: Sum,
    /** No container is made from these. */
    unused: Sum,
    /** Of those, the ones that nothing names any more. */
    dangling: Sum,
  }),
});
