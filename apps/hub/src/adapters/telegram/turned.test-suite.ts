/** What the tests here stand on: a clock turned by hand, an inbox in memory, a log and figures that can be read. */
import type { ChatHandler, Incoming } from "../../core/ports/chat.ts";
import type { Leases, Membership } from "../../core/ports/hubs.ts";
import type { Inbox, KeptUpdate, NewUpdate } from "../../core/ports/inbox.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";

export interface TurnedClock extends Clock {
  /** Turns it on by `ms`; whatever falls due happens in order, and what that leads to at once as well. */
  turn(ms: number): Promise<void>;
  /** Ms until each run that waits, soonest first. */
  waits(): number[];
}

/** Lets all that is ready to go on go on; no time passes. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 20; round++) await new Promise<void>((resolve) => setImmediate(resolve));
}

export function turnedClock(start = Date.UTC(2026, 0, 2, 3, 4, 5)): TurnedClock {
  let now = start;
  const planned = new Set<{ at: number; run: () => void }>();
  const soonest = () => [...planned].sort((a, b) => a.at - b.at);
  return {
    now: () => now,
    monotonic: () => now - start,
    after(ms, run) {
      const each = { at: now + ms, run };
      planned.add(each);
      return () => planned.delete(each);
    },
    async turn(ms) {
      const end = now + ms;
      await settle();
      for (let next = soonest()[0]; next !== undefined && next.at <= end; next = soonest()[0]) {
        planned.delete(next);
        now = Math.max(now, next.at);
        next.run();
        await settle();
      }
      now = end;
      await settle();
    },
    waits: () => soonest().map(({ at }) => at - now),
  };
}

export interface Logged {
  level: "debug" | "info" | "warn" | "error";
  event: string;
  fields: Record<string, unknown>;
}

export interface CollectedLog extends Log {
  lines: Logged[];
  events(level?: Logged["level"]): string[];
  /** Resolves once the event was logged `times` times in all. */
  until(event: string, times?: number): Promise<void>;
}

export function collectedLog(): CollectedLog {
  const lines: Logged[] = [];
  const waiting = new Set<() => void>();
  const at =
    (level: Logged["level"]) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      lines.push({ level, event, fields });
      for (const look of waiting) look();
    };
  return {
    lines,
    events: (level) =>
      lines.filter((line) => level === undefined || line.level === level).map(({ event }) => event),
    until: (event, times = 1) =>
      new Promise((resolve) => {
        const look = () => {
          if (lines.filter((line) => line.event === event).length < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}

export function collectedMetrics(): Metrics & {
  counted: Map<string, number>;
  gauges: Map<string, () => number>;
} {
  const counted = new Map<string, number>();
  const gauges = new Map<string, () => number>();
  return {
    counted,
    gauges,
    command() {},
    count(name, labels = {}, by = 1) {
      const key = [name, ...Object.values(labels)].join(" ");
      counted.set(key, (counted.get(key) ?? 0) + by);
    },
    gauge(name, _help, read) {
      gauges.set(name, read);
    },
  };
}

/** Keeps what it is given as a store would, over "restarts" of those who use it, for one hub. `broken`: rejects. */
export function memoryInbox(): Inbox & {
  broken: boolean;
  open(): number[];
  tries(id: number, tries: number): void;
} {
  const kept = new Map<number, { update: KeptUpdate; done: boolean }>();
  const fail = () => {
    if (inbox.broken) throw new Error("the store is away");
  };
  const unfinished = (known: readonly number[]) =>
    [...kept.values()].filter(({ done, update }) => !done && !known.includes(update.id));
  const inbox = {
    broken: false,
    open: () => [...kept].filter(([, { done }]) => !done).map(([id]) => id),
    /** As if so many hubs had died with it. */
    tries(id: number, tries: number) {
      const one = kept.get(id);
      if (one) one.update = { ...one.update, tries, adopted: true };
    },
    async take(_hub: string, updates: readonly NewUpdate[]) {
      fail();
      const fresh = updates.filter(({ id }) => !kept.has(id));
      for (const update of fresh)
        kept.set(update.id, { update: { ...update, digest: "", tries: 1, adopted: false }, done: false });
      return fresh.flatMap(({ id }) => kept.get(id)?.update ?? []);
    },
    async waiting(hub: string, known: readonly number[]) {
      fail();
      return { own: unfinished(known).map(({ update }) => ({ ...update, owner: hub })), orphaned: [] };
    },
    async adopt() {
      return [];
    },
    async begin(_hub: string, { id }: { id: number }) {
      fail();
      const one = kept.get(id);
      if (one === undefined || one.done) return undefined;
      one.update = { ...one.update, tries: one.update.tries + 1 };
      return one.update.tries;
    },
    async done(id: number) {
      const one = kept.get(id);
      if (one) one.done = true;
    },
    async record(updates: readonly NewUpdate[]) {
      fail();
      for (const update of updates)
        kept.set(update.id, { update: { ...update, digest: "", tries: 1, adopted: false }, done: true });
    },
    async sweep() {},
  };
  return inbox;
}

/** Gives the lease to whoever asks, unless `holder` is somebody else. */
export function memoryLeases(): Leases & { holder: string | undefined; away: boolean } {
  let fence = 0;
  const leases = {
    holder: undefined as string | undefined,
    away: false,
    async take(_name: string, holder: string) {
      if (leases.away) throw new Error("the store is away");
      if (leases.holder !== undefined && leases.holder !== holder) return undefined;
      if (leases.holder === undefined) fence++;
      leases.holder = holder;
      return fence;
    },
    async release(_name: string, holder: string) {
      if (leases.holder === holder) leases.holder = undefined;
    },
  };
  return leases;
}

/** A hub's seat as a test wishes it; by itself alone and sure of it. */
export function givenMembership(hub = "hub"): Membership & {
  set(living: readonly string[], term?: number): void;
} {
  let living: readonly string[] = [hub];
  let term: number | undefined = 1;
  const listeners = new Set<() => void>();
  return {
    hub,
    living: () => living,
    term: () => term,
    changed(run) {
      listeners.add(run);
      return () => listeners.delete(run);
    },
    set(now, next) {
      living = now;
      term = next;
      for (const run of listeners) run();
    },
  };
}

/** What hubs of one test hear each other by. */
export function noBroker() {
  return {
    publish: async () => 0,
    subscribe: async () => ({ close: async () => {} }),
  };
}

/** A core that notes what comes in and does with it what the test says. */
export function notingHandler(
  act: (incoming: Incoming) => Promise<void> = async () => {},
): ChatHandler & { seen: Incoming[]; until(count: number): Promise<void> } {
  const seen: Incoming[] = [];
  const waiting: Array<{ count: number; resolve: () => void }> = [];
  return {
    seen,
    async handle(incoming) {
      seen.push(incoming);
      for (const { count, resolve } of waiting) if (seen.length >= count) resolve();
      await act(incoming);
    },
    until: (count) =>
      seen.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
  };
}

export function textOf(incoming: Incoming): string {
  return incoming.did.kind === "wrote" ? incoming.did.text : `pressed ${incoming.did.token}`;
}
