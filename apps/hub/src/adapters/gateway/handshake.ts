/** The proofs of both sides, over both fresh nonces: what the hub signs, and what it believes. */
import {
  type AgentFrame,
  agentNonceOf,
  agentProofText,
  beatText,
  Fault,
  fromBase64Url,
  type HubFrame,
  hubProofText,
  OLDEST_PROTOCOL,
  PROTOCOL,
  pairingCodeOf,
  SIGNED_WELCOME_PROTOCOL,
  toBase64Url,
  utf8,
  type Verify,
  welcomeText,
} from "@servereye/contract";
import type { Candidate } from "../../core/fleet/door.ts";
import type { Chance, HubKey } from "../../core/ports/process.ts";

export type Hello = Extract<AgentFrame, { t: "hello" }>;
export type Prove = Extract<AgentFrame, { t: "prove" }>;

/** How keys are checked and servers named: the contract's own ways, or others with the same outcome. */
export interface Proofs {
  verifierOf(publicKey: Uint8Array<ArrayBuffer>): Promise<Verify>;
  serverIdOf(publicKey: Uint8Array<ArrayBuffer>): Promise<string>;
}

/** What a handshake has agreed on so far. */
export interface Challenged {
  protocol: number;
  agentNonce: string;
  hubNonce: string;
  hubKey: string;
}

/** The hub proves itself first. Throws Fault PROTOCOL_UNSUPPORTED. */
export async function challenge(
  hello: Hello,
  key: HubKey,
  chance: Chance,
): Promise<{ agreed: Challenged; frame: HubFrame }> {
  const { protocol } = hello;
  if (protocol < OLDEST_PROTOCOL || protocol > PROTOCOL) {
    const detail = `protocol ${protocol} is not spoken here: ${OLDEST_PROTOCOL} to ${PROTOCOL} are`;
    throw new Fault("PROTOCOL_UNSUPPORTED", detail, { values: { protocol } });
  }
  const agreed: Challenged = {
    protocol,
    agentNonce: hello.nonce,
    hubNonce: chance.token(32),
    hubKey: toBase64Url(key.publicKey),
  };
  const signature = toBase64Url(await key.sign(utf8(hubProofText(agreed))));
  const frame: HubFrame = {
    t: "challenge",
    protocol,
    nonce: agreed.hubNonce,
    hubKey: agreed.hubKey,
    signature,
  };
  return { agreed, frame };
}

/** The welcome, signed for this handshake where its agent's protocol knows that. */
export async function welcomed(
  agreed: Challenged,
  key: HubKey,
  told: { serverId: string; name: string; hubTime: number; heartbeatMs: number },
): Promise<HubFrame> {
  if (agreed.protocol < SIGNED_WELCOME_PROTOCOL) return { t: "welcome", ...told };
  const signature = toBase64Url(await key.sign(utf8(welcomeText(agreed, told))));
  return { t: "welcome", ...told, signature };
}

/** The answer to a heartbeat, signed for this connection where its agent asks for that. */
export async function beaten(
  agreed: Challenged,
  key: HubKey,
  told: { seq: number; hubTime: number },
): Promise<HubFrame> {
  const signature = toBase64Url(await key.sign(utf8(beatText(agreed, told))));
  return { t: "beat", ...told, signature };
}

/** The agent, believed. Throws Fault PROOF_INVALID unless it signed this very handshake with its key. */
export async function believe(
  prove: Prove,
  agreed: Challenged,
  hubKey: HubKey,
  from: string,
  { verifierOf, serverIdOf }: Proofs,
): Promise<Candidate> {
  const publicKey = fromBase64Url(prove.publicKey);
  const signature = fromBase64Url(prove.signature);
  const text = agentProofText({ ...agreed, publicKey: prove.publicKey, enrol: prove.enrol });
  if (!publicKey || !signature || !(await holds(verifierOf, publicKey, text, signature))) {
    throw new Fault("PROOF_INVALID", "the proof does not fit this key and this handshake");
  }
  return {
    publicKey,
    serverId: await serverIdOf(publicKey),
    facts: prove.facts,
    enrol: prove.enrol,
    pair: prove.pair ?? false,
    pairingCode: prove.pair ? await codeOf(prove, publicKey, agreed, hubKey) : "",
    from,
  };
}

/** Throws Fault PROOF_INVALID when the agent's nonce did not fix this secret and key before ours was known. */
async function codeOf(
  prove: Prove,
  agentKey: Uint8Array<ArrayBuffer>,
  agreed: Challenged,
  hubKey: HubKey,
): Promise<string> {
  const secret = fromBase64Url(prove.secret ?? "") ?? new Uint8Array();
  if (toBase64Url(await agentNonceOf({ secret, agentKey })) !== agreed.agentNonce)
    throw new Fault("PROOF_INVALID", "the nonce was not made from this secret and key");
  const hubNonce = fromBase64Url(agreed.hubNonce) ?? new Uint8Array();
  return pairingCodeOf({ agentKey, hubKey: hubKey.publicKey, secret, hubNonce });
}

async function holds(
  verifierOf: Proofs["verifierOf"],
  publicKey: Uint8Array<ArrayBuffer>,
  text: string,
  signature: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    const verify = await verifierOf(publicKey);
    return await verify(utf8(text), signature);
  } catch {
    // 32 bytes that are no point on the curve: the system refuses the key, and so do we.
    return false;
  }
}
