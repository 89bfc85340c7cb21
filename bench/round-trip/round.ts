/** What the persons are told to write, and what they tell of it; crosses from the bench to their process. */
import * as z from "zod/mini";

export const Round = z.object({
  /** Telegram ids: one message each, one after the other or all in one moment. */
  persons: z.array(z.int()),
  text: z.string(),
  /** A part of the answer that counts; anything else (a refusal, "busy") does not end the wait. */
  expect: z.string(),
  together: z.boolean(),
  /** Ms; half a minute unless told. */
  patienceMs: z.optional(z.int()),
  /** With each message, somebody else writes this in the same moment. */
  beside: z.optional(z.object({ persons: z.array(z.int()), text: z.string(), expect: z.string() })),
});
export type Round = z.infer<typeof Round>;

/** Ms each. */
export const Timed = z.object({ times: z.array(z.number()), beside: z.array(z.number()) });
export type Timed = z.infer<typeof Timed>;

export const Failed = z.object({ failed: z.string() });
export const Place = z.object({ url: z.string(), token: z.string() });
export type Place = z.infer<typeof Place>;
