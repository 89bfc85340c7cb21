/** /proc/net/dev: the counters of every interface, and what happened between two looks at them. */
import { advance } from "../kernel/counter.ts";
import type { Flow } from "./contract.ts";

export type Totals = Omit<Flow, "rate">;

export interface LinkCounters {
  in: Totals;
  out: Totals;
}

/** The fastest a wrapped 32-bit counter is believed to have gone, bytes a ms: 10 Gbit/s. */
export const MOST_BYTES_A_MS = 1.25e6;

/** Numbers of one line: eight for each direction (kernel, net/core/net-procfs.c). */
const FIELDS = 16;

/** Every interface by name, in the kernel's order. The two heading lines and whatever is no counter are passed over. */
export function parseNetDev(text: string): Map<string, LinkCounters> {
  const links = new Map<string, LinkCounters>();
  for (const line of text.split("\n")) {
    // The last colon ends the name; there may be no space after it, and an old alias has one in its name.
    const colon = line.lastIndexOf(":");
    if (colon < 0) continue;
    // Only the spaces that pad it: a name may have any other white space that is not ASCII.
    const name = line.slice(0, colon).replace(/^ +/, "");
    const fields = line
      .slice(colon + 1)
      .split(" ")
      .filter((field) => field !== "");
    if (name === "" || fields.length < FIELDS || !fields.every((field) => /^\d{1,20}$/.test(field))) continue;
    const numbers = fields.map(Number);
    links.set(name, { in: totals(numbers, 0), out: totals(numbers, 8) });
  }
  return links;
}

const totals = (numbers: readonly number[], from: number): Totals => ({
  bytes: numbers[from] ?? 0,
  packets: numbers[from + 1] ?? 0,
  errors: numbers[from + 2] ?? 0,
  drops: numbers[from + 3] ?? 0,
});

/** The flows of one interface: its totals now and, where the two looks belong together, its rates. */
export function flowsBetween(
  before: LinkCounters | undefined,
  now: LinkCounters,
  ms: number,
): { in: Flow; out: Flow } {
  if (!before || ms <= 0) return { in: now.in, out: now.out };
  const most = MOST_BYTES_A_MS * ms;
  const inward = advance(before.in.bytes, now.in.bytes, most);
  const outward = advance(before.out.bytes, now.out.bytes, most);
  // Whichever went back, this is not the interface of the first look (or not its counters): a new baseline.
  if (inward === undefined || outward === undefined) return { in: now.in, out: now.out };
  return {
    in: { ...now.in, rate: (inward * 1_000) / ms },
    out: { ...now.out, rate: (outward * 1_000) / ms },
  };
}

/** Several flows as one. The rate is that of those that have one; absent when none has. */
export function sumFlows(flows: readonly Flow[]): Flow {
  const sum: Flow = { bytes: 0, packets: 0, errors: 0, drops: 0 };
  for (const flow of flows) {
    sum.bytes += flow.bytes;
    sum.packets += flow.packets;
    sum.errors += flow.errors;
    sum.drops += flow.drops;
    if (flow.rate !== undefined) sum.rate = (sum.rate ?? 0) + flow.rate;
  }
  return sum;
}
