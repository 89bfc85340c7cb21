/** The store as a whole: what is kept, and how it is used together. */
import type { Arrivals } from "./arrivals.ts";
import type { Buttons } from "./buttons.ts";
import type { Episodes } from "./episodes.ts";
import type { Hubs, Leases } from "./hubs.ts";
import type { Inbox } from "./inbox.ts";
import type { Account, People } from "./people.ts";
import type { ScrapeTokens } from "./scrape.ts";
import type { Servers, Tickets, Waiting } from "./servers.ts";
import type { Wizards } from "./wizards.ts";

export interface AuditEntry {
  at: number;
  /** Person id, or null for the hub itself. */
  personId: string | null;
  /** Channel and account or address it came from. */
  from: string;
  /** `server.remove`, `server.add`, `member.grant` ... */
  what: string;
  /** Server id or other target. */
  on: string | null;
  /** `begun`: it was sent. How it ended is an entry of its own, whose `detail.run` is the same. */
  result: "begun" | "done" | "failed" | "refused" | "expired" | "unknown";
  detail: Record<string, string | number>;
}

export interface Audit {
  record(entry: AuditEntry): Promise<void>;
  /** For showing: the newest first, without those of the last seconds perhaps. */
  recent(options: { serverId?: string; limit: number }): Promise<AuditEntry[]>;
  /** Throws away what is older than `before` (epoch ms), the oldest first and some thousands at most; gives how many. */
  trim(before: number): Promise<number>;
}

/** Small values that all hubs share. */
export interface Settings {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  /** Sets only when absent; gives what is kept now. */
  setOnce(key: string, value: string): Promise<string>;
}

/** Sessions of the page: the secret is kept as SHA-256 only. */
export interface Sessions {
  start(secret: string, account: Account, expires: number): Promise<void>;
  find(secret: string, now: number): Promise<Account | undefined>;
  end(secret: string): Promise<void>;
}

export interface Figures {
  persons: number;
  servers: number;
  memberships: number;
  /** Store size on disk, bytes. */
  storeBytes: number;
  auditEntries: number;
}

/** What of the store can be used together. */
export type StorePart = Pick<Store, "people" | "servers" | "tickets" | "waiting">;

export interface Store {
  readonly people: People;
  readonly servers: Servers;
  readonly tickets: Tickets;
  readonly waiting: Waiting;
  readonly buttons: Buttons;
  readonly inbox: Inbox;
  readonly hubs: Hubs;
  readonly leases: Leases;
  readonly audit: Audit;
  readonly settings: Settings;
  readonly sessions: Sessions;
  readonly wizards: Wizards;
  readonly episodes: Episodes;
  readonly arrivals: Arrivals;
  readonly scrapeTokens: ScrapeTokens;
  /** For showing: some seconds old at most. */
  figures(): Promise<Figures>;
  /**
   * Runs what belongs together: all of it is kept when `run` resolves, and none when it rejects. One call after the
   * other, and short: it holds a connection, and rows that others wait for.
   */
  together<T>(run: (part: StorePart) => Promise<T>): Promise<T>;
  /** Resolves when the store answers within its deadline, else rejects with the reason. */
  check(): Promise<void>;
  close(): Promise<void>;
}
