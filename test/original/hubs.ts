/** Hubs that serve the original's agents, in this process: real parts on a shared broker, with a clock that is turned. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { originals as commands } from "@servereye/commands/hub";
import {
  type Command,
  keyPairOf,
  type OriginalCommand,
  randomBytes,
  seedOfAny,
  serverIdOf,
} from "@servereye/contract";
import { createMemoryBroker, createMemoryPresence } from "../../apps/hub/src/adapters/broker/memory.ts";
import { networkOf } from "../../apps/hub/src/adapters/gateway/limits.ts";
import { PROXY_LIMITS, type ProxyLimits } from "../../apps/hub/src/adapters/proxy/limits.ts";
import { createProxy } from "../../apps/hub/src/adapters/proxy/proxy.ts";
import { createFleet } from "../../apps/hub/src/core/fleet/ask.ts";
import { createClaims } from "../../apps/hub/src/core/fleet/claims.ts";
import {
  keptLog,
  readMetrics,
  realChance,
  smallStore,
  turnedClock,
} from "../../apps/hub/src/core/fleet/doubles.test-code.ts";
import { createEnrolment } from "../../apps/hub/src/core/fleet/enrol.ts";
import { createOnline } from "../../apps/hub/src/core/fleet/online.ts";
import { createOriginals } from "../../apps/hub/src/core/fleet/original.ts";
import type { Broker } from "../../apps/hub/src/core/ports/broker.ts";
import type { HttpRoute } from "../../apps/hub/src/core/ports/http.ts";
import { hubSigner, hubVerifier } from "../../apps/hub/src/signing.ts";

/** What hubs of one installation share. */
export function installation() {
  const clock = turnedClock();
  const log = keptLog();
  const store = smallStore();
  const broker = createMemoryBroker({ log });
  const presence = createMemoryPresence({ clock });
  return {
    clock,
    log,
    store,
    broker,
    presence,
    hubKey: keyPairOf(randomBytes(32)),
    /** Adds the server of this key, as a person does; gives its id. */
    async add(key: string): Promise<string> {
      const seed = await seedOfAny(key);
      if (seed === undefined) throw new RangeError("no key");
      const { publicKey } = await keyPairOf(seed);
      const id = await serverIdOf(publicKey);
      await store.servers.add({ id, name: "old", region: "here", publicKey, owner: "ann" });
      return id;
    },
  };
}

export type Installation = ReturnType<typeof installation>;
export type OriginalHub = Awaited<ReturnType<typeof originalHub>>;

export async function originalHub(
  shared: Installation,
  options: {
    hubId?: string;
    limits?: Partial<ProxyLimits>;
    more?: readonly OriginalCommand[];
    /** Its own way to the shared broker. */
    broker?: Broker;
  } = {},
) {
  const { clock, log, store, presence } = shared;
  const broker = options.broker ?? shared.broker;
  const hubId = options.hubId ?? "hub-1";
  const metrics = readMetrics();
  const chance = realChance;
  const hubKey = await shared.hubKey;
  const { servers } = store;
  const base = { broker, presence, servers, hubKey, hubId, clock, chance, log, metrics };
  const fleet = createFleet(base);
  await fleet.start();
  const enrolment = createEnrolment({ store, broker, clock, chance, region: "here", log });
  const online = createOnline({ ...base, enrolment });
  const claims = createClaims(base);
  const originals = createOriginals({
    ...base,
    door: online,
    claims,
    verifierFor: hubVerifier,
    commands: [...commands, ...(options.more ?? [])],
  });
  const limits = { ...PROXY_LIMITS, ...options.limits };
  const proxy = createProxy({ ...base, door: online, originals, signerOf: hubSigner, networkOf, limits });
  const inHand = { count: 0, polls: 0 };
  const http = await served(proxy.routes, inHand);
  const { port } = http.address() as AddressInfo;
  return {
    hubId,
    metrics,
    fleet,
    originals,
    online,
    enrolment,
    url: `http://127.0.0.1:${port}`,
    ask: (id: string, command: Command, ask: unknown = {}) => fleet.ask({ server: { id }, command, ask }),
    /** Resolves when no request is in hand: polls whose agents were killed have been noticed too. */
    async quiet(): Promise<void> {
      while (inHand.count > 0) await new Promise((done) => setImmediate(done));
    },
    /** Resolves when a poll is in hand: whoever sent it can be killed now without a later one on its way. */
    async polled(): Promise<void> {
      while (inHand.polls === 0) await new Promise((done) => setImmediate(done));
    },
    /** Requests in hand. */
    inHand: () => inHand.count,
    async stop(): Promise<void> {
      online.stopping();
      await proxy.close();
      await claims.close();
      await online.close();
      await fleet.close();
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
}

/** The routes alone, without the framework in front of them: it has its own test. */
async function served(
  routes: readonly HttpRoute[],
  inHand: { count: number; polls: number },
): Promise<Server> {
  const http = createServer(async (request, response) => {
    const [path, query = ""] = (request.url ?? "").split("?");
    const route = routes.find((one) => one.method === request.method && one.path === path);
    if (route === undefined) return void response.writeHead(404).end();
    const gone = new AbortController();
    const polls = /subscribe|xread/.test(route.path) ? 1 : 0;
    inHand.count += 1;
    inHand.polls += polls;
    response.once("close", () => {
      gone.abort();
      inHand.count -= 1;
      inHand.polls -= polls;
    });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = new Uint8Array(Buffer.concat(chunks));
    const from = String(request.headers["x-from"] ?? "192.0.2.1");
    const reply = await route.handle({ headers: request.headers, body, query, from, signal: gone.signal });
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  await new Promise<void>((done) => http.listen(0, "127.0.0.1", done));
  return http;
}
