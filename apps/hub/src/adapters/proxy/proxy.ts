/**
 * The original's proxy: agents of the Go original poll here over HTTP as they always did, and are connected agents to
 * the core. Each request brings the agent's key, in the name of the channel it uses: that key is the credential.
 */
import { Fault, type FaultCode, type KeyPair } from "@servereye/contract";
import type { AgentDoor } from "../../core/fleet/door.ts";
import type { HandedOut, KnownOriginal, OriginalFacts, Originals } from "../../core/fleet/original-door.ts";
import type { HttpReply, HttpRequest, HttpRoute } from "../../core/ports/http.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import { type Caller, createKeys } from "./keys.ts";
import { createBuckets, PROXY_LIMITS, type ProxyLimits } from "./limits.ts";
import { fieldsOf, messageText, readReply, streamValues } from "./messages.ts";
import { keyOf, type NameKind, nameOf } from "./names.ts";

export interface ProxyOptions {
  door: Pick<AgentDoor, "admit">;
  originals: Originals;
  /** The key pair of a 32-byte seed. */
  signerOf(seed: Uint8Array<ArrayBuffer>): Promise<KeyPair>;
  /** What shares limits: an address, or the network it can be any address of. */
  networkOf(address: string): string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  limits?: ProxyLimits;
}

export interface Proxy {
  routes: HttpRoute[];
  /** Answers every poll that waits. */
  close(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;
type Answer = { status?: number; body: Readonly<Record<string, unknown>> };
type Serve = (body: Body, request: HttpRequest) => Promise<Answer>;

const STATUS: Partial<Record<FaultCode, number>> = {
  FRAME_INVALID: 400,
  SERVER_UNKNOWN: 401,
  NOT_ALLOWED: 403,
  RATE_LIMITED: 429,
  STORE_UNAVAILABLE: 503,
  BROKER_UNAVAILABLE: 503,
  AGENT_BUSY: 503,
};

/** A poll ends this much before the agent's own patience: its HTTP client gives up after exactly what it asked for. */
const EARLY_SHARE = 0.1;
const MOST_EARLY_MS = 2_000;

const never = new AbortController().signal;

export function createProxy(options: ProxyOptions): Proxy {
  const { originals, clock, log, metrics } = options;
  const limits = options.limits ?? PROXY_LIMITS;
  const keys = createKeys({ ...options, limits });
  const rates = createBuckets(clock, limits.agent, limits.remembered);
  const strangers = new Map<string, OriginalFacts>();
  let last = { ms: 0, seq: 0 };

  /** The agent whose key this is, within its rate. Fault SERVER_UNKNOWN when nobody has added it. */
  async function agentOf(key: string, { from }: HttpRequest): Promise<KnownOriginal> {
    const caller = await keys.look(key, from);
    const { serverId } = caller;
    if (!caller.added)
      throw new Fault("SERVER_UNKNOWN", "nobody has added this server: send its key to the bot");
    limited(caller);
    const facts = caller.again ? undefined : strangers.get(serverId);
    if (facts !== undefined) {
      strangers.delete(serverId);
      await originals.told(caller, facts);
    }
    return caller;
  }

  function limited({ serverId, added }: Caller): void {
    if (added && !rates.take(serverId)) throw new Fault("RATE_LIMITED", "too many requests of this agent");
  }

  const namedAgent = (name: unknown, request: HttpRequest, ...kinds: NameKind[]) =>
    agentOf(nameOf(name, ...kinds).key, request);

  async function polled(
    agent: KnownOriginal,
    askedMs: number,
    { signal = never }: HttpRequest,
  ): Promise<HandedOut | undefined> {
    const most = Math.min(askedMs, limits.pollMs);
    const waitMs = most - Math.min(most * EARLY_SHARE, MOST_EARLY_MS);
    try {
      return await originals.poll(agent, waitMs, signal);
    } catch (error) {
      if (Fault.of(error).code === "SERVER_UNKNOWN") keys.forget(agent.serverId);
      throw error;
    }
  }

  /** Grows, also when the clock is set back. */
  function streamId(): string {
    const ms = Math.max(clock.now(), last.ms);
    last = { ms, seq: ms === last.ms ? last.seq + 1 : 0 };
    return `${ms}-${last.seq}`;
  }

  const register: Serve = async (body, { from }) => {
    const caller = await keys.look(keyOf(body.secret_key), from, true);
    limited(caller);
    const facts = {
      version: short(body.agent_version, 32),
      os: short(body.os_info, 128),
      hostname: short(body.hostname, 255),
    };
    if (caller.added) await originals.told(caller, facts);
    else {
      const before = strangers.get(caller.serverId);
      strangers.delete(caller.serverId);
      strangers.set(caller.serverId, {
        version: facts.version || (before?.version ?? ""),
        os: facts.os || (before?.os ?? ""),
        hostname: facts.hostname || (before?.hostname ?? ""),
      });
      const oldest = strangers.keys().next();
      if (strangers.size > limits.strangers && !oldest.done) strangers.delete(oldest.value);
    }
    log.info("original.registered", {
      serverId: caller.serverId,
      added: caller.added,
      version: facts.version,
    });
    const message = caller.added
      ? "the key is known"
      : "the key waits for a person to add it: send it to the bot";
    return { body: { success: true, data: { message } } };
  };

  const publish: Serve = async (body, request) => {
    const { channel } = body;
    if (typeof channel === "string" && channel.startsWith("heartbeat:")) {
      await originals.alive(await namedAgent(channel, request, "heartbeat"));
    } else {
      const { key, id } = nameOf(channel, "resp", "heartbeat");
      const agent = await agentOf(key, request);
      await originals.replied(agent, readReply({ payload: body.message }, id));
    }
    return { body: { success: true, message: "published" } };
  };

  const subscribe: Serve = async (body, request) => {
    const agent = await namedAgent(body.channel, request, "cmd");
    const handed = await polled(agent, 1_000 * positive(body.timeout) || limits.subscribeMs, request);
    if (handed === undefined) return { body: { success: false, message: "nothing came in time" } };
    return { body: { success: true, message: messageText(handed), channel: body.channel } };
  };

  const read: Serve = async (body, request) => {
    const agent = await namedAgent(body.stream, request, "stream:cmd");
    const handed = await polled(agent, positive(body.block_ms) || limits.blockMs, request);
    if (handed === undefined) return { body: { messages: [] } };
    const entry = { ID: streamId(), Values: streamValues(handed) };
    return { body: { streams: [{ Stream: body.stream, Messages: [entry] }] } };
  };

  const add: Serve = async (body, request) => {
    const agent = await namedAgent(body.stream, request, "stream:resp");
    await originals.replied(agent, readReply(body.values));
    return { body: { id: streamId() } };
  };

  const acknowledge: Serve = async (body, request) => {
    // What was handed out is handed out: there is nothing left to take back.
    await namedAgent(body.stream, request, "stream:cmd");
    return { body: { success: true } };
  };

  const heartbeat =
    (field: "server_key" | "api_key"): Serve =>
    async (body, request) => {
      await originals.alive(await agentOf(keyOf(body[field]), request));
      return { body: { success: true, message: "seen" } };
    };

  function route(method: "GET" | "POST", path: string, serve: Serve, maxBytes = limits.bodyBytes): HttpRoute {
    return {
      method,
      path,
      maxBytes,
      refusal: (message) => JSON.stringify({ success: false, message }),
      async handle(request) {
        const { status = 200, body } = await answered(path, serve, request);
        metrics.count("original_requests", { route: path, status: String(status) });
        return json(status, body);
      },
    };
  }

  async function answered(path: string, serve: Serve, request: HttpRequest): Promise<Answer> {
    try {
      return await serve(bodyOf(request), request);
    } catch (error) {
      return refused(path, error);
    }
  }

  function refused(path: string, error: unknown): Answer {
    const fault = Fault.of(error);
    const status = STATUS[fault.code] ?? 500;
    if (status === 500) log.error("original.request_failed", { route: path, error });
    // A client learns what it did wrong; what went wrong inside stays inside.
    const message = status < 500 ? fault.message : "the hub can not do that now";
    return { status, body: { success: false, message } };
  }

  return {
    routes: [
      route("GET", "/api/health", async () => ({ body: { success: true, status: "ok" } })),
      route("POST", "/api/register-key", register),
      route("POST", "/api/redis/publish", publish, limits.replyBytes),
      route("GET", "/api/redis/subscribe", subscribe),
      route("POST", "/api/redis/subscribe", subscribe),
      route("POST", "/api/streams/xadd", add, limits.replyBytes),
      route("POST", "/api/streams/xread", read),
      route("POST", "/api/streams/xreadgroup", read),
      route("POST", "/api/streams/xack", acknowledge),
      route("POST", "/api/heartbeat", heartbeat("server_key")),
      route("POST", "/api/v1/servers/heartbeat", heartbeat("api_key")),
    ],
    async close() {
      keys.close();
      await originals.close();
    },
  };
}

const json = (status: number, body: unknown): HttpReply => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  body: JSON.stringify(body),
});

/** What the request says, in its body or, where it has none, behind its path's question mark. */
function bodyOf({ body, query }: HttpRequest): Body {
  if (body.length === 0) return Object.fromEntries(new URLSearchParams(query ?? ""));
  try {
    return fieldsOf(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    // Its words would repeat the body, and with it the key.
    throw new Fault("FRAME_INVALID", "the body is no JSON");
  }
}

/** Also written as text, as in a query; nought for anything else. */
function positive(value: unknown): number {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && number > 0 ? number : 0;
}

const short = (value: unknown, longest: number): string =>
  typeof value === "string" ? value.trim().slice(0, longest).toWellFormed() : "";
