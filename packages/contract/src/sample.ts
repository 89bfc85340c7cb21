/** Samples on the wire: what an agent measured at a time, each value under the number of its series. */
import * as z from "zod/mini";

/** A measure of one thing: `disk.used` of `/`, `network.in` of `eth0`; without `of`, of the server as a whole. */
export const Series = z.object({
  /** A measure's key. */
  key: z.string().check(z.maxLength(64), z.regex(/^[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)+$/)),
  /** Which device, filesystem, sensor, container ...; no control characters. */
  of: z.optional(z.string().check(z.minLength(1), z.maxLength(128), z.regex(/^\P{Cc}+$/u))),
});
export type Series = z.infer<typeof Series>;

/** Series that one server may have at a time, values in a sample, and samples in a frame. */
export const MOST_SERIES = 2_000;
export const MOST_SAMPLES = 120;

/**
 * Late samples (measured while no hub took them) that one agent sends in a second: samples, and bytes of their frames.
 * 24 hours at one in 10 s are 8,640: 72 s.
 */
export const MOST_PACE = 120;
export const MOST_LATE_BYTES = 131_072;

/** A batch as JSON, bytes: an agent cuts what is larger, so that a hub's loop reads one in a few ms. */
export const MOST_BATCH_BYTES = 262_144;

export const Sample = z.object({
  /** Counts up within a boot of the machine: by one, over a restart of the agent by more. None is used twice. */
  seq: z.int().check(z.nonnegative()),
  /** The agent's clock, epoch ms. Order and identity come from `(boot, seq)`, never from this. */
  at: z.int(),
  /** One value for each series of its layout, in order; null: not measured this time. Finite. */
  values: z.array(z.nullable(z.number())).check(z.maxLength(MOST_SERIES)),
});
export type Sample = z.infer<typeof Sample>;

/** Samples of one boot that have the same series, their `seq` one after the other without a gap. */
export const SampleBatch = z.object({
  /** Boot id of the machine (`/proc/sys/kernel/random/boot_id`), or the agent's own where there is none. */
  boot: z.string().check(z.regex(/^[0-9a-f-]{8,64}$/)),
  series: z.array(Series).check(z.minLength(1), z.maxLength(MOST_SERIES)),
  samples: z.array(Sample).check(z.minLength(1), z.maxLength(MOST_SAMPLES)),
});
export type SampleBatch = z.infer<typeof SampleBatch>;
