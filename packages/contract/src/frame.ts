/** The frames on an agent's connection: JSON texts, one object each, told apart by `t`. */
import * as z from "zod/mini";
import { FaultCode } from "./fault.ts";
import { SERVER_ID } from "./identity.ts";
import { AgentEvent, Answer, Ask } from "./message.ts";

const Bytes32 = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/));
const Signature = z.string().check(z.regex(/^[A-Za-z0-9_-]{86}$/));
const Uuid = z.string().check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/));
const short = (max: number) => z.string().check(z.maxLength(max));

/** What an agent tells of itself once the hub has proved itself. */
export const AgentFacts = z.object({
  version: short(32),
  runtime: short(64),
  os: short(128),
  arch: short(32),
  hostname: short(255),
  bootId: short(64),
  /** The agent's own policy: the actions it will do. */
  allow: z.array(short(64)).check(z.maxLength(64)),
  /** The commands it knows, by name. */
  commands: z.array(short(64)).check(z.maxLength(256)),
});
export type AgentFacts = z.infer<typeof AgentFacts>;

/** Agent to hub. */
export const AgentFrame = z.discriminatedUnion("t", [
  /** First of all; tells nothing about the agent. `nonce`: 32 bytes by `agentNonceOf`, base64url. */
  z.object({ t: z.literal("hello"), protocol: z.int(), nonce: Bytes32 }),
  /** After the hub's proof. `enrol`: a one-time token; `pair`: wait to be added by code, with the nonce's `secret`. */
  z.object({
    t: z.literal("prove"),
    publicKey: Bytes32,
    signature: Signature,
    /** The agent's clock, epoch ms, for the skew that is shown. */
    clock: z.int(),
    facts: AgentFacts,
    enrol: z.optional(short(128)),
    pair: z.optional(z.boolean()),
    secret: z.optional(Bytes32),
  }),
  z.object({ t: z.literal("heartbeat"), seq: z.int(), clock: z.int() }),
  z.object({ t: z.literal("answer"), message: Answer }),
  /** From protocol 2 on: told again until it is acknowledged, so it may come twice. */
  z.object({ t: z.literal("event"), message: AgentEvent }),
]);
export type AgentFrame = z.infer<typeof AgentFrame>;

/** Hub to agent. */
export const HubFrame = z.discriminatedUnion("t", [
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
  /** `hubTime` is not signed: it moves the agent's idea of it within what clocks drift, and no further. */
  z.object({ t: z.literal("beat"), seq: z.int(), hubTime: z.int() }),
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
