/** What the contract's tests share: a store to open, turned clocks, and made-up persons and servers. */
import type { AgentFacts } from "@servereye/contract";
import { Fault, type FaultCode } from "@servereye/contract";
import type { StoredButton } from "../../../core/ports/buttons.ts";
import type { Account, Person } from "../../../core/ports/people.ts";
import type { Chance, Clock, Log } from "../../../core/ports/process.ts";
import type { Store } from "../../../core/ports/store.ts";

export interface OpenedStore {
  store: Store;
  /** Ends a seat or a lease now, as if its time had passed by the database's clock. */
  expire(table: "hubs" | "leases", name: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a store; each call of one test shares its data, as two hubs do. */
export type OpenStore = () => Promise<OpenedStore>;

/** Registers tests: each gets an opener on data of its own. */
export type ContractTest = (name: string, run: (open: OpenStore) => Promise<void>) => void;

export const NOW = Date.UTC(2026, 10, 23, 12);

/** A clock that stands until it is turned. */
export function standingClock(): Clock & { turn(ms: number): void } {
  let now = NOW;
  return {
    now: () => now,
    monotonic: () => now - NOW,
    after: () => () => undefined,
    turn: (ms) => {
      now += ms;
    },
  };
}

export const chance: Chance = {
  uuid: () => crypto.randomUUID(),
  token: (bytes) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64url"),
};

/** A log that keeps its events. */
export function keepingLog(): Log & {
  events: Array<{ level: string; event: string; fields: unknown }>;
  /** Resolves when the event was logged. */
  until(event: string): Promise<void>;
} {
  const events: Array<{ level: string; event: string; fields: unknown }> = [];
  const looks = new Set<() => void>();
  const at = (level: string) => (event: string, fields?: Record<string, unknown>) => {
    events.push({ level, event, fields });
    for (const look of looks) look();
  };
  const until = (wanted: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!events.some(({ event }) => event === wanted)) return;
        looks.delete(look);
        resolve();
      };
      looks.add(look);
      look();
    });
  return { events, until, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

let made = 0;

export function someAccount(): Account {
  made += 1;
  return { channel: "telegram", externalId: String(1_000 + made) };
}

export function somePerson(store: Store, name = "Ann"): Promise<Person> {
  return store.people.admit(someAccount(), { name, admin: false });
}

/** A person with their account. */
export async function somebody(store: Store): Promise<{ account: Account; person: Person }> {
  const account = someAccount();
  return { account, person: await store.people.admit(account, { name: "Ann", admin: false }) };
}

export function serverId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex");
}

export function aServer(owner: string, name = "web", id = serverId()) {
  return { id, name, region: "eu", publicKey: crypto.getRandomValues(new Uint8Array(32)), owner };
}

export const facts: AgentFacts = {
  version: "0.1.0",
  runtime: "node 24",
  os: "Debian 12",
  arch: "x64",
  hostname: "a\0b 'c'",
  bootId: "boot",
  allow: [],
  commands: ["memory", "temp"],
};

export function aButton(more: Partial<StoredButton> = {}): StoredButton {
  return {
    token: chance.token(16),
    chatId: "chat",
    personId: null,
    action: { kind: "menu", command: "help", args: ["it's", '{"a":1}', "\\", "\0"] },
    expires: NOW + 60_000,
    once: true,
    ...more,
  };
}

/** For `assert.rejects`: a Fault of this code. */
export const faultOf = (code: FaultCode) => (error: unknown) => error instanceof Fault && error.code === code;

/** Calls `run` `times` times at once. */
export const atOnce = <T>(times: number, run: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, n) => run(n)));
