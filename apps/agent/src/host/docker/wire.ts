/** One HTTP exchange with an engine: over its socket, within its deadline, a bounded number at a time. */
import { Agent, type IncomingMessage, request } from "node:http";
import { Fault } from "@servereye/contract";
import type { Address } from "./address.ts";
import { allowed } from "./allowed.ts";
import { away, codeOf, lostBy } from "./away.ts";

export interface Sent {
  method: string;
  target: string;
  body?: string | undefined;
  registryAuth?: string | undefined;
}

export interface Until {
  /** Ms for the head; of `whole` for all of the reply. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/** Connections at once, by kind: what waits behind them waits within its deadline. */
const MOST_READING = 16;
const MOST_ACTING = 16;
/** Replies that flow (logs, events, pulls) may last: they have no queue. */
const MOST_FLOWING = 32;
/** Exchanges at once, those that wait for a connection included. */
const MOST_WAITING = 512;
/** How long an unused connection is kept, ms. */
const IDLE_MS = 5_000;
const LONGEST_REPLY = 16 * 1024 * 1024;
/** setTimeout knows no longer one. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const MOST_HEADERS = 64 * 1024;

export interface Reply {
  status: number;
  text: string;
}

export class Wire {
  readonly #reading = new Agent({
    keepAlive: true,
    maxSockets: MOST_READING,
    maxFreeSockets: 2,
    timeout: IDLE_MS,
  });
  /**
   * A connection of its own for whatever changes something: on one that was used before, an engine that hangs up just
   * then would leave open whether it has heard.
   */
  readonly #acting = new Agent({ keepAlive: false, maxSockets: MOST_ACTING });
  readonly #flowing = new Agent({ keepAlive: false });
  #open = 0;
  #streams = 0;

  /** The whole reply, whatever its status. */
  async whole(address: Address, sent: Sent, until: Until): Promise<Reply> {
    if (this.#open >= MOST_WAITING) throw busy(`${MOST_WAITING} questions to the engine are waiting`);
    this.#open++;
    try {
      return await within(until, silent(address, until), (signal) => this.#whole(address, sent, signal));
    } finally {
      this.#open--;
    }
  }

  /** The head, with the body still to be read. The connection ends when it is destroyed, or by the caller's signal. */
  async flowing(address: Address, sent: Sent, until: Until): Promise<IncomingMessage> {
    if (this.#streams >= MOST_FLOWING) throw busy(`${MOST_FLOWING} replies of the engine are being read`);
    this.#streams++;
    try {
      const head = await within(until, silent(address, until), (signal) =>
        exchange(address, this.#flowing, sent, signal),
      );
      const leave = () => void head.destroy();
      until.signal?.addEventListener("abort", leave, { once: true });
      head.once("close", () => {
        until.signal?.removeEventListener("abort", leave);
        this.#streams--;
      });
      // Whoever reads is told by the reading itself; with no reader there is nobody to tell.
      head.on("error", () => undefined);
      return head;
    } catch (error) {
      this.#streams--;
      throw error;
    }
  }

  async #whole(address: Address, sent: Sent, signal: AbortSignal): Promise<Reply> {
    const head = await exchange(address, sent.method === "GET" ? this.#reading : this.#acting, sent, signal);
    const leave = () => void head.destroy();
    signal.addEventListener("abort", leave, { once: true });
    const pieces: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const piece of head as AsyncIterable<Uint8Array>) {
        size += piece.length;
        if (size > LONGEST_REPLY) throw away(address, "odd", `more than ${LONGEST_REPLY} bytes`);
        pieces.push(piece);
      }
    } catch (error) {
      throw lostBy(address, error);
    } finally {
      signal.removeEventListener("abort", leave);
    }
    return { status: head.statusCode ?? 0, text: Buffer.concat(pieces, size).toString("utf8") };
  }
}

/**
 * Runs `work` with a signal for its end. What then fails is what ended it: `late()` after the deadline, or the
 * caller's own reason.
 */
export async function within<T>(
  { deadlineMs, signal }: Until,
  late: () => Fault,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const end = new AbortController();
  const leave = () => end.abort(signal?.reason);
  const timer = setTimeout(() => end.abort(late()), Math.min(Math.max(deadlineMs, 0), LONGEST_TIMER_MS));
  signal?.addEventListener("abort", leave, { once: true });
  try {
    return await work(end.signal);
  } catch (error) {
    throw end.signal.aborted ? end.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  }
}

const silent =
  (address: Address, { deadlineMs }: Until) =>
  (): Fault =>
    away(address, "silent", `no answer within ${Math.round(deadlineMs)} ms`);

/** Sends it, and gives the reply's head. A reading that met a connection just hung up is sent once more. */
async function exchange(
  address: Address,
  agent: Agent,
  sent: Sent,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  try {
    return await once(address, agent, sent, signal);
  } catch (error) {
    if (!(error instanceof Stale) || sent.method !== "GET")
      throw error instanceof Stale ? error.fault : error;
    return await once(address, new Agent({ keepAlive: false }), sent, signal);
  }
}

/** The connection had served before, and ended without a byte of this reply. */
class Stale extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.message, { cause: fault });
    this.fault = fault;
  }
}

function once(address: Address, agent: Agent, sent: Sent, signal: AbortSignal): Promise<IncomingMessage> {
  const { method, target, body, registryAuth } = sent;
  if (!allowed(method, target)) {
    const detail = `not a call that may be made: ${method} ${target.slice(0, 100)}`;
    return Promise.reject(new Fault("INTERNAL", detail, { values: { reason: "route" } }));
  }
  return new Promise((resolve, reject) => {
    const asked = request({
      ...("unix" in address ? { socketPath: address.unix } : { host: address.host, port: address.port }),
      method,
      path: target,
      agent,
      maxHeaderSize: MOST_HEADERS,
      headers: {
        host: "unix" in address ? "docker" : address.host,
        accept: "application/json",
        ...(body === undefined
          ? method === "POST"
            ? { "content-length": 0 }
            : {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
        ...(registryAuth === undefined ? {} : { "x-registry-auth": registryAuth }),
      },
    });
    const leave = () => void asked.destroy(new Error("called off"));
    signal.addEventListener("abort", leave, { once: true });
    const over = () => signal.removeEventListener("abort", leave);
    asked.once("response", (head) => {
      over();
      resolve(head);
    });
    // It stays for the connection's own end: an error after the head is the body's to tell.
    asked.on("error", (error) => {
      over();
      const fault = lostBy(address, error);
      const hungUp = codeOf(error) === "ECONNRESET" || codeOf(error) === "EPIPE";
      reject(asked.reusedSocket && hungUp ? new Stale(fault) : fault);
    });
    if (signal.aborted) leave();
    asked.end(body);
  });
}

const busy = (detail: string): Fault => new Fault("AGENT_BUSY", detail);
