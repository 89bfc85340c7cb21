/** Who is at the page: one-time login links, session cookies, and the local terminal's token. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Fault, LoginRequest, type SessionInfo } from "@servereye/contract";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Account, People } from "../../core/ports/people.ts";
import type { Chance, Clock } from "../../core/ports/process.ts";
import type { Tickets } from "../../core/ports/servers.ts";
import type { Sessions } from "../../core/ports/store.ts";

export const SESSION_COOKIE = "servereye";
const SESSION_TTL_MS = 30 * 24 * 3_600_000;
export const LOGIN_TTL_MS = 3_600_000;
/** Wrong login tokens from one address before it waits, and how long, ms. */
const WRONG_TRIES = 10;
const WRONG_WAIT_MS = 60_000;
/** Addresses remembered; beyond it the longest unused is forgotten. */
const MOST_ADDRESSES = 10_000;

export interface SessionOptions {
  sessions: Sessions;
  tickets: Tickets;
  people: People;
  consoleToken: string;
  version: string;
  publicUrl(): string;
  clock: Clock;
  chance: Chance;
}

export interface SessionRouteOptions extends SessionOptions {
  /** Address of the peer: what wrong tries are counted by. */
  addressOf(request: IncomingMessage): string;
}

const OWNER: Account = { channel: "local", externalId: "owner" };

/** Equal in constant time, whatever the lengths. */
function same(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

/** The account behind a request, or Fault TOKEN_INVALID (401). */
export async function accountOf(request: FastifyRequest, options: SessionOptions): Promise<Account> {
  const bearer = /^Bearer (\S{16,128})$/.exec(request.headers.authorization ?? "")?.[1];
  if (bearer !== undefined) {
    if (same(bearer, options.consoleToken)) return OWNER;
    throw new Fault("TOKEN_INVALID", "this terminal's token is not this hub's: the hub was started anew");
  }
  const secret = request.cookies[SESSION_COOKIE];
  const account = secret === undefined ? undefined : await options.sessions.find(secret, options.clock.now());
  if (account === undefined)
    throw new Fault("TOKEN_INVALID", "log in with a one-time link first (npx servereye login)");
  return account;
}

export function sessionRoutes(app: FastifyInstance, options: SessionRouteOptions): void {
  const { sessions, tickets, clock, chance } = options;
  const wrong = new Map<string, { tries: number; until: number }>();

  /** Counts a try as wrong before its outcome is known, so that a burst at once can not slip through. */
  const begin = (address: string): (() => void) => {
    const now = clock.now();
    const kept = wrong.get(address);
    const current = kept !== undefined && kept.until > now ? kept : { tries: 0, until: now + WRONG_WAIT_MS };
    if (current.tries >= WRONG_TRIES)
      throw new Fault("RATE_LIMITED", "too many wrong login links from this address: wait a minute");
    current.tries++;
    wrong.delete(address);
    wrong.set(address, current);
    if (wrong.size > MOST_ADDRESSES) {
      const [oldest] = wrong.keys();
      if (oldest !== undefined) wrong.delete(oldest);
    }
    return () => {
      current.tries--;
    };
  };

  app.post("/api/v1/session", async (request, reply) => {
    const notWrong = begin(options.addressOf(request.raw));
    const parsed = LoginRequest.safeParse(request.body);
    const ticket = parsed.success
      ? await tickets.redeem("login", parsed.data.token, clock.now()).catch((error: unknown) => {
          // A store that is away says nothing about the link.
          notWrong();
          throw error;
        })
      : undefined;
    if (ticket === undefined)
      throw new Fault(
        "TOKEN_INVALID",
        "this login link was used already or has expired: npx servereye login makes a new one",
      );
    notWrong();
    const secret = chance.token(32);
    await sessions.start(secret, OWNER, clock.now() + SESSION_TTL_MS);
    return reply
      .setCookie(SESSION_COOKIE, secret, {
        httpOnly: true,
        sameSite: "strict",
        path: "/",
        maxAge: SESSION_TTL_MS / 1000,
        secure: options.publicUrl().startsWith("https:"),
      })
      .status(204)
      .send();
  });

  app.get("/api/v1/session", async (request): Promise<SessionInfo> => {
    const account = await accountOf(request, options);
    const person = await options.people.byAccount(account);
    return { name: person?.name ?? "", language: person?.language ?? "", version: options.version };
  });

  app.delete("/api/v1/session", async (request, reply) => {
    const secret = request.cookies[SESSION_COOKIE];
    if (secret !== undefined) await sessions.end(secret);
    return reply.clearCookie(SESSION_COOKIE, { path: "/" }).status(204).send();
  });

  // For `servereye login`: only who can read this hub's console token may have a new link.
  app.post("/api/v1/login-links", async (request) => {
    const bearer = /^Bearer (\S{16,128})$/.exec(request.headers.authorization ?? "")?.[1];
    if (bearer === undefined || !same(bearer, options.consoleToken))
      throw new Fault("TOKEN_INVALID", "only this hub's own terminal may make login links");
    return { token: await issueLogin(tickets, clock, chance) };
  });
}

/** A one-time login token for the page. */
export async function issueLogin(tickets: Tickets, clock: Clock, chance: Chance): Promise<string> {
  const token = chance.token(18);
  await tickets.issue(token, { kind: "login", issuer: null, data: {} }, clock.now() + LOGIN_TTL_MS);
  return token;
}
