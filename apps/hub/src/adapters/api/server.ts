/** The hub's HTTP side: health, figures, sessions, the chat of the page, downloads, and routes others bring. */
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import cookie from "@fastify/cookie";
import { Fault, type FaultCode } from "@servereye/contract";
import { type FastifyInstance, fastify } from "fastify";
import type { Conversations } from "../../core/ports/chat.ts";
import type { HealthSource, HttpRoute } from "../../core/ports/http.ts";
import type { People } from "../../core/ports/people.ts";
import type { Chance, Clock, Log } from "../../core/ports/process.ts";
import type { Tickets } from "../../core/ports/servers.ts";
import type { Sessions } from "../../core/ports/store.ts";
import { chatRoutes } from "./chat.ts";
import { headersOf } from "./headers.ts";
import { healthRoutes } from "./health.ts";
import { installRoutes } from "./install.ts";
import { pageRoutes } from "./page.ts";
import { type PrometheusOptions, prometheusRoutes } from "./prometheus.ts";
import { sessionRoutes } from "./session.ts";

export interface ApiOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  publicUrl: () => string;
  version: string;
  /** Folder of the built page; undefined serves a plain line instead. */
  pageFolder: string | undefined;
  /** The agent's bundle for /download/agent.mjs. */
  agentBundle: string | undefined;
  /** base64url of the hub's public key. */
  hubKey: string;
  /** Opens the local console; made anew at every start and kept in a file that only this user can read. */
  consoleToken: string;
  sessions: Sessions;
  tickets: Tickets;
  people: People;
  conversations: Conversations;
  menu(languageCode: string | undefined): Array<{ name: string; about: string }>;
  health: HealthSource;
  metrics(): Promise<{ contentType: string; text: string }>;
  /** Absent: there is nothing to scrape. */
  prometheus?: Pick<PrometheusOptions, "scrapes" | "measures">;
  routes: readonly HttpRoute[];
  /** Address of a request's peer; else the socket's own. */
  addressOf?: (request: IncomingMessage) => string;
  /** Whether this hub may be called by this `Host`; else by any. */
  mayBeCalled?: (host: string | undefined) => boolean;
  /** The one path whose upgrade requests are handed over; else all are. */
  upgradePath?: string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  clock: Clock;
  chance: Chance;
  log: Log;
}

export interface Api {
  /** `http://host:port` as bound. */
  url: string;
  /**
   * Takes no more connections, and ends each with its next answer: who comes again goes elsewhere, and a balancer tries
   * the next hub, instead of losing a request to a connection that is about to go.
   */
  refuse(): void;
  /** Resolves when no request of `routes` is in hand. */
  answered(): Promise<void>;
  close(): Promise<void>;
}

/** What a client is told of a fault on this side that is nobody's secret. */
const AWAY: Partial<Record<FaultCode, string>> = {
  STORE_UNAVAILABLE: "the database can not be reached right now: try again in a moment",
  BROKER_UNAVAILABLE: "the agents can not be reached right now: try again in a moment",
};

/** 421 (RFC 9110 §15.5.20): asked by a name that is not this hub's. */
class Misdirected extends Error {
  readonly statusCode = 421;
}

class TooLarge extends Error {
  readonly statusCode = 413;
}

const BODY_LIMIT = 64 * 1024;
const REQUEST_DEADLINE_MS = 15_000;
/** Connections the kernel may hold for us: thousands of agents dial when a hub died, and one it drops tries again after 1 s. */
const BACKLOG = 4_096;

/** Starts listening. Rejects with the system's error (EADDRINUSE, EACCES) when it can not. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_DEADLINE_MS,
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 200 },
  });
  await app.register(cookie);
  const mayBeCalled = options.mayBeCalled ?? (() => true);
  const addressOf = options.addressOf ?? ((request) => request.socket.remoteAddress ?? "unknown");
  app.addHook("onRequest", async (request) => {
    if (!mayBeCalled(request.headers.host))
      throw new Misdirected("this hub is not called by that name: set SERVEREYE_PUBLIC_URL if it should be");
    // Cookies are SameSite=Strict; this also refuses what needs none, and browsers that would not keep to it.
    const site = request.headers["sec-fetch-site"];
    const reads = request.method === "GET" || request.method === "HEAD";
    if (!reads && site !== undefined && site !== "same-origin" && site !== "none")
      throw new Fault("NOT_ALLOWED", "the request comes from another site");
  });
  let refusing = false;
  const inHand = countRequests();
  app.addHook("onSend", async (_request, reply) => {
    if (refusing) reply.header("connection", "close");
    for (const [name, value] of Object.entries(headersOf(options.publicUrl()))) reply.header(name, value);
  });
  const routeOf = new Map(options.routes.map((route) => [route.path, route]));
  app.setErrorHandler((error, request, reply) => {
    const fault = error instanceof Fault ? error : undefined;
    const asked =
      typeof error === "object" && error !== null && "statusCode" in error ? Number(error.statusCode) : 500;
    const status = fault ? statusOf(fault) : asked >= 400 && asked < 500 ? asked : 500;
    if (status === 500)
      options.log.error("http.failed", { route: request.routeOptions.url ?? "?", error: String(error) });
    const code = fault?.code ?? (status < 500 ? "FRAME_INVALID" : "INTERNAL");
    // A client learns what it did wrong; what went wrong inside stays inside.
    const detail =
      status < 500 && error instanceof Error
        ? error.message
        : (AWAY[code] ?? "something went wrong inside the hub");
    const route = routeOf.get(request.routeOptions.url ?? "");
    if (route?.refusal) void reply.status(status).type(JSON_TYPE).send(route.refusal(detail));
    else void reply.status(status).send({ error: { code, detail } });
  });
  app.setNotFoundHandler((request, reply) => {
    const detail = "there is nothing at this address";
    const folder = folderOf(request.url.split("?", 1)[0] ?? "");
    const beside = options.routes.find(({ path, refusal }) => refusal && folderOf(path) === folder);
    if (beside?.refusal) return reply.status(404).type(JSON_TYPE).send(beside.refusal(detail));
    return reply.status(404).send({ error: { code: "INVALID_COMMAND", detail } });
  });

  healthRoutes(app, options);
  if (options.prometheus !== undefined)
    prometheusRoutes(app, { ...options.prometheus, addressOf, publicUrl: options.publicUrl });
  sessionRoutes(app, { ...options, addressOf });
  chatRoutes(app, options);
  installRoutes(app, options);
  await pageRoutes(app, options.pageFolder);
  for (const route of options.routes) mount(app, route, addressOf, inHand.begin);

  const server: Server = app.server;
  server.on("upgrade", (request, socket, head) => {
    // Node takes its own listener away with the upgrade: a peer that resets now must not end the process.
    socket.on("error", (error) => options.log.debug("http.socket_error", { error }));
    const path = (request.url ?? "").split("?", 1)[0];
    const known = options.upgradePath === undefined || options.upgradePath === path;
    if (known && mayBeCalled(request.headers.host)) return options.upgrade(request, socket, head);
    socket.once("finish", () => socket.destroy());
    socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
  });
  const url = await app.listen({ host: options.host, port: options.port, backlog: BACKLOG });
  return {
    url,
    refuse() {
      refusing = true;
      // Connections that do something stay; closing the rest of it takes this one as done.
      server.close();
    },
    answered: inHand.none,
    close: () => app.close(),
  };
}

const JSON_TYPE = "application/json; charset=utf-8";
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Counts what begins and ends. */
function countRequests(): { begin(): () => void; none(): Promise<void> } {
  let count = 0;
  let waiting: Array<() => void> = [];
  return {
    begin() {
      count += 1;
      return () => {
        count -= 1;
        if (count > 0) return;
        for (const tell of waiting) tell();
        waiting = [];
      };
    },
    none: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve))),
  };
}

/** A route that an adapter brings along: raw bytes in, bytes out. */
function mount(
  app: FastifyInstance,
  route: HttpRoute,
  addressOf: (request: IncomingMessage) => string,
  begin: () => () => void,
): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    scope.route({
      method: route.method,
      url: route.path,
      bodyLimit: route.maxBytes,
      // A HEAD of a poll would use up what it brings, and give it to nobody.
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const gone = new AbortController();
        const end = begin();
        reply.raw.once("close", () => {
          gone.abort();
          end();
        });
        const body = Buffer.isBuffer(request.body)
          ? new Uint8Array(request.body)
          : await looseBody(request.raw, route.maxBytes);
        const answer = await route.handle({
          headers: request.headers,
          body,
          query: (request.raw.url ?? "").split("?")[1] ?? "",
          from: addressOf(request.raw),
          signal: gone.signal,
        });
        return reply
          .status(answer.status)
          .headers(answer.headers ?? {})
          .send(answer.body ?? "");
      },
    });
  });
}

/** A body where the framework reads none: with GET, as few clients send one. */
async function looseBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.method !== "GET" || request.readableEnded) return new Uint8Array();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLarge("the body is too large");
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** HTTP status of a fault (DESIGN §8: words and status are made in adapters only). */
function statusOf(fault: Fault): number {
  switch (fault.code) {
    case "NOT_ALLOWED":
    case "PERMISSION_DENIED":
    case "POLICY_REFUSED":
      return 403;
    case "TOKEN_INVALID":
    case "PROOF_INVALID":
      return 401;
    case "RATE_LIMITED":
    case "AGENT_BUSY":
      return 429;
    case "SERVER_UNKNOWN":
    case "CONTAINER_NOT_FOUND":
      return 404;
    case "STORE_UNAVAILABLE":
    case "BROKER_UNAVAILABLE":
    case "CHANNEL_UNREACHABLE":
    case "SERVER_OFFLINE":
    case "DOCKER_UNAVAILABLE":
      return 503;
    case "AGENT_FAILED":
    case "ANSWER_INVALID":
      return 502;
    case "COMMAND_TIMEOUT":
      return 504;
    case "INTERNAL":
      return 500;
    default:
      return 400;
  }
}
