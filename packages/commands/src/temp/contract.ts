/** temp: every sensor the kernel has by its label, the hottest core, the average, and how often it throttled. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";

/** How many sensors are told at the most: the hottest stay. */
export const MOST_SENSORS = 64;
/** How many sensors without a sensible value are told by name. */
export const MOST_SILENT = 16;

/** What a sensor measures: one core, the processor as a whole (package, die), or anything else. */
export const Part = z.enum(["core", "cpu", "other"]);
export type Part = z.infer<typeof Part>;

export const Sensor = z.object({
  /** The chip or device: `coretemp`, `nvme0`, `acpitz`; ` #2` and so on after the name where there are several. */
  chip: z.string(),
  /** As the kernel labels it: `Core 0`, `Composite`. Empty when the chip has this one alone, without a label. */
  label: z.string(),
  part: Part,
  /** °C. */
  celsius: z.number(),
  /** °C from which the maker calls it critical, where the kernel tells a sensible one. */
  crit: z.optional(z.number()),
});
export type Sensor = z.infer<typeof Sensor>;

export const temp = command({
  name: "temp",
  about: "temperatures",
  needs: "viewer",
  ask: z.object({}),
  answer: z.object({
    /** Those beyond their limits first, then the hottest. */
    sensors: z.array(Sensor).check(z.maxLength(MOST_SENSORS)),
    /** How many more there are. */
    left: z.int(),
    /** The hottest core; of the whole processor where cores are not told apart, of everything where it is not told. */
    hottest: Sensor,
    /** Mean over `count` sensors of one part, chosen as for `hottest`. °C. */
    average: z.object({ celsius: z.number(), part: Part, count: z.int() }),
    /** Sensors that are there but gave no sensible value: `celsius` is what they claim, absent for no answer. */
    silent: z
      .array(z.object({ chip: z.string(), label: z.string(), celsius: z.optional(z.number()) }))
      .check(z.maxLength(MOST_SILENT)),
    silentLeft: z.int(),
    /** Times since boot that heat slowed the core, and the package, that it happened to most. */
    throttled: z.optional(z.object({ core: z.number(), package: z.number() })),
    /** Processor cooling that slows it at this moment, of how many there are (ACPI and device-tree systems). */
    slowed: z.optional(z.object({ now: z.int(), of: z.int() })),
    /** Told by an agent of the Go original, which has less to tell. */
    original: z.optional(z.literal(true)),
  }),
});
