/** A hub's half of the wire on port 0, and an agent that does as a test tells it, right or wrong. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  AGENT_PATH,
  type AgentFacts,
  type Answer,
  agentNonceOf,
  agentProofText,
  type Command,
  command,
  fromBase64Url,
  HubFrame,
  hubProofText,
  type KeyPair,
  keyPairOf,
  newServerKey,
  pairingCodeOf,
  randomBytes,
  seedOf,
  serverIdOf,
  signAnswer,
  toBase64Url,
  utf8,
  verifierOf,
} from "@servereye/contract";
import { WebSocket } from "ws";
import * as z from "zod/mini";
import { createFleet } from "../../core/fleet/ask.ts";
import {
  keptLog,
  readMetrics,
  realChance,
  smallStore,
  turnedClock,
} from "../../core/fleet/doubles.test-code.ts";
import { createEnrolment } from "../../core/fleet/enrol.ts";
import { createEvents } from "../../core/fleet/events.ts";
import { createOnline } from "../../core/fleet/online.ts";
import { createIngest } from "../../core/history/ingest.ts";
import type { History } from "../../core/ports/history.ts";
import { createMemoryBroker, createMemoryPresence } from "../broker/memory.ts";
import { createGateway } from "./gateway.ts";
import type { GatewayLimits } from "./limits.ts";

export const probe: Command = command({
  name: "probe",
  about: "for tests",
  needs: "viewer",
  ask: z.object({ n: z.optional(z.int()) }),
  answer: z.object({ n: z.int() }),
});

export const facts = (more: Partial<AgentFacts> = {}): AgentFacts => ({
  version: "1.2.3",
  runtime: "node 24",
  os: "Debian 12",
  arch: "x64",
  hostname: "web-1",
  bootId: "boot",
  allow: [],
  commands: ["probe"],
  ...more,
});

export type TestHub = Awaited<ReturnType<typeof startHub>>;

/** Shared state makes two hubs of one installation. */
export function sharedState() {
  const clock = turnedClock();
  const log = keptLog();
  return {
    clock,
    log,
    store: smallStore(),
    broker: createMemoryBroker({ log }),
    presence: createMemoryPresence({ clock }),
  };
}

export async function startHub(
  options: {
    limits?: Partial<GatewayLimits>;
    shared?: ReturnType<typeof sharedState>;
    hubId?: string;
    takers?: Parameters<typeof createEvents>[0]["takers"];
    /** Where samples go; nowhere unless told. */
    history?: Pick<History, "ingest" | "check">;
  } = {},
) {
  const shared = options.shared ?? sharedState();
  const { clock, log, store, broker, presence } = shared;
  const metrics = readMetrics();
  const chance = realChance;
  const hubId = options.hubId ?? "hub-1";
  const hubKey = await keyPairOf(randomBytes(32));
  const { servers } = store;
  const fleet = createFleet({ broker, presence, servers, hubKey, hubId, clock, chance, log, metrics });
  const enrolment = createEnrolment({ store, broker, clock, chance, region: "here", log });
  const events = createEvents({ servers, takers: options.takers ?? {}, clock, log, metrics });
  const history = options.history && createIngest({ history: options.history, clock, log, metrics });
  const parts = { enrolment, broker, presence, servers, events, hubKey, hubId, clock, log, metrics };
  const online = createOnline({ ...parts, ...(history && { history }) });
  const limits = options.limits ?? {};
  const gateway = createGateway({ door: online, clock, chance, log, metrics, limits });
  const http = createServer();
  http.on("upgrade", (request, socket, head) => gateway.upgrade(request, socket, head));
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  const { port } = http.address() as AddressInfo;
  await fleet.start();
  return {
    ...shared,
    metrics,
    fleet,
    enrolment,
    online,
    gateway,
    hubKey,
    hubId,
    url: `ws://127.0.0.1:${port}${AGENT_PATH}`,
    port,
    /** A server that is known, with its key. */
    async known(owner = "ann"): Promise<TestServer> {
      const server = await newServer();
      await servers.add({ ...server, name: "web-1", region: "here", owner });
      return server;
    },
    async stop(): Promise<void> {
      const closing = gateway.close();
      clock.turn(1_000);
      await closing;
      await online.close();
      await history?.close();
      await fleet.close();
      await new Promise((done) => http.close(done));
    },
  };
}

export interface TestServer {
  id: string;
  publicKey: Uint8Array<ArrayBuffer>;
  key: KeyPair;
  serverKey: string;
}

export async function newServer(): Promise<TestServer> {
  const serverKey = newServerKey();
  const seed = seedOf(serverKey);
  assert.ok(seed);
  const key = await keyPairOf(seed);
  return { id: await serverIdOf(key.publicKey), publicKey: key.publicKey, key, serverKey };
}

export interface Dialled {
  ws: WebSocket;
  /** The next frame; rejects when the connection closes first. */
  next(): Promise<HubFrame>;
  send(frame: unknown): void;
  /** Resolves when closed, with the code and the reason. */
  closed: Promise<{ code: number; reason: string }>;
}

/** Opens a connection; rejects when the upgrade is refused, with its status. */
export async function dial(url: string): Promise<Dialled> {
  const ws = new WebSocket(url, { perMessageDeflate: false });
  const frames: HubFrame[] = [];
  const takers: Array<{ done: (frame: HubFrame) => void; failed: (error: Error) => void }> = [];
  let end: { code: number; reason: string } | undefined;
  ws.on("message", (data) => {
    const frame = HubFrame.parse(JSON.parse(data.toString()));
    const taker = takers.shift();
    if (taker) taker.done(frame);
    else frames.push(frame);
  });
  const closed = new Promise<{ code: number; reason: string }>((done) => {
    ws.on("close", (code, reason) => {
      end = { code, reason: reason.toString() };
      for (const taker of takers.splice(0)) taker.failed(new Error(`closed: ${code} ${end.reason}`));
      done(end);
    });
  });
  await new Promise<void>((done, failed) => {
    ws.on("open", done);
    ws.on("unexpected-response", (_request, response) => failed(new Error(`status ${response.statusCode}`)));
    // After the opening, an error is followed by "close", which the test sees.
    ws.on("error", failed);
  });
  return {
    ws,
    next: () =>
      new Promise((done, failed) => {
        const frame = frames.shift();
        if (frame) done(frame);
        else if (end) failed(new Error(`closed: ${end.code} ${end.reason}`));
        else takers.push({ done, failed });
      }),
    send: (frame) =>
      ws.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame)),
    closed,
  };
}

export interface Greeted {
  agent: Dialled;
  agentNonce: string;
  secret: string;
  challenge: Extract<HubFrame, { t: "challenge" }>;
  code: string;
}

/** Says hello and checks the hub's proof, as an agent with this pinned hub would. */
export async function greet(hub: TestHub, server: TestServer, speaks = 1): Promise<Greeted> {
  const agent = await dial(hub.url);
  const secret = randomBytes(32);
  const agentNonce = toBase64Url(await agentNonceOf({ secret, agentKey: server.publicKey }));
  agent.send({ t: "hello", protocol: speaks, nonce: agentNonce });
  const challenge = await agent.next();
  assert.equal(challenge.t, "challenge");
  assert.ok(challenge.t === "challenge");
  assert.equal(challenge.hubKey, toBase64Url(hub.hubKey.publicKey));
  const verify = await verifierOf(hub.hubKey.publicKey);
  const { protocol, hubKey, nonce: hubNonce } = challenge;
  const text = utf8(hubProofText({ protocol, agentNonce, hubNonce, hubKey }));
  assert.ok(await verify(text, bytes(challenge.signature)), "the hub proves itself");
  const code = await pairingCodeOf({
    agentKey: server.publicKey,
    hubKey: hub.hubKey.publicKey,
    secret,
    hubNonce: bytes(hubNonce),
  });
  return { agent, agentNonce, secret: toBase64Url(secret), challenge, code };
}

/** The agent's proof for this handshake; `more` bends it. */
export async function proof(
  greeted: Omit<Greeted, "agent" | "code">,
  server: TestServer,
  more: {
    enrol?: string;
    pair?: boolean;
    secret?: string;
    clock?: number;
    facts?: AgentFacts;
    signature?: string;
  } = {},
) {
  const { protocol, hubKey, nonce: hubNonce } = greeted.challenge;
  const publicKey = toBase64Url(server.publicKey);
  const { enrol } = more;
  const text = agentProofText({
    protocol,
    agentNonce: greeted.agentNonce,
    hubNonce,
    hubKey,
    publicKey,
    enrol,
  });
  const signature = toBase64Url(await server.key.sign(utf8(text)));
  const secret = more.pair ? { secret: greeted.secret } : {};
  return { t: "prove", publicKey, signature, clock: 0, facts: facts(), ...secret, ...more };
}

/** A whole handshake, up to the frame after the proof. */
export async function enter(
  hub: TestHub,
  server: TestServer,
  { speaks = 1, ...more }: NonNullable<Parameters<typeof proof>[2]> & { speaks?: number } = {},
): Promise<Greeted & { reply: HubFrame }> {
  const greeted = await greet(hub, server, speaks);
  greeted.agent.send(await proof(greeted, server, { clock: hub.clock.now(), ...more }));
  return { ...greeted, reply: await greeted.agent.next() };
}

/** A welcomed agent. */
export async function join(hub: TestHub, server: TestServer, more: Parameters<typeof enter>[2] = {}) {
  const { agent, reply } = await enter(hub, server, more);
  assert.equal(reply.t, "welcome");
  return agent;
}

/** The next frame, which has to be an ask. */
export async function asked(agent: Dialled) {
  const frame = await agent.next();
  assert.ok(frame.t === "ask", `an ask, not ${frame.t}`);
  return frame.message;
}

export function answerTo(
  id: string,
  server: TestServer,
  payload: unknown,
  more: { type?: Answer["type"]; as?: string; by?: KeyPair } = {},
): Promise<Answer> {
  const message = { id, type: more.type ?? "answer", timestamp: 0, version: "1.0", payload } as const;
  return signAnswer(more.by ?? server.key, more.as ?? server.id, message);
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => {
  const found = fromBase64Url(text);
  assert.ok(found);
  return found;
};
