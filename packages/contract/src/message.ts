/** The signed messages that travel between hub and agent through the broker. */
import * as z from "zod/mini";
import { fromBase64Url, toBase64Url, utf8 } from "./bytes.ts";
import type { KeyPair, Verify } from "./identity.ts";

export const MESSAGE_VERSION = "1.0";

const Id = z.string().check(z.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/));
const Signature = z.string().check(z.regex(/^[A-Za-z0-9_-]{86}$/));

/** A question or an action, hub to agent. Times in epoch milliseconds by the hub's clock. */
export const Ask = z.object({
  id: Id,
  type: z.string().check(z.regex(/^[a-z][a-z0-9_.]{0,63}$/)),
  timestamp: z.int(),
  version: z.literal(MESSAGE_VERSION),
  payload: z.unknown(),
  expires: z.int(),
  replyTo: z.string().check(z.maxLength(128)),
  traceparent: z.optional(z.string().check(z.maxLength(64))),
  signature: Signature,
});
export type Ask = z.infer<typeof Ask>;

/** What comes back: `answer` with the command's answer, or `fault` with a FaultBody; the same id. */
export const Answer = z.object({
  id: Id,
  type: z.enum(["answer", "fault"]),
  timestamp: z.int(),
  version: z.literal(MESSAGE_VERSION),
  payload: z.unknown(),
  signature: Signature,
});
export type Answer = z.infer<typeof Answer>;

/** What an agent tells unasked, until the hub has acknowledged it by its id. */
export const AgentEvent = z.object({
  id: Id,
  /** Which kind, as its own schema names it: `containers.episode`. */
  type: z.string().check(z.regex(/^[a-z][a-z0-9_.]{0,63}$/)),
  /** Epoch ms by the hub's clock as the agent knows it, when it was sent. */
  timestamp: z.int(),
  version: z.literal(MESSAGE_VERSION),
  /** Of the machine, as its facts tell it. */
  bootId: z.string().check(z.maxLength(64)),
  /** Counts up from 1 within that boot. An event that is sent again keeps its number. */
  seq: z.int().check(z.positive()),
  payload: z.unknown(),
  signature: Signature,
});
export type AgentEvent = z.infer<typeof AgentEvent>;

// The signed text lists the fields in a fixed order and names the server, so that a message for one server,
// id or expiry is worth nothing for another. JSON.stringify of a parsed JSON value gives the same text on
// both sides; the payload is verified before a schema touches it.
const askText = (serverId: string, m: Omit<Ask, "signature">): string =>
  JSON.stringify([
    "servereye ask 1",
    serverId,
    m.id,
    m.type,
    m.timestamp,
    m.version,
    m.expires,
    m.replyTo,
    m.traceparent ?? "",
    m.payload,
  ]);

const answerText = (serverId: string, m: Omit<Answer, "signature">): string =>
  JSON.stringify(["servereye answer 1", serverId, m.id, m.type, m.timestamp, m.version, m.payload]);

const eventText = (serverId: string, m: Omit<AgentEvent, "signature">): string =>
  JSON.stringify([
    "servereye event 1",
    serverId,
    m.id,
    m.type,
    m.timestamp,
    m.version,
    m.bootId,
    m.seq,
    m.payload,
  ]);

export async function signAsk(key: KeyPair, serverId: string, ask: Omit<Ask, "signature">): Promise<Ask> {
  return { ...ask, signature: toBase64Url(await key.sign(utf8(askText(serverId, ask)))) };
}

export async function signAnswer(
  key: KeyPair,
  serverId: string,
  answer: Omit<Answer, "signature">,
): Promise<Answer> {
  return { ...answer, signature: toBase64Url(await key.sign(utf8(answerText(serverId, answer)))) };
}

export async function verifyAsk(verify: Verify, serverId: string, ask: Ask): Promise<boolean> {
  const signature = fromBase64Url(ask.signature);
  return signature !== undefined && (await verify(utf8(askText(serverId, ask)), signature));
}

export async function verifyAnswer(verify: Verify, serverId: string, answer: Answer): Promise<boolean> {
  const signature = fromBase64Url(answer.signature);
  return signature !== undefined && (await verify(utf8(answerText(serverId, answer)), signature));
}

export async function signEvent(
  key: KeyPair,
  serverId: string,
  event: Omit<AgentEvent, "signature">,
): Promise<AgentEvent> {
  return { ...event, signature: toBase64Url(await key.sign(utf8(eventText(serverId, event)))) };
}

export async function verifyEvent(verify: Verify, serverId: string, event: AgentEvent): Promise<boolean> {
  const signature = fromBase64Url(event.signature);
  return signature !== undefined && (await verify(utf8(eventText(serverId, event)), signature));
}
