/** `/proc/pressure/*`: how long tasks waited for a resource (PSI, Linux 4.20 and later, where it is switched on). */
import * as z from "zod/mini";
import type { Host } from "../host.ts";
import { Rates } from "./rates.ts";
import { Scan } from "./scan.ts";

/** Percent of the last 10, 60 and 300 seconds. */
export const Waits = z.object({ avg10: z.number(), avg60: z.number(), avg300: z.number() });

export const Pressure = z.object({
  /** At least one task waited. */
  some: Waits,
  /** All tasks waited at once; not told of the processor by older kernels. */
  full: z.optional(Waits),
});
export type Pressure = z.infer<typeof Pressure>;

/** Pressure on a resource, or `undefined` where the kernel does not tell. */
export function readPressure(host: Host, resource: "cpu" | "memory" | "io"): Pressure | undefined {
  const bytes = host.peek(`/proc/pressure/${resource}`);
  return bytes && parsePressure(bytes);
}

/** Microseconds since boot in which something waited for a resource. */
export function waitedIn(bytes: Uint8Array): number | undefined {
  const scan = new Scan(bytes);
  if (!scan.take("some ")) return undefined;
  scan.skipWords(3);
  return named(scan, "total=");
}

/**
 * Percent of the time since the last call in which something waited. By the kernel's own counter: its mean of 10
 * seconds would leave out what lies between two samples, or tell it twice.
 */
export function pressureSince(host: Host, resource: "cpu" | "memory" | "io"): () => number | undefined {
  // A microsecond in each; a little more where the two clocks part.
  const rates = new Rates({ waited: { most: 1_100 } });
  return () => {
    const bytes = host.peek(`/proc/pressure/${resource}`);
    const waited = bytes && waitedIn(bytes);
    const micro = rates.ofOne(host.monotonic(), waited === undefined ? undefined : { waited }).waited;
    return micro === undefined ? undefined : Math.min(100, micro / 1e4);
  };
}

export function parsePressure(bytes: Uint8Array): Pressure | undefined {
  const scan = new Scan(bytes);
  let some: z.infer<typeof Waits> | undefined;
  let full: z.infer<typeof Waits> | undefined;
  do {
    if (scan.take("some ")) some = parseWaits(scan);
    else if (scan.take("full ")) full = parseWaits(scan);
  } while (scan.nextLine());
  return some && { some, ...(full ? { full } : {}) };
}

function parseWaits(scan: Scan): z.infer<typeof Waits> | undefined {
  const avg10 = named(scan, "avg10=");
  const avg60 = named(scan, "avg60=");
  const avg300 = named(scan, "avg300=");
  if (avg10 === undefined || avg60 === undefined || avg300 === undefined) return undefined;
  return { avg10, avg60, avg300 };
}

function named(scan: Scan, name: string): number | undefined {
  scan.skipBlanks();
  return scan.take(name) ? scan.decimal() : undefined;
}
