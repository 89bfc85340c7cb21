/** network: what each interface carries now and has carried since boot, with its errors and drops. */
import { command } from "@servereye/contract";
import * as z from "zod/mini";

/** How many interfaces are told at the most: those that carry most stay. */
export const MOST_INTERFACES = 24;

/** One direction. Everything but `rate` is counted since boot, or since the interface came. */
export const Flow = z.object({
  /** Bytes a second over the interval. Absent when the interface came or its counters were reset meanwhile. */
  rate: z.optional(z.number()),
  /** Bytes. */
  bytes: z.number(),
  packets: z.number(),
  errors: z.number(),
  drops: z.number(),
});
export type Flow = z.infer<typeof Flow>;

export const Interface = z.object({
  name: z.string(),
  /** As the kernel says (operstate, RFC 2863); `unknown` when it does not, as for many tunnels. */
  state: z.enum(["up", "down", "dormant", "testing", "lowerlayerdown", "notpresent", "unknown"]),
  /** Bits a second the link is made for, where the driver tells. */
  speed: z.optional(z.number()),
  /** A card, not something the kernel made up (tunnel, bridge, VLAN). Absent where it is not told. */
  physical: z.optional(z.boolean()),
  /** Into this machine and out of it. */
  in: Flow,
  out: Flow,
});
export type Interface = z.infer<typeof Interface>;

export const network = command({
  name: "network",
  about: "traffic of each interface",
  needs: "viewer",
  ask: z.object({}),
  answer: z.object({
    /** The busiest first. Without loopback and what containers and virtual machines are tied to. */
    interfaces: z.array(Interface).check(z.maxLength(MOST_INTERFACES)),
    /** How many more of these there are. */
    left: z.int(),
    /** Those never used and down that the kernel made up (ifb, dummy, sit): only counted. */
    unused: z.int(),
    /** What the machine says to itself; both directions are the same bytes. */
    loopback: z.optional(Flow),
    /**
     * Interfaces of containers and virtual machines together, seen from their side: `in` is what they received.
     * Summed over their own ports (veth, tap); over the bridges only where no port is seen, because a bridge
     * counts the same bytes again.
     */
    containers: z.optional(z.object({ count: z.int(), in: Flow, out: Flow })),
    /** What the rates are measured over, ms. */
    intervalMs: z.number(),
    /** What all links carried together since the agent was last asked, bytes a second, where it tells only that. */
    overall: z.optional(z.object({ in: z.number(), out: z.number() })),
    /** Told by an agent of the Go original, which has less to tell. */
    original: z.optional(z.literal(true)),
  }),
});
