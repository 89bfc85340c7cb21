/** The frames from an agent, as its hub reads them: in a file of their own, which the agent's one file does without. */
import * as z from "zod/mini";
import { Bytes32, Signature, short } from "./frame-parts.ts";
import { AgentEvent, Answer } from "./message.ts";
import { SampleBatch } from "./sample.ts";

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
  /** `sign`, from protocol 2 on: the beat that answers it is to be signed. */
  z.object({ t: z.literal("heartbeat"), seq: z.int(), clock: z.int(), sign: z.optional(z.literal(true)) }),
  z.object({ t: z.literal("answer"), message: Answer }),
  /** From protocol 2 on: told again until it is acknowledged, so it may come twice. */
  z.object({ t: z.literal("event"), message: AgentEvent }),
  /** From protocol 3 on, once a pace was told: sent again until it is kept, so it may come twice. */
  z.object({
    t: z.literal("samples"),
    batch: SampleBatch,
    /** Measured before now: while there was no connection, or sent before and not kept. */
    late: z.boolean(),
    /** Samples that wait at the agent besides those on their way. */
    waiting: z.int().check(z.nonnegative()),
    /** Samples that it had to let go of since it started, for want of room or by a fault of its disk. */
    lost: z.int().check(z.nonnegative()),
    /** Its disk takes nothing: what waits would not survive a restart. */
    diskless: z.boolean(),
  }),
]);
export type AgentFrame = z.infer<typeof AgentFrame>;
export type SamplesFrame = Extract<AgentFrame, { t: "samples" }>;
