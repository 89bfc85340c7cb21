/** The connections of a hub to Redis: two to each server that keeps slots, made again whenever one of them is lost. */
import type { Clock, Log, Metrics } from "../../../core/ports/process.ts";
import { createJoined, type Joined } from "./joined.ts";
import type { Endpoint } from "./place.ts";
import { SLOTS } from "./slot.ts";
import type { View, Views } from "./view.ts";
import { unavailable, type Wire, type WireOptions } from "./wire.ts";

/** How often servers that may take each other's place are asked who they are; ms. */
const LOOK_MS = 1_000;
/** The wait before a try after a failed one: doubled each time up to the most, and by chance between half and all of it; ms. */
const FIRST_WAIT_MS = 50;
const MOST_WAIT_MS = 500;
/** Lost again sooner than this, it is tried again as after a failure; ms. */
const STEADY_MS = 1_000;

export interface ConnectionsParts {
  views: Views;
  /** Every channel that somebody on this hub listens to. */
  wanted: { has(channel: string): boolean; keys(): Iterable<string>; slotOf(channel: string): number };
  open(options: Pick<WireOptions, "at" | "lost" | "heard">): Promise<Wire>;
  /** Makes sure that the server may be written to: after a failover the one before may still take connections. */
  writable(wire: Wire): Promise<void>;
  heard(channel: string, message: string): void;
  clock: Clock;
  /** From 0 to below 1. */
  random(): number;
  log: Log;
  metrics: Metrics;
}

export interface Connections {
  /** Sends a command to whichever server keeps the slot. Fault BROKER_UNAVAILABLE at once while that one is away. */
  call(slot: number, args: string[]): Promise<unknown>;
  /** Where the slot's channels are joined; undefined while that server is away. */
  joined(slot: number): Joined | undefined;
  /** Resolves when all servers answer. */
  check(): Promise<void>;
  /** Calls `run` each time all stands again. */
  restored(run: () => void): () => void;
  close(): Promise<void>;
}

interface Node {
  at: Endpoint;
  owns(slot: number): boolean;
  publishing: Wire | undefined;
  joined: Joined | undefined;
  /** False while channels that belong here may not be joined yet. */
  settled: boolean;
}

/** Makes the connections; resolves when they stand, or when the first try has failed: then it goes on by itself. */
export async function openConnections(parts: ConnectionsParts): Promise<Connections> {
  const { views, wanted, clock, log, metrics } = parts;
  const listeners = new Set<() => void>();
  let nodes: Node[] = [];
  let owners: Array<Node | undefined> = [];
  let current: View | undefined;
  /** Why not all stands; undefined when it does. */
  let away: { error: unknown } | undefined = { error: undefined };
  let told = false;
  /** A view older than ours was seen, or a server says that a slot is elsewhere: everybody is asked. */
  let doubt = false;
  let closed = false;
  let asking: Promise<View> | undefined;
  let bell = Promise.withResolvers<void>();

  const ring = (): void => bell.resolve();
  const pause = (ms: number) => {
    let stop = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      stop = clock.after(ms, resolve);
    });
    return { over, stop: () => stop() };
  };

  function wentAway(error: unknown): void {
    away = { error };
    if (!told && !closed) {
      told = true;
      metrics.count("broker_losses");
      log.warn("broker.away", { error });
    }
  }
  function cameBack(): void {
    away = undefined;
    if (!told) return;
    told = false;
    log.info("broker.restored", { servers: nodes.length });
    for (const run of [...listeners]) {
      try {
        run();
      } catch (error) {
        // Listeners must not throw; one that does may not keep it from the others, nor undo what stands.
        log.error("broker.listener_threw", { error });
      }
    }
  }
  function lost(error: unknown): void {
    wentAway(error);
    ring();
  }

  function drop(node: Node): void {
    node.publishing?.drop();
    node.joined?.wire.drop();
  }

  /** Takes a view over: connections to servers that keep nothing any more end, the others stay. */
  function take(view: View): void {
    if (JSON.stringify(view.nodes) === JSON.stringify(current?.nodes)) return;
    if (current !== undefined) wentAway(unavailable("Redis servers have changed places"));
    current = view;
    const before = nodes;
    nodes = view.nodes.map(({ at, slots }) => {
      const same = before.find((node) => node.at.host === at.host && node.at.port === at.port);
      const node: Node = same ?? {
        at,
        owns: () => false,
        publishing: undefined,
        joined: undefined,
        settled: false,
      };
      node.settled = false;
      node.owns = (slot) => slots.some(([from, to]) => slot >= from && slot <= to);
      return node;
    });
    owners = Array.from({ length: SLOTS }, (_, slot) => nodes.find((node) => node.owns(slot)));
    for (const node of before) if (!nodes.includes(node)) drop(node);
    // What is joined on one and belongs to another now is parted from; a connection lost meanwhile needs it no more.
    for (const { joined } of nodes)
      for (const channel of joined?.channels() ?? []) joined?.look(channel).catch(() => undefined);
  }

  async function connect(node: Node): Promise<void> {
    const { at } = node;
    const publishing = async () => {
      if (node.publishing?.alive) return;
      const wire = await parts.open({ at, lost, heard: () => undefined });
      try {
        await parts.writable(wire);
      } catch (error) {
        wire.drop();
        throw error;
      }
      node.publishing = wire;
    };
    const subscribing = async () => {
      if (!node.joined?.wire.alive) {
        const wire = await parts.open({ at, lost, heard: parts.heard });
        const mine = (channel: string) => wanted.has(channel) && node.owns(wanted.slotOf(channel));
        node.joined = createJoined(wire, mine);
        node.settled = false;
      }
      const joined = node.joined;
      if (node.settled) return;
      const missing = [...wanted.keys()].filter(
        (channel) => node.owns(wanted.slotOf(channel)) && !joined.has(channel),
      );
      await Promise.all(missing.map((channel) => joined.look(channel)));
      node.settled = true;
    };
    const failed = (await Promise.allSettled([publishing(), subscribing()])).find(
      (one) => one.status === "rejected",
    );
    // Its slots may have been another's by the time it was reached: nothing else would ever end what was just opened.
    if (closed || !nodes.includes(node)) drop(node);
    if (failed !== undefined) throw failed.reason;
  }

  const stands = (node: Node): boolean =>
    node.publishing?.alive === true && node.joined?.wire.alive === true && !closed;

  /** One at a time: many may have learned at once that a slot has moved. */
  function everybody(): Promise<View> {
    asking ??= views.look(true).finally(() => {
      asking = undefined;
    });
    return asking;
  }

  /** Brings all to what it should be; rejects with the reason why it is not. */
  async function settle(): Promise<void> {
    const afresh = away !== undefined || doubt;
    let view: View | undefined;
    try {
      view = await (afresh ? everybody() : views.look(false));
    } catch (error) {
      // Nobody tells who is who, but all that we know of stands: no reason to give it up.
      if (away !== undefined) throw error;
      log.debug("broker.unlooked", { error });
    }
    doubt = view !== undefined && !afresh && current !== undefined && view.epoch < current.epoch;
    if (view !== undefined && !doubt) take(view);
    const tries = await Promise.allSettled(nodes.map(connect));
    const failed = tries.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    if (!nodes.every(stands)) throw unavailable("a connection to Redis was lost at once");
    if (owners.includes(undefined)) throw unavailable("the Cluster has slots that nobody keeps");
  }

  async function keep(tried: () => void): Promise<void> {
    let misses = 0;
    while (!closed) {
      bell = Promise.withResolvers();
      let wait: number | undefined;
      const began = clock.monotonic();
      try {
        await settle();
        if (away !== undefined) cameBack();
        tried();
        if (doubt) ring();
        const next = pause(views.changing ? LOOK_MS : 3_600_000);
        await Promise.race([bell.promise, next.over]);
        next.stop();
        if (doubt || away === undefined || clock.monotonic() - began > STEADY_MS) misses = 0;
        else wait = backoff(misses++);
      } catch (error) {
        wentAway(error);
        tried();
        wait = backoff(misses++);
      }
      if (wait === undefined || closed) continue;
      const next = pause(wait);
      await Promise.race([next.over, ending.promise]);
      next.stop();
    }
  }
  const backoff = (misses: number): number =>
    Math.min(FIRST_WAIT_MS * 2 ** misses, MOST_WAIT_MS) * (0.5 + parts.random() / 2);

  const ending = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  const keeping = keep(first.resolve);
  await first.promise;

  function publishing(slot: number): Wire {
    const wire = owners[slot]?.publishing;
    if (closed) throw unavailable("the broker is closed");
    if (wire?.alive !== true) throw unavailable("Redis is away", away?.error);
    return wire;
  }

  return {
    async call(slot, args) {
      try {
        return await publishing(slot).call(args);
      } catch (error) {
        if (!moved(error)) throw error;
        // Not done there: it may be sent once more, to where the slot is now.
        doubt = true;
        ring();
        take(await everybody());
        return publishing(slot).call(args);
      }
    },
    joined(slot) {
      const joined = owners[slot]?.joined;
      return joined?.wire.alive === true && !closed ? joined : undefined;
    },
    async check() {
      if (away !== undefined || closed)
        throw unavailable(closed ? "the broker is closed" : "Redis is away", away?.error);
      await Promise.all(nodes.map((node) => node.publishing?.call(["PING"])));
    },
    restored(run) {
      listeners.add(run);
      return () => void listeners.delete(run);
    },
    async close() {
      if (closed) return;
      closed = true;
      ring();
      ending.resolve();
      const end = () => {
        for (const node of nodes) drop(node);
        views.close();
      };
      end();
      // What is being opened just now ends as soon as it is; nobody has to wait for that.
      void keeping.then(end);
    },
  };
}

function moved(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && cause.message.startsWith("MOVED ");
}
