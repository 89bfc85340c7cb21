/** A measure: one named number with a unit, a kind and a direction. Described once, in its command's folder. */
import * as z from "zod/mini";

export const Measure = z.object({
  /** Dotted, lower case: `cpu.usage`. */
  key: z.string().check(z.regex(/^[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+$/)),
  unit: z.enum(["percent", "bytes", "bytes_per_second", "celsius", "count", "per_second", "seconds", "load"]),
  kind: z.enum(["gauge", "counter"]),
  /** What it says, in a few words. */
  about: z.string().check(z.minLength(1)),
  /** What it is measured of, each by its name; absent: of the server as a whole. */
  of: z.optional(z.enum(["core", "filesystem", "device", "interface", "sensor", "state", "container"])),
  /** The step to which a value is kept, in its unit: no finer than it is measured, no coarser than it is read. */
  quantum: z.number().check(z.positive()),
  /** Which way is worse; `none` when neither is. */
  worse: z.enum(["higher", "lower", "none"]),
  /** From this on the number is a warning, and from that on bad, in the measure's unit. */
  warn: z.optional(z.number()),
  bad: z.optional(z.number()),
});
export type Measure = z.infer<typeof Measure>;

/** How a number stands against its measure's thresholds. */
export type Level = "ok" | "warn" | "bad";

/** Level of a value: `ok` below `warn`, `warn` below `bad`, else `bad` (mirrored when lower is worse). */
export function levelOf(measure: Pick<Measure, "worse" | "warn" | "bad">, value: number): Level {
  const sign = measure.worse === "lower" ? -1 : 1;
  if (measure.bad !== undefined && sign * value >= sign * measure.bad) return "bad";
  if (measure.warn !== undefined && sign * value >= sign * measure.warn) return "warn";
  return "ok";
}
