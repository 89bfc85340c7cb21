/** A clock that is turned by hand, counters that are read, and the few store ports these tests need. */
import { Fault, randomBytes, sha256, toBase64Url, toHex, utf8 } from "@servereye/contract";
import type { Chance, Clock, Log, Metrics } from "../ports/process.ts";
import type { ServerRecord, Ticket, WaitingAgent } from "../ports/servers.ts";
import type { AuditEntry, Store, StorePart } from "../ports/store.ts";

export interface TurnedClock extends Clock {
  /** Goes on by `ms`, running what falls due in order. */
  turn(ms: number): void;
  /** Timers that are armed. */
  armed(): number;
  /** Timers that ran so far. */
  ran(): number;
}

export function turnedClock(start = 1_700_000_000_000): TurnedClock {
  let now = start;
  let ran = 0;
  let order = 0;
  const timers = new Map<number, { at: number; run: () => void }>();
  return {
    now: () => now,
    monotonic: () => now - start,
    after(ms, run) {
      const id = order++;
      timers.set(id, { at: now + ms, run });
      return () => void timers.delete(id);
    },
    turn(ms) {
      const end = now + ms;
      for (;;) {
        const due = [...timers]
          .filter(([, t]) => t.at <= end)
          .sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        ran += 1;
        due[1].run();
      }
      now = end;
    },
    armed: () => timers.size,
    ran: () => ran,
  };
}

export const realChance: Chance = {
  uuid: () => crypto.randomUUID(),
  token: (bytes) => toBase64Url(randomBytes(bytes)),
};

export interface ReadMetrics extends Metrics {
  /** Sum of a counter, over the label sets that contain `labels`. */
  of(name: string, labels?: Record<string, string>): number;
  read(gauge: string): number | undefined;
  /** Resolves when the counter has come to `n`. */
  until(name: string, labels: Record<string, string>, n?: number): Promise<void>;
}

export function readMetrics(): ReadMetrics {
  const counts: Array<{ name: string; labels: Record<string, string>; by: number }> = [];
  const gauges = new Map<string, () => number>();
  const waiting = new Set<() => void>();
  const metrics: ReadMetrics = {
    command: () => {},
    count(name, labels = {}, by = 1) {
      counts.push({ name, labels, by });
      for (const look of [...waiting]) look();
    },
    gauge: (name, _help, read) => void gauges.set(name, read),
    of: (name, labels = {}) =>
      counts
        .filter((c) => c.name === name && Object.entries(labels).every(([k, v]) => c.labels[k] === v))
        .reduce((sum, c) => sum + c.by, 0),
    read: (name) => gauges.get(name)?.(),
    until: (name, labels, n = 1) =>
      new Promise((done) => {
        const look = () => {
          if (metrics.of(name, labels) < n) return;
          waiting.delete(look);
          done();
        };
        waiting.add(look);
        look();
      }),
  };
  return metrics;
}

export interface KeptLog extends Log {
  events: Array<{
    level: "debug" | "info" | "warn" | "error";
    event: string;
    fields: Record<string, unknown>;
  }>;
}

export function keptLog(): KeptLog {
  const events: KeptLog["events"] = [];
  const at =
    (level: "debug" | "info" | "warn" | "error") =>
    (event: string, fields: Record<string, unknown> = {}) =>
      void events.push({ level, event, fields });
  return { events, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export interface SmallStore extends Pick<Store, "servers" | "tickets" | "waiting" | "audit" | "together"> {
  audited: AuditEntry[];
  records: Map<string, ServerRecord & { owner: string }>;
  waitingAgents: Map<string, WaitingAgent>;
  /** While set, every call rejects with it. */
  broken: Fault | undefined;
  calls(name: string): number;
}

/** Servers, tickets, waiting agents and the audit log, kept in maps. What no test here uses rejects. */
export function smallStore(): SmallStore {
  const records: SmallStore["records"] = new Map();
  const tickets = new Map<string, Ticket & { expires: number; spent: boolean }>();
  const waitingAgents: SmallStore["waitingAgents"] = new Map();
  const audited: AuditEntry[] = [];
  const calls = new Map<string, number>();
  const digest = (secret: string) => sha256(utf8(secret)).then(toHex);
  const unused = async (): Promise<never> => {
    throw new Error("not part of this double");
  };
  const people: StorePart["people"] = {
    actor: unused,
    admit: unused,
    link: unused,
    byAccount: unused,
    accounts: unused,
    setLanguage: unused,
    setAdmin: unused,
    setName: unused,
    choose: unused,
    admins: unused,
    names: unused,
  };
  async function called(name: string): Promise<void> {
    calls.set(name, (calls.get(name) ?? 0) + 1);
    if (store.broken) throw store.broken;
  }
  const store: SmallStore = {
    audited,
    records,
    waitingAgents,
    broken: undefined,
    calls: (name) => calls.get(name) ?? 0,
    servers: {
      async byId(id) {
        await called("byId");
        return records.get(id);
      },
      async add({ id, name, region, publicKey, owner }) {
        await called("add");
        const there = records.get(id);
        if (there && there.owner !== owner) throw new Fault("NOT_ALLOWED", "another's");
        const record = there ?? { id, name, region, publicKey, owner, lastSeen: null, facts: null };
        records.set(id, record);
        return record;
      },
      async remove(id) {
        await called("remove");
        records.delete(id);
      },
      async seen(batch) {
        await called("seen");
        for (const { serverId, at } of batch) {
          const record = records.get(serverId);
          if (record) record.lastSeen = Math.max(record.lastSeen ?? 0, at);
        }
      },
      async setFacts(id, facts) {
        await called("setFacts");
        const record = records.get(id);
        if (record) record.facts = facts;
      },
      async keys(ids) {
        await called("keys");
        return new Map(
          ids.flatMap((id) => {
            const record = records.get(id);
            return record === undefined ? [] : [[id, record.publicKey] as const];
          }),
        );
      },
      rename: unused,
      members: unused,
      grant: unused,
      revoke: unused,
    },
    // Undone by nothing: what is kept wholly or not at all is the real store's to show.
    together: (run) =>
      run({ servers: store.servers, tickets: store.tickets, waiting: store.waiting, people }),
    tickets: {
      async issue(secret, ticket, expires) {
        await called("issue");
        tickets.set(await digest(secret), { ...ticket, expires, spent: false });
      },
      async redeem(kind, secret, now) {
        await called("redeem");
        const ticket = tickets.get(await digest(secret));
        if (!ticket || ticket.spent || ticket.kind !== kind || ticket.expires <= now) return undefined;
        ticket.spent = true;
        return ticket;
      },
      revoke: unused,
    },
    waiting: {
      async put(agent) {
        await called("put");
        waitingAgents.set(agent.code, agent);
      },
      async take(code, now) {
        await called("take");
        const agent = waitingAgents.get(code);
        waitingAgents.delete(code);
        return agent && agent.expires > now ? agent : undefined;
      },
      async drop(code) {
        await called("drop");
        waitingAgents.delete(code);
      },
    },
    audit: {
      async record(entry) {
        await called("record");
        audited.push(entry);
      },
      recent: unused,
      trim: unused,
    },
  };
  return store;
}
