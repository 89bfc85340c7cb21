/** One agent's connection, from its first frame to its end: the handshake's states, then asks and answers. */

import type { Duplex } from "node:stream";
import { type AgentFrame, type Ask, Fault, type HubFrame, SAMPLES_PROTOCOL } from "@servereye/contract";
import type { WebSocket } from "ws";
import type { Again, AgentDoor, AgentLine, DoorAdmission, OnlineAgent } from "../../core/fleet/door.ts";
import type { Chance, Clock, Log, Metrics } from "../../core/ports/process.ts";
import type { SampleIntake } from "../../core/ports/samples.ts";
import { type EventIntake, takeEvents } from "./events.ts";
import {
  beaten,
  believe,
  type Challenged,
  challenge,
  type Hello,
  type Proofs,
  type Prove,
  welcomed,
} from "./handshake.ts";
import type { GatewayLimits, Slots } from "./limits.ts";
import { type Pulse, startPulse } from "./pulse.ts";
import { createWire, readFrame, sizeOf } from "./wire.ts";

/** `busy`: the hub works on a frame and the agent has to wait for its reply. */
type State = "hello" | "prove" | "busy" | "waiting" | "entering" | "in" | "over";

/** Why a connection ended, as counted. */
export type EndReason =
  | "agent"
  | "frame"
  | "state"
  | "proof"
  | "refused"
  | "oversized"
  | "flood"
  | "overflow"
  | "failed"
  | "silent"
  | "handshake_deadline"
  | "wait_over"
  | "removed"
  | "replaced"
  | "stopping";

export interface AgentConnection {
  online(): boolean;
  leave: AgentLine["leave"];
  /** Resolves when the socket is closed and everything it held is given back. */
  readonly ended: Promise<void>;
}

export interface ConnectionParts {
  ws: WebSocket;
  /** What `ws` is on. */
  socket: Duplex;
  /** Address of the peer. */
  from: string;
  door: AgentDoor;
  clock: Clock;
  chance: Chance;
  proofs: Proofs;
  log: Log;
  metrics: Metrics;
  limits: GatewayLimits;
  /** Gives back the place in the handshake. */
  settled(): void;
  waitingSlots: Slots;
}

type Undo = () => void | Promise<void>;
type Newcomer = Parameters<AgentDoor["connected"]>[0];

const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;

export function serveAgent(parts: ConnectionParts): AgentConnection {
  const { ws, door, clock, limits, metrics, log } = parts;
  const wire = createWire(ws, parts.socket, clock, limits);
  const early: Ask[] = [];
  /** Undone last to first when the connection ends. */
  const held: Undo[] = [parts.settled];
  /** Undone when the waiting ends, whichever way. */
  const waiting: Undo[] = [];
  let state: State = "hello";
  let agreed: Challenged | undefined;
  let agent: OnlineAgent | undefined;
  let pulse: Pulse | undefined;
  let events: EventIntake | undefined;
  let samples: SampleIntake | undefined;
  let idle = { since: clock.monotonic(), frames: 0 };

  const { promise: ended, resolve: released } = Promise.withResolvers<void>();
  // Read through a function, since it changes while a step waits.
  const over = (): boolean => state === "over";

  /** The end, once: counted, everything given back at once; then the last frame and the socket's close. */
  function end(reason: EndReason, last?: HubFrame, code = POLICY_VIOLATION): void {
    if (over()) return;
    state = "over";
    const undone = [...held.splice(0), ...waiting.splice(0)].reverse().map(async (undo) => undo());
    metrics.count("agent_connections_ended", { reason });
    log.debug("agent.connection_ended", { reason, from: parts.from });
    if (last === undefined) wire.cut();
    else {
      wire.send(last);
      wire.close(code, reason);
    }
    void Promise.allSettled([...undone, wire.closed]).then((results) => {
      for (const r of results)
        if (r.status === "rejected") log.error("agent.not_released", { error: r.reason });
      released();
    });
  }

  /** What goes wrong unforeseen with one connection ends that one, not the hub. */
  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      log.error("agent.connection_failed", { error });
      end("failed", { t: "bye", again: "later", detail: "the hub failed" });
    }
  }

  const refuse = (reason: EndReason, code: Fault["code"], detail: string, again: boolean) =>
    end(reason, { t: "refused", code, detail: detail.slice(0, 500), again });

  /** A frame that must not be: an agent that is in may dial again, one that never proved itself need not. */
  function wrong(reason: "frame" | "state", detail: string): void {
    if (state === "in") end(reason, { t: "bye", again: "later", detail });
    else refuse(reason, "FRAME_INVALID", detail, false);
  }

  const leave: AgentLine["leave"] = (again: Again, why, detail) =>
    end(why, { t: "bye", again, detail: detail.slice(0, 500) }, GOING_AWAY);

  function send(frame: HubFrame): void {
    if (!over() && !wire.send(frame)) end("overflow");
  }

  /** Runs a step of the handshake; its Fault refuses the agent. */
  function step(work: () => Promise<void>): void {
    state = "busy";
    work().catch((error: unknown) => {
      const fault = Fault.of(error);
      if (fault.code === "INTERNAL") log.error("agent.handshake_failed", { error });
      else log.info("agent.refused", { code: fault.code, from: parts.from });
      const reason = fault.code === "PROOF_INVALID" ? "proof" : "refused";
      const hopeless = fault.code === "PROOF_INVALID" || fault.code === "PROTOCOL_UNSUPPORTED";
      // What is wrong inside (an address, a driver's words) is for the log; a stranger learns that something is.
      const inside = ["INTERNAL", "STORE_UNAVAILABLE", "BROKER_UNAVAILABLE"].includes(fault.code);
      refuse(reason, fault.code, inside ? "the hub can not let agents in now" : fault.message, !hopeless);
    });
  }

  async function greet(hello: Hello): Promise<void> {
    const made = await challenge(hello, door.hubKey, parts.chance);
    if (over()) return;
    agreed = made.agreed;
    send(made.frame);
    if (!over()) state = "prove";
  }

  async function judge(prove: Prove, handshake: Challenged): Promise<void> {
    const skew = prove.clock - clock.now();
    const candidate = await believe(prove, handshake, door.hubKey, parts.from, parts.proofs);
    if (over()) return;
    const { protocol } = handshake;
    let paired = false;
    const added = (): void => {
      paired = true;
      // Judged again by what the store says now; it needs neither token nor code any more.
      const known = { ...candidate, pair: false, enrol: undefined };
      if (state === "waiting") step(async () => outcome(await door.admit(known, () => {})));
    };
    async function outcome(admission: DoorAdmission): Promise<void> {
      if (admission.kind === "waiting") {
        if (over()) return admission.stop();
        wait(admission);
        if (paired && state === "waiting") added();
      } else if (admission.kind === "refused") {
        refuse("refused", admission.code, admission.detail, admission.again);
      } else if (!over()) {
        const { serverId } = admission;
        await welcome({ serverId, facts: candidate.facts, protocol }, skew, handshake);
      }
    }
    await outcome(await door.admit(candidate, added));
  }

  function wait(admission: Extract<DoorAdmission, { kind: "waiting" }>): void {
    waiting.push(admission.stop);
    const slot = parts.waitingSlots.take(parts.from);
    if (!slot) {
      refuse("refused", "RATE_LIMITED", "too many agents wait to be added", true);
      return;
    }
    const { expires } = admission;
    const stopTimer = clock.after(expires - clock.now(), () => {
      // The code has run out: dialling again gives a new one.
      if (state !== "waiting") return;
      end("wait_over", { t: "bye", again: "soon", detail: "the code has run out" }, GOING_AWAY);
    });
    waiting.push(slot, stopTimer);
    settle();
    live();
    send({ t: "waiting", expires, hubTime: clock.now() });
    if (!over()) state = "waiting";
  }

  async function welcome(
    agreedOn: Omit<Newcomer, "clock">,
    skew: number,
    handshake: Challenged,
  ): Promise<void> {
    state = "entering";
    const line: AgentLine = {
      ask(ask) {
        if (state === "in") guarded(() => send({ t: "ask", message: ask }));
        else if (early.length < limits.early) early.push(ask);
        else metrics.count("asks_dropped");
      },
      leave,
    };
    const online = await door.connected({ ...agreedOn, clock: clock.now() + skew }, line);
    // It went while the door was opening: nobody else would tell.
    if (over()) return online.gone();
    held.push(() => online.gone());
    agent = online;
    events = takeEvents({
      ...{ serverId: agreedOn.serverId, agent: online, clock, metrics, log, limits },
      ack: (id) => send({ t: "ack", id }),
    });
    for (const undo of waiting.splice(0)) void undo();
    live();
    const { serverId } = agreedOn;
    const told = {
      serverId,
      name: online.name,
      hubTime: clock.now(),
      heartbeatMs: limits.heartbeatMs,
    };
    const frame = await welcomed(handshake, door.hubKey, told);
    if (over()) return;
    send(frame);
    if (over()) return;
    state = "in";
    settle();
    metrics.count("agent_connections_welcomed");
    for (const ask of early.splice(0)) line.ask(ask);
    if (handshake.protocol >= SAMPLES_PROTOCOL && !over()) takeSamples(online);
  }

  function takeSamples(online: OnlineAgent): void {
    const intake = online.samples({
      kept: (those) => send({ t: "kept", ...those }),
      pace: (perSecond) => send({ t: "pace", perSecond }),
      flooded: () =>
        end("flood", { t: "bye", again: "later", detail: "more samples than one server may send" }),
    });
    samples = intake;
    held.push(() => intake?.gone());
    if (over()) intake?.gone();
  }

  /** Out of the handshake: its place and its deadline are given back. */
  function settle(): void {
    parts.settled();
    stopDeadline();
  }

  function live(): void {
    pulse?.sign();
    if (pulse) return;
    const started = startPulse({
      ws,
      clock,
      limits,
      silent: () => end("silent"),
      latency(ms) {
        agent?.latency(ms);
        // Who waits has nothing to say; that its socket answers is sign enough.
        if (state === "waiting") pulse?.sign();
      },
      unasked: idleFrame,
    });
    pulse = started;
    held.push(() => started.stop());
  }

  function idleFrame(): void {
    const now = clock.monotonic();
    if (now - idle.since >= limits.heartbeatMs) idle = { since: now, frames: 0 };
    idle.frames += 1;
    if (idle.frames > limits.idleFrames) end("flood");
  }

  async function signedBeat(handshake: Challenged, told: { seq: number; hubTime: number }): Promise<void> {
    try {
      const frame = await beaten(handshake, door.hubKey, told);
      if (!over()) send(frame);
    } catch (error) {
      // Without the signature its agent dials anew, which needs one as well.
      log.error("agent.beat_unsigned", { error });
    }
  }

  function received(frame: AgentFrame, bytes: number): void {
    pulse?.sign();
    const handshake = agreed;
    if (frame.t === "hello" && state === "hello") {
      step(() => greet(frame));
    } else if (frame.t === "prove" && state === "prove" && handshake) {
      step(() => judge(frame, handshake));
    } else if (frame.t === "heartbeat" && pulse) {
      // Fine from when the agent was told to stay, also while it is being let in.
      agent?.heartbeat(frame.clock);
      const told = { seq: frame.seq, hubTime: clock.now() };
      if (frame.sign && handshake) void signedBeat(handshake, told);
      else send({ t: "beat", ...told });
      idleFrame();
    } else if (frame.t === "answer" && state === "in" && agent) {
      if (!agent.answered(frame.message)) idleFrame();
    } else if (frame.t === "event" && state === "in" && agent) {
      events?.take(frame.message);
    } else if (frame.t === "samples" && state === "in" && samples) {
      if (!samples.take(frame, bytes)) wrong("frame", "samples that do not fit together");
    } else {
      wrong("state", `a ${frame.t} frame has no place here`);
    }
  }

  const stopDeadline = clock.after(limits.handshakeMs, () => end("handshake_deadline"));
  held.push(stopDeadline);

  ws.on("message", (data, isBinary) => {
    if (over()) return;
    const frame = readFrame(data, isBinary);
    if (frame) guarded(() => received(frame, sizeOf(data)));
    else wrong("frame", "no frame of this protocol");
  });
  ws.on("ping", idleFrame);
  ws.on("error", (error: Error & { code?: string }) => {
    // The library has closed the socket already, or is about to; this is to know why.
    const oversized = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    end(oversized ? "oversized" : error.code?.startsWith("WS_ERR_") ? "frame" : "agent", {
      t: "bye",
      again: "later",
      detail: oversized ? "a frame was too large" : "the connection broke",
    });
  });
  ws.on("close", () => end("agent"));

  return { online: () => state === "in", leave, ended };
}
