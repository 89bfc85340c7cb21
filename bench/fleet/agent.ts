/** A simulated agent: the true wire on a light socket, heartbeats, signed answers to `ping`, and the agent's own backoff. */
import {
  type AgentFacts,
  type AgentFrame,
  agentNonceOf,
  agentProofText,
  fromBase64Url,
  HubFrame,
  hubProofText,
  type KeyPair,
  MESSAGE_VERSION,
  PROTOCOL,
  randomBytes,
  serverIdOf,
  signAnswer,
  toBase64Url,
  utf8,
  type Verify,
  verifyAsk,
} from "@servereye/contract";
import { WebSocket } from "ws";
import { systemClock } from "../../apps/agent/src/clock.ts";
import { Backoff } from "../../apps/agent/src/link/backoff.ts";

export interface SimulatedAgent {
  start(): void;
  /** Epoch ms, with fractions, of the last welcome; undefined while it is not in. */
  readonly inSince: number | undefined;
}

export interface SimulatedAgentParts {
  url: string;
  keyPair: KeyPair;
  /** base64url, and what checks its signatures: the same for all agents of a fleet. */
  hubKey: string;
  verify: Verify;
  facts: AgentFacts;
  /** The loopback address it dials from. */
  from: string;
  /** After each welcome and each loss. */
  changed(isIn: boolean): void;
  /** What the hub does that it should not. */
  wrong(what: string): void;
}

/** As long as the agent waits for a socket. */
const DIAL_MS = 10_000;

export async function simulatedAgent(parts: SimulatedAgentParts): Promise<SimulatedAgent> {
  const { keyPair, hubKey, verify } = parts;
  const publicKey = toBase64Url(keyPair.publicKey);
  const serverId = await serverIdOf(keyPair.publicKey);
  const backoff = new Backoff(systemClock, Math.random);
  let inSince: number | undefined;

  function dial(): void {
    const socket = new WebSocket(parts.url, {
      localAddress: parts.from,
      perMessageDeflate: false,
      handshakeTimeout: DIAL_MS,
    });
    const say = (frame: AgentFrame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    };
    let agentNonce = "";
    let soon = false;
    let stopBeat = (): void => undefined;
    let seq = 0;

    const beat = (everyMs: number): void => {
      seq++;
      say({ t: "heartbeat", seq, clock: Date.now() });
      stopBeat = systemClock.after(everyMs, () => beat(everyMs));
    };

    const take = async (frame: HubFrame): Promise<void> => {
      if (frame.t === "challenge") {
        const { protocol, nonce: hubNonce } = frame;
        const proof = utf8(hubProofText({ protocol, agentNonce, hubNonce, hubKey: frame.hubKey }));
        const signature = fromBase64Url(frame.signature);
        if (frame.hubKey !== hubKey || signature === undefined || !(await verify(proof, signature)))
          throw new Error("the hub did not prove itself");
        const text = agentProofText({ protocol, agentNonce, hubNonce, hubKey, publicKey, enrol: undefined });
        const own = toBase64Url(await keyPair.sign(utf8(text)));
        say({ t: "prove", publicKey, signature: own, clock: Date.now(), facts: parts.facts });
      } else if (frame.t === "welcome") {
        if (frame.serverId !== serverId) throw new Error("welcomed as another server");
        inSince = performance.timeOrigin + performance.now();
        beat(frame.heartbeatMs);
        parts.changed(true);
      } else if (frame.t === "ask") {
        if (!(await verifyAsk(verify, serverId, frame.message)) || frame.message.type !== "ping")
          throw new Error("asked what no hub of ours would");
        const { id } = frame.message;
        const now = Date.now();
        const answer = { id, type: "answer", timestamp: now, version: MESSAGE_VERSION } as const;
        say({
          t: "answer",
          message: await signAnswer(keyPair, serverId, { ...answer, payload: { clock: now } }),
        });
      } else if (frame.t === "bye") {
        soon = frame.again === "soon";
        socket.close();
      } else if (frame.t === "refused") {
        // Turned away for now: the socket's end leads to the next dial.
        if (!frame.again) throw new Error(`refused for good: ${frame.code}`);
      }
    };

    socket.on("open", async () => {
      const secret = randomBytes(32);
      agentNonce = toBase64Url(await agentNonceOf({ secret, agentKey: keyPair.publicKey }));
      say({ t: "hello", protocol: PROTOCOL, nonce: agentNonce });
    });
    socket.on("message", (data) => {
      const frame = HubFrame.parse(JSON.parse(String(data)));
      take(frame).catch((error: unknown) => {
        parts.wrong(String(error));
        socket.terminate();
      });
    });
    // A dial that failed, or a hub that was killed: "close" follows, and the next dial with it.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      stopBeat();
      if (inSince !== undefined) {
        backoff.worked(performance.timeOrigin + performance.now() - inSince);
        inSince = undefined;
        parts.changed(false);
      }
      systemClock.after(soon ? backoff.soon() : backoff.next(), dial);
    });
  }

  return {
    start: dial,
    get inSince() {
      return inSince;
    },
  };
}
