/** What the simulated agents are told, and what they tell; crosses from the bench to their process. */
import { createHash } from "node:crypto";
import * as z from "zod/mini";

export const FleetOrder = z.object({
  count: z.int(),
  /** `ws://host:port/path`: agents are dealt out to them in turn. */
  urls: z.array(z.string()),
  /** base64url. */
  hubKey: z.string(),
  /** All of them dial from one address, as from behind one router; else each has its own. */
  oneAddress: z.boolean(),
});
export type FleetOrder = z.infer<typeof FleetOrder>;

export const FleetReport = z.discriminatedUnion("t", [
  /** The keys are made; nothing is dialled yet. */
  z.object({ t: z.literal("made") }),
  /** Each time the last that was missing came in: epoch ms of every agent's welcome. */
  z.object({ t: z.literal("all in"), times: z.array(z.number()) }),
  z.object({ t: z.literal("count"), in: z.int(), wrong: z.int() }),
]);
export type FleetReport = z.infer<typeof FleetReport>;

/** The key of each agent, known to the bench and to the agents' process alike. */
export const seedOfAgent = (at: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash("sha256").update(`a simulated agent ${at}`).digest());

/** A loopback address of its own for each: the hub bounds what one address may take of it. */
export const addressOf = (at: number): string => `127.${1 + (at >> 16)}.${(at >> 8) & 255}.${at & 255}`;
