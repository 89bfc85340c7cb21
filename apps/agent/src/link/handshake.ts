/** The first frames of a connection: the hub proves itself, then this agent does. */
import {
  type AgentFacts,
  agentNonceOf,
  agentProofText,
  beatText,
  Fault,
  type FaultCode,
  fromBase64Url,
  type HubFrame,
  hubProofText,
  pairingCodeOf,
  randomBytes,
  toBase64Url,
  utf8,
  type Verify,
  verifierOf,
  welcomeText,
} from "@servereye/contract";
import type { Clock } from "../clock.ts";
import type { Identity } from "../key.ts";
import type { Connection } from "./connection.ts";

/** How long either side may take for one step, ms. */
export const STEP_MS = 10_000;
/** A hub's own end of a pairing code comes first; this much later the agent asks for a new one itself, ms. */
const CODE_GRACE_MS = 5_000;
const LONGEST_CODE_MS = 3_600_000;
/** A word that comes of itself, after a wait, may have been longer on its way than the last one that was asked for, ms. */
const UNASKED_MS = 1_000;

export interface Introduction {
  identity: Identity;
  /** The protocol to speak. */
  protocol: number;
  /** base64url; undefined takes the hub that is met, which is for pairing only. */
  hubKey: string | undefined;
  facts: AgentFacts;
  enrol: string | undefined;
  pair: boolean;
  clock: Clock;
  /** Makes the verifier of the hub's key; the web's own cryptography unless told. */
  verifierOf?: ((publicKey: Uint8Array<ArrayBuffer>) => Promise<Verify>) | undefined;
  /** Shows the pairing code, `XXXX-XXXX`, and for how long it holds. */
  showCode: (code: string, holdsMs: number) => void;
}

export type Welcome = Extract<HubFrame, { t: "welcome" }>;

/** Whether the hub has signed this beat for this connection. */
export type SignedBeat = (beat: Extract<HubFrame, { t: "beat" }>) => Promise<boolean>;

/** The handshake as both sides saw it. */
type Seen = Parameters<typeof beatText>[0];

export type Greeting =
  /** `tookMs`: how long a word and its answer took, the bound on how old `hubTime` is. */
  | { kind: "welcome"; welcome: Welcome; hubKey: string; verify: Verify; signed: SignedBeat; tookMs: number }
  | { kind: "refused"; code: FaultCode; detail: string; again: boolean }
  | { kind: "bye"; again: "soon" | "later" | "never"; detail: string }
  | { kind: "code expired" };

/**
 * Throws Fault PROOF_INVALID when the hub is not the one it should be, PROTOCOL_UNSUPPORTED when it speaks
 * another version, FRAME_INVALID on a frame out of turn, COMMAND_TIMEOUT when a step takes over STEP_MS.
 */
export async function greet(connection: Connection, self: Introduction): Promise<Greeting> {
  const secret = randomBytes(32);
  const agentKey = self.identity.keyPair.publicKey;
  const agentNonce = toBase64Url(await agentNonceOf({ secret, agentKey }));
  const { protocol } = self;
  connection.send({ t: "hello", protocol, nonce: agentNonce });
  const first = await connection.receive(STEP_MS);
  if (first.t === "refused" || first.t === "bye") return leaving(first);
  if (first.t !== "challenge") throw outOfTurn(first);
  const verify = await proven(first, agentNonce, self);

  const seen = { protocol, agentNonce, hubNonce: first.nonce, hubKey: first.hubKey };
  const { publicKey, keyPair } = self.identity;
  const proof = agentProofText({ ...seen, publicKey, enrol: self.enrol });
  const signature = toBase64Url(await keyPair.sign(utf8(proof)));
  const sentAt = self.clock.monotonic();
  /** One way and back, from the proof to the first word on it; what comes later comes as quickly. */
  let tookMs: number | undefined;
  connection.send({
    t: "prove",
    publicKey,
    signature,
    clock: Math.round(self.clock.now()),
    facts: self.facts,
    ...(self.enrol === undefined ? {} : { enrol: self.enrol }),
    ...(self.pair ? { pair: true, secret: toBase64Url(secret) } : {}),
  });

  let patienceMs = STEP_MS;
  for (let waited = false; ; waited = true) {
    let frame: HubFrame;
    try {
      frame = await connection.receive(patienceMs);
    } catch (error) {
      // The hub kept the connection beyond the code's end: dial again for a new code.
      if (waited && error instanceof Fault && error.code === "COMMAND_TIMEOUT")
        return { kind: "code expired" };
      throw error;
    }
    tookMs ??= self.clock.monotonic() - sentAt;
    if (frame.t === "welcome") {
      if (frame.serverId !== self.identity.serverId)
        throw new Fault("FRAME_INVALID", "welcomed as another server");
      await meant(frame, seen, verify);
      const old = waited ? Math.max(tookMs, UNASKED_MS) : tookMs;
      const signed = beatJudge(seen, verify);
      return { kind: "welcome", welcome: frame, hubKey: first.hubKey, verify, signed, tookMs: old };
    }
    if (frame.t === "refused" || frame.t === "bye") return leaving(frame);
    if (frame.t !== "waiting") throw outOfTurn(frame);
    const holdsMs = Math.min(Math.max(frame.expires - frame.hubTime, 0), LONGEST_CODE_MS);
    patienceMs = holdsMs + CODE_GRACE_MS;
    if (!waited) self.showCode(await codeOf(self.identity, secret, first), holdsMs);
  }
}

/** Checks the hub's proof before anything about this agent is sent. Gives the verifier of its key. */
async function proven(
  challenge: Extract<HubFrame, { t: "challenge" }>,
  agentNonce: string,
  {
    protocol: spoken,
    hubKey: expected,
    verifierOf: made,
  }: Pick<Introduction, "protocol" | "hubKey" | "verifierOf">,
): Promise<Verify> {
  const { protocol, nonce: hubNonce, hubKey } = challenge;
  if (protocol !== spoken) {
    throw new Fault("PROTOCOL_UNSUPPORTED", `the hub speaks protocol ${protocol}, this agent ${spoken}`);
  }
  if (expected !== undefined && hubKey !== expected) {
    throw new Fault("PROOF_INVALID", "this is not the hub this server belongs to (its key is another)");
  }
  const signature = fromBase64Url(challenge.signature);
  const key = fromBase64Url(hubKey);
  const text = utf8(hubProofText({ protocol, agentNonce, hubNonce, hubKey }));
  let verify: Verify | undefined;
  try {
    verify = key && (await (made ?? verifierOf)(key));
  } catch (cause) {
    throw new Fault("PROOF_INVALID", "the hub's key is no Ed25519 key", { cause });
  }
  if (verify === undefined || signature === undefined || !(await verify(text, signature)))
    throw new Fault("PROOF_INVALID", "the hub could not prove itself");
  return verify;
}

const beatJudge =
  (seen: Seen, verify: Verify): SignedBeat =>
  async ({ seq, hubTime, signature }) => {
    const signed = fromBase64Url(signature ?? "");
    return signed !== undefined && (await verify(utf8(beatText(seen, { seq, hubTime })), signed));
  };

/** The welcome is this hub's, to this handshake: else somebody on the way could set the hub's time. */
async function meant(welcome: Welcome, seen: Seen, verify: Verify): Promise<void> {
  const signature = fromBase64Url(welcome.signature ?? "");
  const text = utf8(welcomeText(seen, welcome));
  if (signature === undefined || !(await verify(text, signature)))
    throw new Fault("PROOF_INVALID", "the hub's welcome is not signed for this connection");
}

async function codeOf(
  identity: Identity,
  secret: Uint8Array<ArrayBuffer>,
  challenge: Extract<HubFrame, { t: "challenge" }>,
): Promise<string> {
  const bytes = (text: string) => fromBase64Url(text) ?? new Uint8Array();
  const code = await pairingCodeOf({
    agentKey: identity.keyPair.publicKey,
    hubKey: bytes(challenge.hubKey),
    secret,
    hubNonce: bytes(challenge.nonce),
  });
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

function leaving(frame: Extract<HubFrame, { t: "refused" | "bye" }>): Greeting {
  if (frame.t === "bye") return { kind: "bye", again: frame.again, detail: frame.detail };
  return { kind: "refused", code: frame.code, detail: frame.detail, again: frame.again };
}

const outOfTurn = (frame: HubFrame): Fault => new Fault("FRAME_INVALID", `a frame "${frame.t}" out of turn`);
