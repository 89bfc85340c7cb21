/** The Bot API over grammY: a deadline for each call, proxies honoured, failures without the token. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { autoRetry } from "@grammyjs/auto-retry";
import { Api, type ApiClientOptions, GrammyError, HttpError, type RawApi } from "grammy";
import { ProxyAgent } from "proxy-agent";
import type { Clock } from "../../core/ports/process.ts";
import { ApiRefused, ApiUnreached, withoutToken } from "./failure.ts";
import { type Post, post } from "./request.ts";

/** Deadlines of calls, ms. */
export const callDeadline = 10_000;
export const uploadDeadline = 60_000;

type Signal = NonNullable<Parameters<RawApi["sendMessage"]>[1]>;

export interface BotApi {
  /**
   * Makes one call within `deadline` ms: `perform((raw, signal) => raw.sendMessage({...}, signal), ms)`.
   * Rejects with ApiRefused or ApiUnreached. `until` calls it off.
   */
  perform<T>(
    call: (raw: RawApi, signal: Signal) => Promise<T>,
    deadline?: number,
    until?: AbortSignal,
  ): Promise<T>;
  /** The same for setting up (menus, webhook): also waits out a 429 or 5xx, three times, 30 s at most each. */
  patiently<T>(call: (raw: RawApi, signal: Signal) => Promise<T>, until?: AbortSignal): Promise<T>;
  close(): void;
}

export interface ApiOptions {
  token: string;
  /** Without a slash at the end. */
  apiRoot: string;
  clock: Clock;
}

/** A deadline that holds three waits of 30 s. */
const patience = 120_000;

export function createApi({ token, apiRoot, clock }: ApiOptions): BotApi {
  const agent = agentFor(apiRoot);
  const send = (url: string, call: Post) => post(url, call, agent);
  const client: ApiClientOptions = {
    apiRoot: apiRoot.replace(/\/+$/, ""),
    // Declared as the whole of node-fetch; what grammY does with it is what Post and Answer say.
    fetch: send as unknown as NonNullable<ApiClientOptions["fetch"]>,
  };
  const once = new Api(token, client);
  const patient = new Api(token, client);
  // It would repeat without end what is not answered at all: the callers here have their own backoff for that.
  patient.config.use(autoRetry({ maxRetryAttempts: 3, maxDelaySeconds: 30, rethrowHttpErrors: true }));

  async function within<T>(
    api: Api,
    call: (raw: RawApi, signal: Signal) => Promise<T>,
    deadline: number,
    until?: AbortSignal,
  ): Promise<T> {
    const controller = new AbortController();
    const stop = () => controller.abort();
    const cancel = clock.after(deadline, stop);
    until?.addEventListener("abort", stop);
    if (until?.aborted) stop();
    try {
      // The web's own signal does all that grammY asks of one; the two declarations differ in their event types only.
      return await call(api.raw, controller.signal as Signal);
    } catch (error) {
      const late = controller.signal.aborted && until?.aborted !== true;
      throw plainFailure(error, token, late ? `no answer within ${deadline / 1000} s` : undefined);
    } finally {
      cancel();
      until?.removeEventListener("abort", stop);
    }
  }

  return {
    perform: (call, deadline = callDeadline, until) => within(once, call, deadline, until),
    patiently: (call, until) => within(patient, call, patience, until),
    close: () => agent.destroy(),
  };
}

const proxyVariables = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [
  name,
  name.toLowerCase(),
]);

/** NO_PROXY is read at each call. Without any proxy named, plain agents are a step shorter. */
function agentFor(apiRoot: string): HttpAgent {
  const named = proxyVariables.some((name) => (process.env[name] ?? "") !== "");
  if (named) return new ProxyAgent({ keepAlive: true });
  return apiRoot.startsWith("https:")
    ? new HttpsAgent({ keepAlive: true })
    : new HttpAgent({ keepAlive: true });
}

/** Codes of failures before the request was on its way: repeating cannot double anything. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** grammY's errors hold the payload, and in their inner error the URL with the token: neither is kept. */
function plainFailure(error: unknown, token: string, reason: string | undefined): Error {
  if (error instanceof GrammyError) {
    return new ApiRefused(
      error.method,
      error.error_code,
      withoutToken(error.description, token),
      error.parameters,
    );
  }
  const inner: unknown = error instanceof HttpError ? error.error : error;
  const said = inner instanceof Error ? inner.message : String(inner);
  const method = error instanceof HttpError ? (/'(\w+)'/.exec(error.message)?.[1] ?? "call") : "call";
  const code = inner instanceof Error && "code" in inner ? String(inner.code) : "";
  return new ApiUnreached(method, reason ?? withoutToken(said, token), neverSent.has(code) ? "no" : "maybe");
}
