/** Agents of the Go original at this hub: a seat for each, and the way of what they send to the hub that waits for it. */
import {
  type AgentFacts,
  type Ask,
  ORIGINAL_RUNTIME,
  type OriginalCommand,
  type Verify,
  verifyAsk,
} from "@servereye/contract";
import * as z from "zod/mini";
import type { Broker } from "../ports/broker.ts";
import type { Clock, Log, Metrics } from "../ports/process.ts";
import type { Servers } from "../ports/servers.ts";
import { originalChannel } from "./channels.ts";
import type { Claims } from "./claims.ts";
import type { AgentDoor } from "./door.ts";
import type { KnownOriginal, OriginalFacts, OriginalReplied, Originals } from "./original-door.ts";
import { createSeat, type Seat } from "./original-seat.ts";

export interface OriginalsParts {
  door: Pick<AgentDoor, "connected" | "hubKey">;
  broker: Broker;
  claims: Claims;
  servers: Pick<Servers, "byId" | "setFacts">;
  hubId: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Makes the verifier of a public key. */
  verifierFor(publicKey: Uint8Array<ArrayBuffer>): Promise<Verify>;
  /** What such agents can be asked. */
  commands: readonly OriginalCommand[];
}

/** One hub to the others: a reply to what another handed out, or a sign of life without one. */
const Passed = z.object({
  hub: z.string(),
  /** Epoch ms. */
  at: z.int(),
  reply: z.optional(
    z.object({
      ids: z.array(z.string()),
      type: z.string(),
      payload: z.unknown(),
      at: z.optional(z.number()),
    }),
  ),
});

export function createOriginals(parts: OriginalsParts): Originals {
  const { broker, clock, hubId, log, metrics, servers } = parts;
  const commands = new Map(parts.commands.map((command) => [command.command, command]));
  const seats = new Map<string, Promise<Seat>>();
  const taken = new Map<string, Seat>();
  let closed = false;
  const online = (): number => [...taken.values()].filter((seat) => seat.online()).length;
  metrics.gauge("original_agents_connected", "Agents of the Go original connected to this hub.", online);

  const verifier = parts.verifierFor(parts.door.hubKey.publicKey);
  async function hubAsked(serverId: string, ask: Ask): Promise<boolean> {
    try {
      return await verifyAsk(await verifier, serverId, ask);
    } catch {
      // A signature of the right length that the system's cryptography will not even look at is a wrong one.
      return false;
    }
  }

  /** What is known of it, and what such an agent can be asked by this hub. */
  async function factsOf(serverId: string): Promise<AgentFacts> {
    const kept = (await servers.byId(serverId))?.facts;
    const none = { version: "", os: "", hostname: "" };
    return factsWith(kept?.runtime === ORIGINAL_RUNTIME ? factsOfIts(kept) : none);
  }

  const factsWith = (facts: OriginalFacts): AgentFacts => ({
    ...facts,
    runtime: ORIGINAL_RUNTIME,
    arch: "",
    bootId: "",
    allow: [],
    commands: [...commands.keys()],
  });

  async function seatOf(agent: KnownOriginal): Promise<Seat> {
    const { serverId } = agent;
    const there = seats.get(serverId);
    if (there !== undefined) return there;
    const taking = take(agent);
    seats.set(serverId, taking);
    try {
      return await taking;
    } catch (error) {
      if (seats.get(serverId) === taking) seats.delete(serverId);
      throw error;
    }
  }

  async function take(agent: KnownOriginal): Promise<Seat> {
    const { serverId } = agent;
    // Stands before anything is handed out, so that no reply comes too early.
    const subscription = await broker.subscribe(originalChannel(serverId), (text) => {
      const passed = parsed(text);
      if (passed === undefined) metrics.count("original_replies_dropped", { reason: "malformed" });
      else if (passed.hub !== hubId) {
        const { reply } = passed;
        taken.get(serverId)?.passedOn(reply && { ...reply, at: reply.at }, passed.at);
      }
    });
    const seat = createSeat(
      agent,
      {
        ...parts,
        commands,
        factsOf,
        hubAsked,
        left() {
          taken.delete(serverId);
          seats.delete(serverId);
        },
      },
      subscription,
    );
    taken.set(serverId, seat);
    return seat;
  }

  /** To all other hubs that have a seat for it; gives how many these are. */
  async function passOn(serverId: string, reply?: OriginalReplied): Promise<number> {
    const text = JSON.stringify({ hub: hubId, at: clock.now(), ...(reply ? { reply } : {}) });
    const heard = await broker.publish(originalChannel(serverId), text);
    return heard - (taken.has(serverId) ? 1 : 0);
  }

  return {
    async poll(agent, waitMs, signal) {
      if (closed) return undefined;
      return (await seatOf(agent)).poll(waitMs, signal);
    },
    async replied(agent, reply) {
      if (await taken.get(agent.serverId)?.replied(reply)) return;
      if ((await passOn(agent.serverId, reply)) > 0) return;
      metrics.count("original_replies_dropped", { reason: "unasked" });
    },
    async alive({ serverId }) {
      if (taken.get(serverId)?.alive()) return;
      try {
        await passOn(serverId);
      } catch (error) {
        // The next one comes in half a minute; polls are signs of life too.
        log.debug("original.heartbeat_lost", { serverId, error });
      }
    },
    async told({ serverId }, told) {
      const before = (await servers.byId(serverId))?.facts;
      // Some tell their key alone, each time but the first: what was known of it stays.
      const facts = factsWith(
        before?.runtime === ORIGINAL_RUNTIME ? { ...factsOfIts(before), ...said(told) } : told,
      );
      if (before !== null && before !== undefined && same(before, facts)) return;
      await servers.setFacts(serverId, facts, clock.now());
      await taken.get(serverId)?.renewed();
    },
    size: online,
    async close() {
      closed = true;
      await Promise.all([...taken.values()].map((seat) => seat.close()));
    },
  };
}

const factsOfIts = ({ version, os, hostname }: AgentFacts): OriginalFacts => ({ version, os, hostname });

/** What is not empty of it. */
const said = (told: OriginalFacts): Partial<OriginalFacts> =>
  Object.fromEntries(Object.entries(told).filter(([, text]) => text !== ""));

const same = (a: AgentFacts, b: AgentFacts): boolean =>
  a.runtime === b.runtime && a.version === b.version && a.os === b.os && a.hostname === b.hostname;

function parsed(text: string): z.infer<typeof Passed> | undefined {
  try {
    return Passed.safeParse(JSON.parse(text)).data;
  } catch {
    // Not JSON: nothing a hub sends; the caller counts it.
    return undefined;
  }
}
