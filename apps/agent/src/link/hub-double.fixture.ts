/** A hub of a few lines, written from the contract alone, for the agent's tests: a real WebSocket server. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  AGENT_PATH,
  AgentFrame,
  type Answer,
  type Ask,
  agentProofText,
  beatText,
  type FaultBody,
  fromBase64Url,
  type HubFrame,
  hubProofText,
  type KeyPair,
  keyPairOf,
  MESSAGE_VERSION,
  PROTOCOL,
  pairingCodeOf,
  randomBytes,
  serverIdOf,
  signAsk,
  toBase64Url,
  utf8,
  verifierOf,
  verifyAnswer,
  welcomeText,
} from "@servereye/contract";
import { type WebSocket, WebSocketServer } from "ws";

export type Prove = Extract<AgentFrame, { t: "prove" }>;

/** One agent's connection as the hub sees it. */
export class Caller {
  readonly socket: WebSocket;
  readonly #inbox: AgentFrame[] = [];
  #wake = (): void => undefined;
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Set by `meet`. */
  serverId = "";
  publicKey: Uint8Array<ArrayBuffer> = new Uint8Array();
  agentNonce = "";
  code = "";
  /** What the hub says when it lets this one in. Set by `meet`. */
  signBeat: (seq: number, hubTime: number) => Promise<HubFrame> = () =>
    Promise.reject(new Error("nobody was met yet"));
  signWelcome: (hubTime: number, heartbeatMs: number) => Promise<HubFrame> = () =>
    Promise.reject(new Error("welcomed before it was met"));

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => {
      this.#inbox.push(AgentFrame.parse(JSON.parse(String(data))));
      this.#wake();
    });
    this.closed = new Promise((resolve) =>
      socket.on("close", (code, reason) => {
        this.#wake();
        resolve({ code, reason: String(reason) });
      }),
    );
  }

  /** The next frame of this kind; others before it are passed over. */
  async frame<T extends AgentFrame["t"]>(kind: T): Promise<Extract<AgentFrame, { t: T }>> {
    for (;;) {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift())
        if (next.t === kind) return next as Extract<AgentFrame, { t: T }>;
      if (this.socket.readyState > 1) throw new Error(`closed before a "${kind}" came`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Frames that came and were not looked at. */
  get waiting(): number {
    return this.#inbox.length;
  }

  send(frame: HubFrame): void {
    this.socket.send(JSON.stringify(frame));
  }

  raw(text: string | Uint8Array): void {
    this.socket.send(text);
  }

  async welcome(hubTime = Date.now(), heartbeatMs = 10_000): Promise<void> {
    this.send(await this.signWelcome(hubTime, heartbeatMs));
  }
}

export class HubDouble {
  readonly key: KeyPair;
  readonly hubKey: string;
  readonly url: string;
  readonly #server: WebSocketServer;
  readonly #callers: Caller[] = [];
  #wake = (): void => undefined;

  /** What it speaks. */
  protocol = PROTOCOL;

  private constructor(key: KeyPair, server: WebSocketServer) {
    this.key = key;
    this.hubKey = toBase64Url(key.publicKey);
    this.#server = server;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}${AGENT_PATH}`;
    server.on("connection", (socket) => {
      this.#callers.push(new Caller(socket));
      this.#wake();
    });
  }

  static async start(): Promise<HubDouble> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", path: AGENT_PATH });
    await once(server, "listening");
    return new HubDouble(await keyPairOf(randomBytes(32)), server);
  }

  /** The next agent that dials. */
  async caller(): Promise<Caller> {
    for (;;) {
      const next = this.#callers.shift();
      if (next !== undefined) return next;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The challenge to a hello, signed by `key` and showing `hubKey`, both the hub's own unless told. */
  async challenge(
    caller: Caller,
    key = this.key,
    hubKey = this.hubKey,
  ): Promise<{ agentNonce: string; hubNonce: string }> {
    const { nonce: agentNonce } = await caller.frame("hello");
    const hubNonce = toBase64Url(randomBytes(32));
    const text = hubProofText({ protocol: this.protocol, agentNonce, hubNonce, hubKey });
    const signature = toBase64Url(await key.sign(utf8(text)));
    caller.send({ t: "challenge", protocol: this.protocol, nonce: hubNonce, hubKey, signature });
    return { agentNonce, hubNonce };
  }

  /** The whole of the handshake up to the agent's proof, which is checked. */
  async meet(caller: Caller): Promise<Prove> {
    const nonces = await this.challenge(caller);
    const prove = await caller.frame("prove");
    const { publicKey, enrol } = prove;
    const key = fromBase64Url(publicKey) ?? new Uint8Array();
    const text = agentProofText({
      protocol: this.protocol,
      ...nonces,
      hubKey: this.hubKey,
      publicKey,
      enrol,
    });
    const verify = await verifierOf(key);
    if (!(await verify(utf8(text), fromBase64Url(prove.signature) ?? new Uint8Array())))
      throw new Error("the agent's proof is wrong");
    caller.publicKey = key;
    caller.agentNonce = nonces.agentNonce;
    caller.serverId = await serverIdOf(key);
    caller.code = await pairingCodeOf({
      agentKey: key,
      hubKey: this.key.publicKey,
      secret: fromBase64Url(prove.secret ?? "") ?? new Uint8Array(),
      hubNonce: fromBase64Url(nonces.hubNonce) ?? new Uint8Array(),
    });
    caller.signBeat = async (seq, hubTime) => {
      const signed = beatText({ protocol: this.protocol, ...nonces, hubKey: this.hubKey }, { seq, hubTime });
      return { t: "beat", seq, hubTime, signature: toBase64Url(await this.key.sign(utf8(signed))) };
    };
    caller.signWelcome = async (hubTime, heartbeatMs) => {
      const told = { serverId: caller.serverId, name: "web-1", hubTime, heartbeatMs };
      const signed = welcomeText({ protocol: this.protocol, ...nonces, hubKey: this.hubKey }, told);
      return { t: "welcome", ...told, signature: toBase64Url(await this.key.sign(utf8(signed))) };
    };
    return prove;
  }

  /** A caller that is let in. */
  async accept(hubTime = Date.now()): Promise<Caller> {
    const caller = await this.caller();
    await this.meet(caller);
    await caller.welcome(hubTime);
    return caller;
  }

  ask(caller: Caller, type: string, part: Partial<Omit<Ask, "signature">> = {}): Promise<Ask> {
    const now = Date.now();
    return signAsk(this.key, caller.serverId, {
      id: randomUUID(),
      type,
      timestamp: now,
      version: MESSAGE_VERSION,
      payload: {},
      expires: now + 5_000,
      replyTo: "resp:test",
      ...part,
    });
  }

  /** Sends and waits for what comes back, whose signature and id are checked. */
  async put(caller: Caller, ask: Ask): Promise<Answer> {
    caller.send({ t: "ask", message: ask });
    return this.answer(caller, ask.id);
  }

  async answer(caller: Caller, id: string): Promise<Answer> {
    const { message } = await caller.frame("answer");
    if (message.id !== id) throw new Error("an answer to another question");
    if (!(await verifyAnswer(await verifierOf(caller.publicKey), caller.serverId, message)))
      throw new Error("the answer's signature is wrong");
    return message;
  }

  async stop(): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The code and values of an answer that has to be a fault. */
export function faultOf(answer: Answer): FaultBody {
  if (answer.type !== "fault") throw new Error(`no fault but ${JSON.stringify(answer.payload)}`);
  return answer.payload as FaultBody;
}
