/** The engine's API over its socket: finds it, agrees on a version, and makes the calls of the list. */
import type { IncomingMessage } from "node:http";
import { type Engine, type EngineCall, EngineRefusal, type EngineReply } from "@servereye/commands/agent";
import { Fault } from "@servereye/contract";
import type { Log } from "../../log.ts";
import { type Address, addressText, exposed, parseAddress } from "./address.ts";
import { away, mayHaveChanged } from "./away.ts";
import { candidates } from "./finding.ts";
import { beginningOf, type FlowOptions, flow, handedOn } from "./flow.ts";
import { said } from "./said.ts";
import { sentOf } from "./sent.ts";
import { agreedVersion } from "./version.ts";
import { type Sent, type Until, Wire, within } from "./wire.ts";

export interface EngineOptions {
  /** SERVEREYE_AGENT_DOCKER_HOST; undefined: the first of the usual sockets that is there. */
  address: string | undefined;
  log: Log;
  /** Paths of the usual sockets, in order. */
  places?: readonly string[];
}

/** Who it is, and the version that is spoken with it. */
interface Met {
  address: Address;
  version: string;
}

/** Ms for the question who it is. */
const GREETING_MS = 5_000;
/** Of a refusal's words so much is read, bytes. */
const LONGEST_REFUSAL = 64 * 1024;

/** Nothing is asked before the first call, and nothing runs between two. */
export function engineAt({ address: told, log, places }: EngineOptions): Engine {
  const fixed = told === undefined ? undefined : parseAddress(told);
  if (told !== undefined && fixed === undefined) throw new Error("the engine's address is none");
  if (fixed !== undefined && exposed(fixed)) log.warn("docker.exposed", { address: addressText(fixed) });
  return new SocketEngine(() => candidates(fixed, places), log);
}

class SocketEngine implements Engine {
  readonly #wire = new Wire();
  readonly #candidates: () => Address[];
  readonly #log: Log;
  #meeting: Promise<Met> | undefined;
  /** Who was asked last who it is. */
  #greeted: Address | undefined;

  constructor(find: () => Address[], log: Log) {
    this.#candidates = find;
    this.#log = log;
  }

  async call(call: EngineCall): Promise<EngineReply> {
    return this.#make(call, async ({ address, version }, sent, until) => {
      const { status, text } = await this.#wire.whole(address, spoken(sent, version), until);
      if (status >= 400) throw new EngineRefusal(status, said(text));
      return { status, body: text === "" ? undefined : parsed(address, text) };
    });
  }

  async stream(call: EngineCall & { quietMs?: number }): Promise<AsyncIterable<Uint8Array>> {
    const { head, options } = await this.#flowing(call);
    return flow(head, options);
  }

  async read(call: EngineCall & { quietMs?: number }, take: (piece: Uint8Array) => void): Promise<void> {
    const { head, options } = await this.#flowing(call);
    await handedOn(head, options, take);
  }

  /** A body that nobody has begun to read. */
  #flowing(
    call: EngineCall & { quietMs?: number },
  ): Promise<{ head: IncomingMessage; options: FlowOptions }> {
    return this.#make(call, async ({ address, version }, sent, until) => {
      const head = await this.#wire.flowing(address, spoken(sent, version), until);
      const status = head.statusCode ?? 0;
      if (status < 400) return { head, options: { address, quietMs: call.quietMs, signal: call.signal } };
      const words = flow(head, { address, quietMs: until.deadlineMs, signal: call.signal });
      throw new EngineRefusal(status, said(await beginningOf(words, LONGEST_REFUSAL)));
    });
  }

  /** Meets the engine and asks it; once more when it proves to be another than the one that was met. */
  async #make<T>(call: EngineCall, ask: (met: Met, sent: Sent, until: Until) => Promise<T>): Promise<T> {
    const sent = sentOf(call);
    const end = performance.now() + call.deadlineMs;
    const left = (): Until => ({ deadlineMs: end - performance.now(), signal: call.signal });
    for (let tries = 1; ; tries++) {
      this.#meeting ??= this.#meet();
      const meeting = this.#meeting;
      try {
        return await ask(await this.#waited(meeting, left()), sent, left());
      } catch (error) {
        const another = isAnother(error);
        if (this.#meeting === meeting && (another || mayHaveChanged(error))) this.#meeting = undefined;
        if (!another || tries > 1) throw error;
      }
    }
  }

  /** Many wait for one meeting: each for as long as it has time. */
  #waited(meeting: Promise<Met>, until: Until): Promise<Met> {
    const silent = () => away(this.#greeted ?? { unix: "" }, "silent", "it has not said who it is");
    return within(until, silent, (signal) => {
      const called = new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
      return Promise.race([meeting, called]);
    });
  }

  async #meet(): Promise<Met> {
    let absent: unknown;
    for (const address of this.#candidates()) {
      this.#greeted = address;
      try {
        const version = await this.#greet(address);
        this.#log.info("docker.found", { address: addressText(address), version });
        return { address, version };
      } catch (error) {
        // A socket that nobody listens on any more is no reason not to look at the next.
        if (!(error instanceof Fault) || error.values.reason !== "absent") throw error;
        absent ??= error;
      }
    }
    throw absent;
  }

  /** The version to speak with it. */
  async #greet(address: Address): Promise<string> {
    const question: Sent = { method: "GET", target: "/version" };
    const { status, text } = await this.#wire.whole(address, question, { deadlineMs: GREETING_MS });
    if (status === 401 || status === 403)
      throw away(address, "denied", `it answered ${status}: ${said(text)}`);
    if (status !== 200) throw away(address, "odd", `it answered ${status} to the question who it is`);
    const agreed = agreedVersion(parsed(address, text));
    if ("odd" in agreed) throw away(address, "odd", agreed.odd);
    return agreed.version;
  }
}

const spoken = (sent: Sent, version: string): Sent => ({ ...sent, target: `/${version}${sent.target}` });

/** An engine changed for another one under a running agent refuses our version, before it does anything. */
function isAnother(error: unknown): boolean {
  return (
    error instanceof EngineRefusal &&
    error.status === 400 &&
    /client version \S+ is too (new|old)/i.test(error.said)
  );
}

function parsed(address: Address, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw away(address, "odd", "its answer is not JSON", error);
  }
}
