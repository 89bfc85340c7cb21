/** What the tests here stand on: a clock turned by hand, an inbox in memory, a log and figures that can be read. */
import type { ChatHandler, Clock, Inbox, Incoming, Log, Metrics } from "../../core/ports.ts";

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

/** Keeps what it is given as a store would, over "restarts" of those who use it. `broken`: rejects. */
export function memoryInbox(): Inbox & { broken: boolean; open(): number[] } {
  const kept = new Map<number, { body: unknown; done: boolean }>();
  const inbox = {
    broken: false,
    open: () => [...kept].filter(([, { done }]) => !done).map(([id]) => id),
    async take(updates: ReadonlyArray<{ id: number; body: unknown }>) {
      if (inbox.broken) throw new Error("the store is away");
      const fresh = updates.filter(({ id }) => !kept.has(id));
      for (const { id, body } of fresh) kept.set(id, { body, done: false });
      return fresh;
    },
    async done(id: number) {
      const one = kept.get(id);
      if (one) one.done = true;
    },
    async unfinished() {
      return [...kept].filter(([, { done }]) => !done).map(([id, { body }]) => ({ id, body }));
    },
    async sweep() {},
  };
  return inbox;
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
