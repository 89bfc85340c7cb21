/** The frames from a hub on an agent's connection, and what both sides sign: JSON texts, one object each, told apart by `t`. */
import * as z from "zod/mini";
import { FaultCode } from "./fault.ts";
import { Bytes32, Signature, short, Uuid } from "./frame-parts.ts";
import { SERVER_ID } from "./identity.ts";
import { Ask } from "./message.ts";

/** Hub to agent. A plain union: an agent reads few frames, and telling them apart sooner is 2 KiB of its one file. */
export const HubFrame = z.union([
  z.object({
    t: z.literal("challenge"),
    protocol: z.int(),
    nonce: Bytes32,
    hubKey: Bytes32,
    signature: Signature,
  }),
  /** In: the agent's server id and name, and the hub's clock in epoch ms. `token` was spent when it enrolled. */
  z.object({
    t: z.literal("welcome"),
    serverId: z.string().check(z.regex(SERVER_ID)),
    name: short(128),
    hubTime: z.int(),
    heartbeatMs: z.int(),
    /** From protocol 2 on, over `welcomeText`: the time it tells decides which commands have expired. */
    signature: z.optional(Signature),
  }),
  /** Not known yet: keep the connection and show the pairing code until `expires` (epoch ms, hub's clock). */
  z.object({ t: z.literal("waiting"), expires: z.int(), hubTime: z.int() }),
  /** Not let in. `again`: whether dialling again later can help. */
  z.object({ t: z.literal("refused"), code: FaultCode, detail: short(500), again: z.boolean() }),
  z.object({ t: z.literal("ask"), message: Ask }),
  /** The event of this id is stored: the agent need not tell it again. */
  z.object({ t: z.literal("ack"), id: Uuid }),
  /** The samples of this boot from `from` to `to`, both included, that came by this connection are kept for good. */
  z.object({ t: z.literal("kept"), boot: short(64), from: z.int(), to: z.int() }),
  /**
   * Late samples a second that may come; 0: none for now, and what is on its way may be lost, so that it is to be sent
   * again at the next pace above 0. What is measured now is sent at any pace.
   */
  z.object({ t: z.literal("pace"), perSecond: z.number().check(z.nonnegative()) }),
  /** Not signed, `hubTime` moves the agent's idea of it within what clocks drift, and no further. The signature: `beatText`. */
  z.object({ t: z.literal("beat"), seq: z.int(), hubTime: z.int(), signature: z.optional(Signature) }),
  /** The hub leaves or lets the agent go; `again`: dial at once (`soon`), by backoff (`later`), or no more. */
  z.object({ t: z.literal("bye"), again: z.enum(["soon", "later", "never"]), detail: short(500) }),
]);
export type HubFrame = z.infer<typeof HubFrame>;

/** What the hub signs to prove itself: both nonces and its key. */
export const hubProofText = (p: {
  protocol: number;
  agentNonce: string;
  hubNonce: string;
  hubKey: string;
}): string => JSON.stringify(["servereye hub proof 1", p.protocol, p.agentNonce, p.hubNonce, p.hubKey]);

/** What the agent signs: both nonces, the hub it means, itself, and the token if it brings one. */
export const agentProofText = (p: {
  protocol: number;
  agentNonce: string;
  hubNonce: string;
  hubKey: string;
  publicKey: string;
  enrol: string | undefined;
}): string =>
  JSON.stringify([
    "servereye agent proof 1",
    p.protocol,
    p.agentNonce,
    p.hubNonce,
    p.hubKey,
    p.publicKey,
    p.enrol ?? "",
  ]);

/** What the hub signs of a welcome: this very handshake, by both nonces, and all that it tells. */
export const welcomeText = (
  p: { protocol: number; agentNonce: string; hubNonce: string; hubKey: string },
  welcome: { serverId: string; name: string; hubTime: number; heartbeatMs: number },
): string =>
  JSON.stringify([
    "servereye welcome 1",
    p.protocol,
    p.agentNonce,
    p.hubNonce,
    p.hubKey,
    welcome.serverId,
    welcome.name,
    welcome.hubTime,
    welcome.heartbeatMs,
  ]);

/** What the hub signs of a beat that is to be believed: this very connection, by both nonces of its handshake, and the beat. */
export const beatText = (
  p: { protocol: number; agentNonce: string; hubNonce: string; hubKey: string },
  beat: { seq: number; hubTime: number },
): string =>
  JSON.stringify([
    "servereye beat 1",
    p.protocol,
    p.agentNonce,
    p.hubNonce,
    p.hubKey,
    beat.seq,
    beat.hubTime,
  ]);
