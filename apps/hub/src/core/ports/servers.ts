/** The servers that are kept, those that wait to be added, and the one-time secrets on the way in. */
import type { AgentFacts, Role } from "@servereye/contract";
import type { Member } from "./people.ts";

export interface ServerRecord {
  id: string;
  name: string;
  region: string;
  /** 32 raw bytes. */
  publicKey: Uint8Array<ArrayBuffer>;
  lastSeen: number | null;
  facts: AgentFacts | null;
}

export interface Servers {
  byId(serverId: string): Promise<ServerRecord | undefined>;
  /**
   * Adds a server with its first owner. Gives the name it got: `name` made unique among the servers its owner sees,
   * whatever the case of letters, by "-2", "-3" ... A server that exists already: Fault NOT_ALLOWED, unless `owner`
   * owns it: then its record. Fault NAME_INVALID for a name that is empty or can not be kept as it is.
   */
  add(server: {
    id: string;
    name: string;
    region: string;
    publicKey: Uint8Array<ArrayBuffer>;
    owner: string;
  }): Promise<ServerRecord>;
  rename(serverId: string, name: string): Promise<void>;
  /** Removes the server, its memberships, choices and buttons. The audit log stays. Gone already: no effect. */
  remove(serverId: string): Promise<void>;
  /** Last signs of life, epoch ms, many at once. Older than kept: no effect. */
  seen(batch: ReadonlyArray<{ serverId: string; at: number }>): Promise<void>;
  setFacts(serverId: string, facts: AgentFacts, at: number): Promise<void>;
  /** Public keys (32 raw bytes) of those that exist, many at once. */
  keys(serverIds: readonly string[]): Promise<Map<string, Uint8Array<ArrayBuffer>>>;
  /** `mayBeOld`: for showing only, some seconds old at most. */
  members(serverId: string, options?: { mayBeOld?: boolean }): Promise<Member[]>;
  /** Gives or changes a role; the person's next number when new. Fault NOT_ALLOWED when it would leave no owner. */
  grant(serverId: string, personId: string, role: Role): Promise<void>;
  /** Fault NOT_ALLOWED when it would leave a server without an owner. */
  revoke(serverId: string, personId: string): Promise<void>;
}

/** One-time secrets, kept as SHA-256 only. */
export type TicketKind = "setup" | "login" | "enrol" | "invite";

export interface Ticket {
  kind: TicketKind;
  /** Who made it; null for the hub itself. */
  issuer: string | null;
  data: Record<string, string>;
}

export interface Tickets {
  issue(secret: string, ticket: Ticket, expires: number): Promise<void>;
  /** Spends it: true once, then never again. Undefined when unknown, spent, expired (`now`) or another kind. */
  redeem(kind: TicketKind, secret: string, now: number): Promise<Ticket | undefined>;
  /** Makes all unspent tickets of a kind worthless (a new setup link replaces the old). */
  revoke(kind: TicketKind, issuer: string | null): Promise<void>;
}

/** A pairing agent waiting to be added by its code. In the store, so that any hub can see it. */
export interface WaitingAgent {
  code: string;
  publicKey: Uint8Array<ArrayBuffer>;
  facts: AgentFacts;
  expires: number;
}

export interface Waiting {
  put(agent: WaitingAgent): Promise<void>;
  /** Takes it away: once. */
  take(code: string, now: number): Promise<WaitingAgent | undefined>;
  drop(code: string): Promise<void>;
}
