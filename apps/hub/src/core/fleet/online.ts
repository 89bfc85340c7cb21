/** Who is online at this hub: the door for agents, their presence, and the way of asks and answers through them. */
import { Ask, Fault, SERVER_ID } from "@servereye/contract";
import * as z from "zod/mini";
import type { Broker, Presence, PresenceBoard } from "../ports/broker.ts";
import type { Clock, HubKey, Log, Metrics } from "../ports/process.ts";
import type { SampleIntake, SampleLine } from "../ports/samples.ts";
import type { Servers } from "../ports/servers.ts";
import { createAsked } from "./asked.ts";
import { askChannel, heartbeatChannel, lineChannel, pairedChannel } from "./channels.ts";
import type { AgentDoor, AgentLine, OnlineAgent } from "./door.ts";
import type { Enrolment } from "./enrol.ts";
import type { Events } from "./events.ts";
import { type KnownServers, knowServers } from "./known.ts";
import { createSeen } from "./seen.ts";

export interface OnlineParts {
  enrolment: Pick<Enrolment, "admit" | "withdraw">;
  broker: Broker;
  presence: PresenceBoard;
  servers: Pick<Servers, "byId" | "setFacts" | "seen">;
  /** Servers it lets in while the store is away; none unless told. */
  known?: KnownServers;
  /** Who takes agents' events; without, none is acknowledged. */
  events?: Pick<Events, "take">;
  /** Who takes their samples; without, they are not asked for any. `skewMs`: the agent's clock less this one's. */
  history?: { open(serverId: string, line: SampleLine, skewMs: () => number): SampleIntake };
  hubKey: HubKey;
  hubId: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export interface Online extends AgentDoor {
  /** Agents online at this hub. */
  size(): number;
  /** The hub stops: who goes from now on is on the way to another hub and not offline. Call before the gateway closes. */
  stopping(): void;
  /** Lets go who is still here, and writes the last signs of life. Call after the gateway has closed. */
  close(): Promise<void>;
}

interface Held {
  since: number;
  line: AgentLine;
  /** Writes the presence once more, after a write that is on its way. Never rejects. */
  refresh(): Promise<void>;
  gone(): Promise<void>;
}

const LineNews = z.discriminatedUnion("t", [
  z.object({ t: z.literal("removed") }),
  z.object({ t: z.literal("replaced"), since: z.int(), hub: z.string() }),
]);

/** Presences put at a time after the broker came back: a thousand at once would hold up what people ask. */
const REFRESHED_AT_ONCE = 50;

const REPLACED = "a newer connection took over";
const leaveToNewer = (line: AgentLine): void => line.leave("later", "replaced", REPLACED);

export function createOnline(parts: OnlineParts): Online {
  const { broker, presence, servers, clock, hubId, log, metrics } = parts;
  const known = parts.known ?? knowServers(servers, clock, 0);
  const seen = createSeen({ servers, clock, log });
  const held = new Map<string, Held>();
  let lastSince = 0;
  let handingOver = false;
  metrics.gauge("agents_connected", "Agents connected to this hub.", () => held.size);

  /**
   * For what is tried again by itself (the next heartbeat, the next batch). With the broker away every heartbeat
   * of a thousand agents fails: the first is logged and all are counted.
   */
  const failing = new Set<string>();
  async function quietly(event: string, serverId: string, work: Promise<unknown>): Promise<void> {
    try {
      await work;
      failing.delete(event);
    } catch (error) {
      metrics.count("fleet_failures", { event });
      if (!failing.has(event)) log.warn(event, { serverId, error });
      failing.add(event);
    }
  }

  let refreshing = Promise.resolve();
  let round = 0;
  /** The broker may have come back empty. Told again meanwhile, it begins again: the first ones may be lost anew. */
  function refreshAll(): void {
    const mine = ++round;
    refreshing = refreshing.then(async () => {
      const entries = [...held.values()];
      for (let at = 0; at < entries.length && round === mine; at += REFRESHED_AT_ONCE)
        await Promise.all(entries.slice(at, at + REFRESHED_AT_ONCE).map((entry) => entry.refresh()));
    });
  }
  const endRestored = broker.restored(refreshAll);

  const connected: AgentDoor["connected"] = async (agent, line) => {
    const { serverId } = agent;
    if (!SERVER_ID.test(serverId)) throw new Fault("SERVER_UNKNOWN", "no server id");
    const asked = createAsked(clock);
    /** Undefined until this connection has its place in the order of this server's connections. */
    let since: number | undefined;
    let heard = 0;
    let over = false;
    let putting: Promise<void> | undefined;
    /** News of its removal that the store has not answered to. */
    let rumoured = false;
    let judging = false;

    function asks(text: string): void {
      const ask = parse(text, (value) => Ask.safeParse(value));
      if (over || !ask?.success || !ask.data.replyTo.startsWith("resp:") || !asked.add(ask.data)) {
        metrics.count("asks_dropped");
      } else {
        line.ask(ask.data);
      }
    }

    function news(text: string): void {
      const told = parse(text, (value) => LineNews.safeParse(value))?.data;
      if (told?.t === "removed") {
        known.forget(serverId);
        void removed();
      }
      if (told?.t !== "replaced") return;
      heard = Math.max(heard, told.since);
      if (since === undefined || over || (told.since === since && told.hub === hubId)) return;
      // The newer of two stays, told alike on both sides, so that two at once do not end each other.
      if (told.since > since || (told.since === since && told.hub > hubId)) leaveToNewer(line);
      // The older one began to listen after it was told: told again, or both would stay.
      else void tell(since);
    }

    /**
     * By the store's word alone: news of an earlier removal, come late or again, must not end it for good. While the
     * store can not be asked the agent stays, and its next heartbeat asks again. One look at a time, however often
     * it is said.
     */
    async function removed(): Promise<void> {
      rumoured = true;
      if (judging) return;
      judging = true;
      try {
        while (rumoured && !over) {
          rumoured = false;
          if ((await servers.byId(serverId)) === undefined) {
            known.forget(serverId);
            return line.leave("never", "removed", "the server was removed");
          }
        }
      } catch (error) {
        rumoured = true;
        log.debug("removal.unread", { serverId, error });
      } finally {
        judging = false;
      }
    }

    const tell = (mine: number): Promise<void> =>
      quietly(
        "line.untold",
        serverId,
        broker.publish(lineChannel(serverId), JSON.stringify({ t: "replaced", since: mine, hub: hubId })),
      );

    /**
     * Connections of one server are told apart, and ordered, by `since`: later than any connection known of, also
     * when two come in one millisecond or another hub's clock is ahead.
     */
    async function placed(): Promise<number> {
      let known: number | undefined;
      try {
        known = (await presence.get([serverId])).get(serverId)?.since;
      } catch (error) {
        // Without the board the clock decides, and each connection's news to the others.
        log.debug("presence.unread", { serverId, error });
      }
      lastSince = Math.max(clock.now(), lastSince + 1, heard + 1, (known ?? 0) + 1);
      return lastSince;
    }

    /** One at a time: while the board is slow, later states wait for the next heartbeat instead of piling up. */
    async function put(): Promise<void> {
      if (putting !== undefined || over) return;
      putting = quietly("presence.unwritten", serverId, presence.put({ ...state }));
      await putting;
      putting = undefined;
      // It ended while the entry was on its way: take it away again, or it would outlive the connection.
      if (over) await quietly("presence.unwritten", serverId, presence.remove(serverId, hubId, state.since));
    }

    const subscriptions = await Promise.allSettled([
      broker.subscribe(askChannel(serverId), asks),
      broker.subscribe(lineChannel(serverId), news),
    ]);
    since = await placed();
    const state: Presence = {
      serverId,
      hub: hubId,
      since,
      lastHeartbeat: clock.now(),
      protocol: agent.protocol,
      latencyMs: null,
      skewMs: agent.clock - clock.now(),
      facts: agent.facts,
    };
    async function gone(): Promise<void> {
      if (over) return;
      over = true;
      if (held.get(serverId) === entry) held.delete(serverId);
      const closing = subscriptions.flatMap((s) => (s.status === "fulfilled" ? [s.value.close()] : []));
      await Promise.all([
        ...closing.map((work) => quietly("subscription.unclosed", serverId, work)),
        // Of a hub that stops the entry stays until another hub's takes its place, or time ends it: the agent is on
        // its way there, not offline.
        handingOver
          ? undefined
          : quietly("presence.unwritten", serverId, presence.remove(serverId, hubId, state.since)),
        // At once, so that "offline since" is true for whoever asks next.
        seen.flush(),
      ]);
      log.info("agent.disconnected", { serverId });
    }
    async function refresh(): Promise<void> {
      while (putting !== undefined) await putting;
      await put();
    }
    const entry: Held = { since: state.since, line, refresh, gone };

    try {
      for (const s of subscriptions) if (s.status === "rejected") throw s.reason;
      // Looked up again now that removal would be heard: one that came in between must not leave it connected.
      const { record, fresh } = await known.look(serverId);
      // From memory, since the store is away: asked again with each heartbeat until it has answered.
      if (!fresh) rumoured = true;
      if (!record)
        throw new Fault("SERVER_UNKNOWN", "the server was removed", { values: { server: serverId } });
      const before = held.get(serverId);
      if (before && before.since > state.since) throw new Fault("AGENT_BUSY", REPLACED);
      held.set(serverId, entry);
      if (before) leaveToNewer(before.line);
      seen.mark(serverId);
      // Most come back as they went: a thousand that reconnect would be a thousand writes that change nothing.
      const changed = JSON.stringify(record.facts) !== JSON.stringify(agent.facts);
      const facts = changed ? servers.setFacts(serverId, agent.facts, clock.now()) : Promise.resolve();
      await Promise.all([put(), quietly("facts.unwritten", serverId, facts), tell(state.since)]);
      log.info("agent.connected", { serverId, version: agent.facts.version, protocol: agent.protocol });

      const online: OnlineAgent = {
        name: record.name,
        heartbeat(agentClock) {
          if (over) return;
          const now = clock.now();
          state.lastHeartbeat = now;
          state.skewMs = agentClock - now;
          seen.mark(serverId);
          known.still(serverId);
          if (rumoured) void removed();
          void put();
          const beat = JSON.stringify({ at: now, latencyMs: state.latencyMs, skewMs: state.skewMs });
          void quietly("heartbeat.unsent", serverId, broker.publish(heartbeatChannel(serverId), beat));
        },
        latency(ms) {
          const first = state.latencyMs === null;
          state.latencyMs = ms;
          if (first) void put();
        },
        answered(answer) {
          const to = asked.take(answer.id);
          if (over || typeof to === "string") {
            metrics.count("answers_dropped", { reason: to === "late" ? "late" : "unasked" });
            return false;
          }
          const text = written(answer);
          if (text === undefined) {
            metrics.count("answers_dropped", { reason: "malformed" });
            return false;
          }
          void quietly("answer.unsent", serverId, broker.publish(to.replyTo, text));
          return true;
        },
        samples: (line) => parts.history?.open(serverId, line, () => state.skewMs),
        told: async (event) => !over && (await parts.events?.take(serverId, event)) === true,
        gone,
      };
      return online;
    } catch (error) {
      await gone();
      throw error;
    }
  };

  return {
    hubKey: parts.hubKey,
    async admit(candidate, paired) {
      if (!candidate.pair) return withoutWaiting(await parts.enrolment.admit(candidate));
      const { serverId } = candidate;
      // Stands before the code can be seen, so that the signal can not come too early.
      const subscription = await broker.subscribe(pairedChannel(serverId), paired);
      let kept = false;
      try {
        const admission = await parts.enrolment.admit(candidate);
        if (admission.kind !== "waiting") return admission;
        kept = true;
        let stopped = false;
        return {
          ...admission,
          async stop() {
            if (stopped) return;
            stopped = true;
            await Promise.all([
              quietly("code.undropped", serverId, parts.enrolment.withdraw(candidate.pairingCode)),
              quietly("subscription.unclosed", serverId, subscription.close()),
            ]);
          },
        };
      } finally {
        if (!kept) await quietly("subscription.unclosed", serverId, subscription.close());
      }
    },
    connected,
    size: () => held.size,
    stopping() {
      handingOver = true;
    },
    async close() {
      endRestored();
      round += 1;
      const leaving = [...held.values()];
      for (const { line } of leaving) line.leave("soon", "stopping", "the hub is stopping");
      await Promise.all(leaving.map((entry) => entry.gone()));
      await seen.close();
    },
  };
}

function withoutWaiting<A extends { kind: string }>(admission: A): Exclude<A, { kind: "waiting" }> {
  if (admission.kind === "waiting") throw new Fault("INTERNAL", "made to wait without having asked for it");
  return admission as Exclude<A, { kind: "waiting" }>;
}

function parse<T>(text: string, read: (value: unknown) => T): T | undefined {
  try {
    return read(JSON.parse(text));
  } catch {
    // Not JSON: nothing a hub sends. The caller counts or passes over it.
    return undefined;
  }
}

/** Undefined for what parses but is nested too deeply to be written again: hostile, and no reason to fall over. */
function written(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    // RangeError of the call stack; the caller counts it.
    return undefined;
  }
}
