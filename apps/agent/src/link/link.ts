/** The agent's way to its hub: dials, greets, serves, and comes back until it is told to stop. */
import { type AgentFacts, type Ask, Fault, PROTOCOL, SIGNED_WELCOME_PROTOCOL } from "@servereye/contract";
import type { Clock } from "../clock.ts";
import type { Identity } from "../key.ts";
import { type Log, reasonOf } from "../log.ts";
import type { Pin } from "../pin.ts";
import type { HubTime } from "../serve/hub-time.ts";
import type { Serve } from "../serve/serve.ts";
import { Backoff } from "./backoff.ts";
import { CLOSE, type Connection, connect, Disconnected } from "./connection.ts";
import type { EventQueue } from "./events.ts";
import { type Greeting, greet, type Introduction, STEP_MS } from "./handshake.ts";
import { Outbox } from "./outbox.ts";
import type { SampleSender } from "./samples.ts";
import { session } from "./session.ts";

export interface LinkOptions {
  url: string;
  identity: Identity;
  /** The hub it was told to trust, and the one that let it in before. */
  hubKey: string | undefined;
  pin: Pin | undefined;
  enrol: string | undefined;
  pair: boolean;
  facts: () => AgentFacts;
  serve: Serve;
  hubTime: HubTime;
  /** What is told unasked; nothing unless there is one. */
  events?: Pick<EventQueue, "open" | "close" | "acked">;
  /** What was measured; nothing unless there is one. */
  samples?: Pick<SampleSender, "open" | "close" | "kept" | "paced">;
  /** Keeps the hub that let this agent in. */
  keepPin: (pin: Pin) => Promise<void>;
  clock: Clock;
  /** Makes the verifier of the hub's key; the web's own cryptography unless told. */
  verifierOf?: Introduction["verifierOf"];
  /** In [0, 1). */
  random: () => number;
  WebSocket: typeof WebSocket;
  /** Finds out why a hub could not be dialled. */
  diagnose: (url: string) => Promise<string>;
  log: Log;
}

/** Failed dials in a row between two looks for the reason, which cost a request each. */
const DIAGNOSE_EVERY = 10;

export interface Link {
  /** Says goodbye (close code 1000) and resolves when the socket is closed. */
  stop(): Promise<void>;
  /** Resolves with the process's exit code: 0 after `stop`, 2 when the hub does not want this agent. */
  readonly ended: Promise<0 | 2>;
}

/** What to do after a connection: dial again by a kind of wait, or no more. */
type Next = { wait: "backoff" | "soon" | "slow"; reason: string } | { stop: string };

export function link(o: LinkOptions): Link {
  const backoff = new Backoff(o.clock, o.random);
  const outbox = new Outbox(o.log, (ask, fault) => o.serve.refuse(ask, fault));
  const hub = new URL(o.url).host;
  let { pin, enrol } = o;
  /** An older one with a hub that knows no newer; without a signed welcome it speaks with none. */
  let protocol = PROTOCOL;
  let stopping = false;
  let current: Connection | undefined;
  let wake = (): void => undefined;
  let failedDials = 0;
  let looking = false;
  const enrolled = (): boolean => pin?.serverId === o.identity.serverId;

  /** Looks for the reason aside: dialling does not wait for it. One look at a time. */
  function tellWhy(): void {
    if (looking) return;
    looking = true;
    o.diagnose(o.url)
      .then(
        (reason) => stopping || o.log.warn("link.unreachable", { hub, reason }),
        (error: unknown) => o.log.warn("link.unreachable", { hub, reason: reasonOf(error) }),
      )
      .finally(() => {
        looking = false;
      });
  }

  async function once(): Promise<Next> {
    let connection: Connection;
    try {
      connection = await connect(o.WebSocket, o.url, o.clock, STEP_MS);
    } catch (error) {
      if (failedDials++ % DIAGNOSE_EVERY === 0) tellWhy();
      return { wait: "backoff", reason: reasonOf(error) };
    }
    failedDials = 0;
    current = connection;
    // Stopped while dialling: `stop` had no connection to close then.
    if (stopping) connection.close(CLOSE.normal, "stopping");
    try {
      const greeting = await greet(connection, {
        verifierOf: o.verifierOf,
        identity: o.identity,
        protocol,
        hubKey: pin?.hubKey ?? o.hubKey,
        facts: o.facts(),
        enrol: enrolled() ? undefined : enrol,
        pair: o.pair && !enrolled(),
        clock: o.clock,
        showCode: (code, holdsMs) =>
          o.log.info("link.waiting", { code, minutes: Math.max(1, Math.floor(holdsMs / 60_000)) }),
      });
      return await after(connection, greeting);
    } catch (error) {
      if (!(error instanceof Disconnected) && !(error instanceof Fault)) throw error;
      const bad = error instanceof Fault;
      if (bad && !stopping) o.log.error("link.fault", { hub, code: error.code, reason: reasonOf(error) });
      connection.close(bad ? codeFor(error) : CLOSE.normal, bad ? error.code : "");
      return { wait: "backoff", reason: reasonOf(error) };
    } finally {
      outbox.close();
      o.events?.close();
      o.samples?.close();
      connection.close(CLOSE.normal, "");
      current = undefined;
    }
  }

  async function after(connection: Connection, greeting: Greeting): Promise<Next> {
    if (greeting.kind === "code expired") {
      o.log.info("link.code_expired");
      return { wait: "soon", reason: "the pairing code expired" };
    }
    if (greeting.kind === "refused") {
      const { code, detail, again } = greeting;
      if (code === "PROTOCOL_UNSUPPORTED" && protocol > SIGNED_WELCOME_PROTOCOL) {
        protocol -= 1;
        return { wait: "soon", reason: detail };
      }
      o.log.warn("link.refused", { hub, code, detail });
      if (again) return { wait: "backoff", reason: `refused (${code})` };
      // Once let in, it does not give up: a restored hub may know it again.
      if (enrolled()) return { wait: "slow", reason: `refused (${code})` };
      return { stop: `The hub does not let this server in: ${detail} (${code}).` };
    }
    if (greeting.kind === "bye") {
      if (greeting.again !== "never")
        return { wait: greeting.again === "soon" ? "soon" : "backoff", reason: greeting.detail };
      return enrolled() ? { wait: "slow", reason: greeting.detail } : { stop: `The hub: ${greeting.detail}` };
    }
    return serveUntilEnd(connection, greeting);
  }

  async function serveUntilEnd(
    connection: Connection,
    greeting: Extract<Greeting, { kind: "welcome" }>,
  ): Promise<Next> {
    const { welcome, hubKey, verify, signed, tookMs } = greeting;
    o.hubTime.learn(welcome.hubTime, tookMs);
    await remember({ hubKey, serverId: welcome.serverId });
    o.log.info("link.connected", { hub, serverId: welcome.serverId, name: welcome.name });
    const began = o.clock.monotonic();
    const take = async (ask: Ask): Promise<void> => {
      const answer = await o.serve.take(ask, verify);
      if (answer !== undefined) await outbox.send(answer, ask);
    };
    const going = session(connection, {
      heartbeatMs: welcome.heartbeatMs,
      signed,
      clock: o.clock,
      hubTime: o.hubTime,
      log: o.log,
      take: (ask) => {
        take(ask).catch((error: unknown) => o.log.error("serve.failed", { reason: reasonOf(error) }));
      },
      acked: (id) => o.events?.acked(id),
      kept: (those) => o.samples?.kept(those),
      paced: (perSecond) => o.samples?.paced(perSecond),
    });
    outbox.open(going, welcome.hubTime);
    o.events?.open(going);
    o.samples?.open(going);
    try {
      const bye = await going.ended;
      if (bye.again === "never") return { stop: `The hub let this server go: ${bye.detail}` };
      return { wait: bye.again === "soon" ? "soon" : "backoff", reason: bye.detail || "the hub said bye" };
    } finally {
      // The next one to answer here may be newer.
      protocol = PROTOCOL;
      backoff.worked(o.clock.monotonic() - began);
    }
  }

  async function remember(seen: Pin): Promise<void> {
    enrol = undefined;
    if (pin?.hubKey === seen.hubKey && pin.serverId === seen.serverId) return;
    pin = seen;
    try {
      await o.keepPin(seen);
    } catch (error) {
      // It serves on; after a restart it needs to be told its hub again.
      o.log.error("pin.failed", { reason: reasonOf(error) });
    }
  }

  async function run(): Promise<0 | 2> {
    o.log.info("link.dialing", { hub });
    while (!stopping) {
      const next = await once();
      if (stopping) break;
      if ("stop" in next) {
        o.log.error("link.stopped", { reason: next.stop });
        return 2;
      }
      const retryMs = Math.round(
        next.wait === "soon" ? backoff.soon() : next.wait === "slow" ? backoff.slow() : backoff.next(),
      );
      o.log.warn("link.lost", { hub, reason: next.reason, retryMs });
      await new Promise<void>((resolve) => {
        const cancel = o.clock.after(retryMs, resolve);
        wake = () => {
          cancel();
          resolve();
        };
      });
    }
    return 0;
  }

  const ended = run();
  return {
    ended,
    async stop() {
      stopping = true;
      wake();
      const connection = current;
      connection?.close(CLOSE.normal, "stopping");
      await connection?.closed;
    },
  };
}

function codeFor(fault: Fault): number {
  if (fault.code === "PROOF_INVALID") return CLOSE.proof;
  return fault.code === "COMMAND_TIMEOUT" ? CLOSE.late : CLOSE.invalid;
}
