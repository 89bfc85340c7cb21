/** Asks servers: one signed message out, one verified answer back by its id, always within the deadline. */
import {
  acts as actsOf,
  type Command,
  DEFAULT_DEADLINE_MS,
  Fault,
  isOriginal,
  MESSAGE_VERSION,
  SILENCE_MS,
  signAsk,
  type Verify,
} from "@servereye/contract";
import type { Broker, Presence, PresenceBoard, Subscription } from "../ports/broker.ts";
import type { Chance, Clock, HubKey, Log, Metrics } from "../ports/process.ts";
import type { Servers } from "../ports/servers.ts";
import { inDoubt, judged } from "./acted.ts";
import { parseAnswer, readAnswer, type Verified, verified } from "./answer.ts";
import { answerChannel, askChannel, lineChannel } from "./channels.ts";
import { createVerifiers } from "./verifiers.ts";

export interface FleetParts {
  broker: Broker;
  presence: PresenceBoard;
  servers: Pick<Servers, "byId" | "keys">;
  hubKey: HubKey;
  hubId: string;
  clock: Clock;
  chance: Chance;
  log: Log;
  metrics: Metrics;
  limits?: Partial<FleetLimits>;
  /** Makes the verifier of a server's public key; the web's own cryptography unless told. */
  verifierFor?: (publicKey: Uint8Array<ArrayBuffer>) => Promise<Verify>;
}

/** Questions in flight at once, from this hub. */
export interface FleetLimits {
  perServer: number;
  inAll: number;
}

export interface Question {
  server: { id: string };
  command: Command;
  ask: unknown;
  /** Ms; else the command's own, else 5,000. */
  deadlineMs?: number;
  traceparent?: string;
}

export interface Fleet {
  /** Stands the reply subscription. Without it the first ask does; a failed one is tried again at the next ask. */
  start(): Promise<void>;
  /**
   * Resolves with the answer as the command's schema gives it, or rejects with a Fault: what the agent said, or
   * SERVER_OFFLINE (values `since`, epoch ms, when known), COMMAND_TIMEOUT (`command`, `seconds`), AGENT_BUSY,
   * RATE_LIMITED, SERVER_UNKNOWN, INVALID_COMMAND, BROKER_UNAVAILABLE, STORE_UNAVAILABLE, INTERNAL.
   * Of an action that may have been done all the same: with the value `acted: "unknown"`.
   */
  ask(question: Question): Promise<{ answer: unknown; tookMs: number }>;
  presenceOf(serverIds: readonly string[]): Promise<Map<string, Presence>>;
  /** Whether a region can not be looked at now: whether its servers are there is not known then. */
  unseen(region: string): boolean;
  /** Has what asking these needs at hand, in the background, so that they can be asked while the store is away. */
  prepare(serverIds: readonly string[]): void;
  /** Call after the store has removed a server: lets its agent go, on whichever hub, for good. Never rejects. */
  removed(serverId: string): Promise<void>;
  /** Everything in flight rejects; nothing is asked any more. */
  close(): Promise<void>;
}

interface Pending {
  serverId: string;
  /** Set before publishing: an answer that comes without it was never asked for. */
  verify: Verify | undefined;
  /** It is on its way: nobody can take it back, and somebody may have it. */
  sent: boolean;
  settle(outcome: { payload: Verified } | { fault: Fault }, how: "answered" | "expired"): void;
}

/** Waits for a server that is moving from hub to hub, ms: an agent dials again within half a second, and has to prove itself. */
const MOVING_MS = [100, 200, 400, 800, 1_000];
/** Of an agent of the Go original, which is deaf for 5 s after an error. Within the deadline, so that it ends in words. */
const MOVING_DEAF_MS = [...MOVING_MS, 1_000, 1_000];
/** After this hub's start its agents of the Go original need so long to be back, ms. */
const BACK_MS = 10_000;
/** What such an agent may have been silent before that, while it was there: its sign of life is a poll, ms. */
const SILENT_MS = 45_000;

/** How many settled ids are remembered, to tell a late or second answer from a foreign one in the counters. */
const RECENT = 2_000;

export function createFleet(parts: FleetParts): Fleet {
  const { broker, presence, servers, clock, chance, log, metrics } = parts;
  const limits: FleetLimits = { perServer: 200, inAll: 10_000, ...parts.limits };
  const replyTo = answerChannel(parts.hubId);
  const verifiers = createVerifiers(servers, parts.verifierFor);
  const pending = new Map<string, Pending>();
  const load = new Map<string, number>();
  const recent = new Map<string, "answered" | "expired">();
  const startedAt = clock.now();
  let subscription: Promise<Subscription> | undefined;
  let closed = false;

  metrics.gauge("asks_in_flight", "Questions on their way to agents and back.", () => pending.size);

  const stopping = () => new Fault("BROKER_UNAVAILABLE", "this hub is stopping");
  const drop = (reason: string) => metrics.count("answers_dropped", { reason });

  async function standing(): Promise<void> {
    subscription ??= broker.subscribe(replyTo, (text) => void received(text));
    const attempt = subscription;
    try {
      await attempt;
    } catch (error) {
      if (subscription === attempt) subscription = undefined;
      throw error;
    }
  }

  async function received(text: string): Promise<void> {
    const answer = parseAnswer(text);
    if (!answer) return drop("malformed");
    const entry = pending.get(answer.id);
    if (!entry?.verify) {
      const before = recent.get(answer.id);
      return drop(before === "answered" ? "second" : before === "expired" ? "late" : "foreign");
    }
    // A forged answer settles nothing: the true one may still come.
    if (!(await verified(entry.verify, entry.serverId, answer))) return drop("forged");
    if (pending.get(answer.id) !== entry) {
      return drop(recent.get(answer.id) === "answered" ? "second" : "late");
    }
    entry.settle({ payload: { type: answer.type, payload: answer.payload } }, "answered");
  }

  function remember(id: string, how: "answered" | "expired"): void {
    recent.set(id, how);
    if (recent.size <= RECENT) return;
    const oldest = recent.keys().next();
    if (!oldest.done) recent.delete(oldest.value);
  }

  /** The last sign of life, from whichever knows a later one. Neither being away may hide that it is offline. */
  async function offline(serverId: string): Promise<Fault> {
    const [board, record] = await Promise.allSettled([presence.get([serverId]), servers.byId(serverId)]);
    const since = Math.max(
      (board.status === "fulfilled" ? board.value.get(serverId)?.lastHeartbeat : undefined) ?? 0,
      (record.status === "fulfilled" ? record.value?.lastSeen : undefined) ?? 0,
    );
    return new Fault("SERVER_OFFLINE", "no hub holds a connection of this server", {
      values: since > 0 ? { since } : {},
    });
  }

  async function send(id: string, entry: Pending, question: Question, payload: unknown, expires: number) {
    const serverId = question.server.id;
    const verify = await verifiers.of(serverId);
    await standing();
    const message = await signAsk(parts.hubKey, serverId, {
      id,
      type: question.command.name,
      timestamp: clock.now(),
      version: MESSAGE_VERSION,
      payload,
      expires,
      replyTo,
      ...(question.traceparent === undefined ? {} : { traceparent: question.traceparent }),
    });
    // Over already (deadline, close): an action must not run after its person was told it did not.
    if (pending.get(id) !== entry) return;
    entry.verify = verify;
    const text = JSON.stringify(message);
    for (const [at, waitMs] of [...MOVING_DEAF_MS, 0].entries()) {
      entry.sent = true;
      if ((await broker.publish(askChannel(serverId), text)) > 0) return;
      // Nobody received it, so to publish it again asks once all the same.
      entry.sent = false;
      if (waitMs === 0 || !(await moving(serverId, at >= MOVING_MS.length))) break;
      await new Promise<void>((resolve) => clock.after(waitMs, resolve));
      if (pending.get(id) !== entry) return;
    }
    entry.settle({ fault: await offline(serverId) }, "expired");
  }

  /**
   * The board says that it is there while nobody listens: its hub has just died or handed it over, or the broker
   * has just failed over. It is on its way back, and "offline" would be untrue. `long`: longer than our own take.
   */
  async function moving(serverId: string, long: boolean): Promise<boolean> {
    const board = await presence.get([serverId]).catch(() => undefined);
    const entry = board?.get(serverId);
    if (entry === undefined || clock.now() - entry.lastHeartbeat > SILENCE_MS) return deaf(serverId);
    return !long || isOriginal(entry.facts);
  }

  /** The same of an agent of the Go original that this hub, before it started again, may have left deaf. */
  async function deaf(serverId: string): Promise<boolean> {
    if (clock.now() - startedAt > BACK_MS) return false;
    // Without the store nobody knows, and it is said to be offline as before.
    const record = await servers.byId(serverId).catch(() => undefined);
    if (!record?.facts || !isOriginal(record.facts)) return false;
    return (record.lastSeen ?? 0) >= startedAt - SILENT_MS;
  }

  async function ask(question: Question): Promise<{ answer: unknown; tookMs: number }> {
    const { command } = question;
    const serverId = question.server.id;
    if (closed) throw stopping();
    const parsed = command.ask.safeParse(question.ask);
    if (!parsed.success) {
      throw new Fault("INVALID_COMMAND", `what ${command.name} was asked does not fit`, {
        values: { command: command.name },
        cause: parsed.error,
      });
    }
    if (pending.size >= limits.inAll) {
      throw new Fault("RATE_LIMITED", "too many questions in flight", { values: { limit: limits.inAll } });
    }
    const sameServer = load.get(serverId) ?? 0;
    if (sameServer >= limits.perServer) {
      throw new Fault("AGENT_BUSY", "too many questions in flight for this server", {
        values: { limit: limits.perServer },
      });
    }

    const acts = actsOf(command);
    const deadlineMs = question.deadlineMs ?? command.deadlineMs ?? DEFAULT_DEADLINE_MS;
    const id = chance.uuid();
    const began = clock.monotonic();
    const { promise, resolve, reject } = Promise.withResolvers<Verified>();
    const entry: Pending = {
      serverId,
      verify: undefined,
      sent: false,
      settle(outcome, how) {
        if (pending.get(id) !== entry) return;
        pending.delete(id);
        const left = (load.get(serverId) ?? 1) - 1;
        if (left > 0) load.set(serverId, left);
        else load.delete(serverId);
        remember(id, how);
        stopTimer();
        if ("fault" in outcome) reject(acts && entry.sent ? inDoubt(outcome.fault) : outcome.fault);
        else resolve(outcome.payload);
      },
    };
    const stopTimer = clock.after(deadlineMs, () => {
      const values = { command: command.name, seconds: deadlineMs / 1000 };
      const detail = `no answer to ${command.name} within ${values.seconds} s`;
      entry.settle({ fault: new Fault("COMMAND_TIMEOUT", detail, { values }) }, "expired");
    });
    pending.set(id, entry);
    load.set(serverId, sameServer + 1);
    send(id, entry, question, parsed.data, clock.now() + deadlineMs).catch((error: unknown) =>
      entry.settle({ fault: Fault.of(error) }, "expired"),
    );
    const told = await promise;
    try {
      return { answer: readAnswer(command, told), tookMs: clock.monotonic() - began };
    } catch (error) {
      throw acts ? judged(Fault.of(error)) : error;
    }
  }

  return {
    start: standing,
    ask,
    presenceOf: (serverIds) => presence.get(serverIds),
    unseen: (region) => presence.unseen().includes(region),
    prepare: verifiers.prepare,
    async removed(serverId) {
      verifiers.forget(serverId);
      try {
        const told = await broker.publish(lineChannel(serverId), JSON.stringify({ t: "removed" }));
        log.info("fleet.removed", { serverId, told });
      } catch (error) {
        // It is removed all the same: nobody may ask it any more, and its next dial is refused.
        log.warn("fleet.removal_untold", { serverId, error });
      }
    },
    async close() {
      closed = true;
      for (const entry of [...pending.values()]) entry.settle({ fault: stopping() }, "expired");
      // A subscription that never stood needs no closing.
      const stood = await subscription?.catch(() => undefined);
      await stood?.close();
    },
  };
}
