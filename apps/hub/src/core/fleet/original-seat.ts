/**
 * One agent of the Go original at this hub: its polls, and its place among connected agents.
 *
 * It is connected like any agent, through the door, while it polls or shows signs of life. Behind a balancer its next
 * poll may come to another hub: that one connects it anew, this one is told so and publishes again what it had not
 * handed out. Copies of an ask do no harm: each is handed out by one claim (claims.ts). A reply that comes to a hub
 * which did not hand out its ask is passed on over `original:<serverId>`.
 */
import {
  type AgentFacts,
  type Ask,
  Fault,
  HEARTBEAT_MS,
  MESSAGE_VERSION,
  ORIGINAL_PROTOCOL,
  type OriginalCommand,
  signAnswer,
} from "@servereye/contract";
import type { Broker, Subscription } from "../ports/broker.ts";
import type { Clock, Log, Metrics } from "../ports/process.ts";
import { askChannel } from "./channels.ts";
import type { Claims } from "./claims.ts";
import type { AgentDoor, AgentLine, OnlineAgent } from "./door.ts";
import { faultAnswer, type OriginalAnswer, originalAnswer, unknownToOriginals } from "./original-answer.ts";
import { createOriginalAsks, MOST_WAITING, type OriginalItem } from "./original-asks.ts";
import type { HandedOut, KnownOriginal, OriginalReplied } from "./original-door.ts";

export interface SeatParts {
  door: Pick<AgentDoor, "connected">;
  broker: Broker;
  claims: Claims;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  commands: ReadonlyMap<string, OriginalCommand>;
  factsOf(serverId: string): Promise<AgentFacts>;
  /** Whether a hub of ours signed it. Never rejects. */
  hubAsked(serverId: string, ask: Ask): Promise<boolean>;
  /** Called when nothing is left of it. */
  left(): void;
}

export interface Seat {
  poll(waitMs: number, signal: AbortSignal): Promise<HandedOut | undefined>;
  /** True when it was asked here. */
  replied(reply: OriginalReplied): Promise<boolean>;
  /** True when the agent is online here. */
  alive(): boolean;
  /** What came over `original:<serverId>`, sent at `at` (epoch ms, the other hub's clock). */
  passedOn(reply: OriginalReplied | undefined, at: number): void;
  /** The facts have changed: it is connected anew with the next poll. */
  renewed(): Promise<void>;
  online(): boolean;
  close(): Promise<void>;
}

/** So long without a poll or another sign of life is offline, ms. Agents pause 5 s after an error. */
export const GRACE_MS = 45_000;
/** A sign of life that another hub passed on counts so long, ms: more than hubs' clocks differ. */
const FRESH_MS = 30_000;
/** A seat without an agent is kept so long for replies that come late to it, ms. */
const EMPTY_MS = 60_000;
/** Polls of one agent that wait at once: it has one, and those whose end was not noticed yet. */
const MOST_POLLS = 8;

interface Session {
  agent: OnlineAgent | undefined;
  over: boolean;
}

interface Item extends OriginalItem {
  /** The connection it came over. */
  via: Session;
}

export function createSeat(known: KnownOriginal, parts: SeatParts, subscription: Subscription): Seat {
  const { broker, claims, clock, log, metrics } = parts;
  const { serverId, key } = known;
  const drop = (reason: string) => metrics.count("original_asks_dropped", { reason });
  const asks = createOriginalAsks<Item>(clock, () => drop("expired"));
  /** The newest last: it is the likeliest to be alive. */
  const polls: Array<(handed: Item | undefined) => void> = [];
  let session: Session | undefined;
  let opening: Promise<void> | undefined;
  let claiming = 0;
  let lastSign = clock.monotonic();
  let skewMs = 0;
  let closed = false;
  let stopTimer = (): void => {};

  async function open(): Promise<void> {
    const mine: Session = { agent: undefined, over: false };
    const line: AgentLine = {
      ask: (ask) => void received(ask, mine),
      leave: (_again, why) => void ended(mine, why === "removed" ? "drop" : "pass on"),
    };
    const facts = await parts.factsOf(serverId);
    session = mine;
    try {
      const agent = await parts.door.connected(
        { serverId, facts, protocol: ORIGINAL_PROTOCOL, clock: clock.now() + skewMs },
        line,
      );
      mine.agent = agent;
      // It was told to leave while it came in.
      if (mine.over) await agent.gone();
    } catch (error) {
      await ended(mine, "pass on");
      throw error;
    }
  }

  /** This place is no more the agent's. Polls that wait stay: they would only come again at once. */
  async function ended(which: Session, rest: "drop" | "pass on"): Promise<void> {
    if (which.over) return;
    which.over = true;
    if (session === which) session = undefined;
    await which.agent?.gone();
    const left = asks.drain();
    if (rest === "pass on") await Promise.all(left.map(passOn));
    else for (const _ of left) drop("removed");
  }

  /** To whichever hub has the agent now. Its signature and id are the asker's own: published again it is the same ask. */
  async function passOn({ ask, release }: Pick<Item, "ask" | "release">): Promise<void> {
    await release?.();
    try {
      const heard = await broker.publish(askChannel(serverId), JSON.stringify(ask));
      if (heard === 0) drop("nobody");
    } catch (error) {
      drop("nobody");
      log.debug("original.ask_lost", { serverId, error });
    }
  }

  /** The agent can not see who asks: what our own agents check of an ask is checked here for it. */
  async function received(ask: Ask, via: Session): Promise<void> {
    if (!(await parts.hubAsked(serverId, ask))) return drop("forged");
    // Its connection ended while that was checked, and what waited has been passed on already.
    if (via.over) return passOn({ ask, release: undefined });
    const command = parts.commands.get(ask.type);
    if (command === undefined) {
      void send({ ask, via }, faultAnswer(unknownToOriginals(ask.type)));
    } else if (asks.add({ ask, command, via, release: undefined })) {
      pump();
    } else {
      drop("full");
      const fault = new Fault("AGENT_BUSY", "too much waits for the agent's next poll", {
        values: { limit: MOST_WAITING },
      });
      void send({ ask, via }, faultAnswer(fault));
    }
  }

  /** Claims for polls that wait, one each. */
  function pump(): void {
    while (session !== undefined && claiming < polls.length) {
      const item = asks.next();
      if (item === undefined) return;
      if (item.release) hand(item);
      else void claim(item);
    }
  }

  async function claim(item: Item): Promise<void> {
    claiming += 1;
    const release = await claims.claim(item.ask);
    claiming -= 1;
    if (release === undefined) drop("elsewhere");
    else if (item.ask.expires <= clock.now()) drop("expired");
    else {
      item.release = release;
      if (session === undefined) await passOn(item);
      else if (polls.length > 0) hand(item);
      else asks.back(item);
    }
    pump();
  }

  function hand(item: Item): void {
    asks.handed(item);
    polls.at(-1)?.(item);
  }

  async function send({ ask, via }: { ask: Ask; via: Session }, answer: OriginalAnswer): Promise<void> {
    try {
      const body = { id: ask.id, ...answer, timestamp: clock.now(), version: MESSAGE_VERSION } as const;
      const signed = await signAnswer(key, serverId, body);
      // The connection it came over knows that it was asked; when that is another hub's now, the answer goes by itself.
      if (via.over || via.agent?.answered(signed) !== true)
        await broker.publish(ask.replyTo, JSON.stringify(signed));
    } catch (error) {
      // The person is told that no answer came; the broker tells of itself elsewhere.
      metrics.count("original_replies_dropped", { reason: "unsent" });
      log.debug("original.reply_unsent", { serverId, error });
    }
  }

  async function answer(item: Item, reply: OriginalReplied): Promise<void> {
    if (reply.at !== undefined) skewMs = reply.at - clock.now();
    await send(item, originalAnswer(item, reply, clock.now()));
  }

  function sign(): void {
    lastSign = clock.monotonic();
  }

  function tick(): void {
    asks.sweep();
    const silent = clock.monotonic() - lastSign;
    if (session !== undefined) {
      if (polls.length > 0 || silent < GRACE_MS) session.agent?.heartbeat(clock.now() + skewMs);
      else void ended(session, "pass on");
    }
    const empty = session === undefined && opening === undefined && polls.length === 0 && asks.open() === 0;
    if (empty && silent >= EMPTY_MS) void close();
    else stopTimer = clock.after(HEARTBEAT_MS, tick);
  }
  stopTimer = clock.after(HEARTBEAT_MS, tick);

  async function close(): Promise<void> {
    if (closed) return;
    closed = true;
    stopTimer();
    for (const poll of [...polls]) poll(undefined);
    if (session !== undefined) await ended(session, "pass on");
    parts.left();
    try {
      await subscription.close();
    } catch (error) {
      // Nothing listens on it any more; the broker drops it with the connection.
      log.debug("subscription.unclosed", { serverId, error });
    }
  }

  async function admitted(): Promise<void> {
    opening ??= open().finally(() => {
      opening = undefined;
    });
    await opening;
  }

  return {
    async poll(waitMs, signal) {
      sign();
      if (session?.agent === undefined) await admitted();
      if (signal.aborted || closed) return undefined;
      const { promise, resolve } = Promise.withResolvers<Item | undefined>();
      const settle = (item: Item | undefined): void => {
        const at = polls.indexOf(settle);
        if (at < 0) return;
        polls.splice(at, 1);
        stopWaiting();
        signal.removeEventListener("abort", abandon);
        sign();
        resolve(item);
      };
      const abandon = (): void => settle(undefined);
      const stopWaiting = clock.after(waitMs, abandon);
      signal.addEventListener("abort", abandon);
      polls.push(settle);
      if (polls.length > MOST_POLLS) polls[0]?.(undefined);
      pump();
      const item = await promise;
      if (item === undefined) return undefined;
      const { id, timestamp, payload } = item.ask;
      return { id, type: item.command.type, timestamp, payload: item.command.payload(payload) };
    },
    async replied(reply) {
      sign();
      const item = asks.answered(reply.ids);
      if (item === undefined) return false;
      if (item === "late") metrics.count("original_replies_dropped", { reason: "late" });
      else await answer(item, reply);
      return true;
    },
    alive() {
      sign();
      return session !== undefined;
    },
    passedOn(reply, at) {
      // An old one that somebody puts back keeps nobody online.
      if (Math.abs(clock.now() - at) < FRESH_MS) sign();
      const item = reply === undefined ? undefined : asks.answered(reply.ids);
      if (reply !== undefined && typeof item === "object") void answer(item, reply);
    },
    async renewed() {
      const current = session;
      if (current?.agent === undefined) return;
      await current.agent.gone();
      if (session === current) session = undefined;
      current.over = true;
      if (polls.length > 0) await admitted();
    },
    online: () => session?.agent !== undefined && !session.over,
    close,
  };
}
