/** Who writes to the hub, and what they may see: kept by the store. */
import type { Role } from "@servereye/contract";

export type ChannelName = "telegram" | "local";

/** A person's account in a channel: Telegram's user id, or "owner" for the page and terminal of this hub. */
export interface Account {
  channel: ChannelName;
  externalId: string;
}

export interface Person {
  id: string;
  name: string;
  /** Chosen by /language; null: the chat's own language_code decides. */
  language: string | null;
  /** Admin of the installation (not of any server). */
  admin: boolean;
}

/** A server as one person sees it. */
export interface SeenServer {
  id: string;
  name: string;
  region: string;
  role: Role;
  /** The person's own stable number for it, from 1. */
  number: number;
  /** Epoch ms of the last sign of life, null when it never connected. */
  lastSeen: number | null;
}

/** A person with what they may see, and the server they chose by /use in this chat. */
export interface Actor {
  person: Person;
  /** By number, ascending. */
  servers: SeenServer[];
  chosen: string | null;
}

export interface Member {
  person: Person;
  role: Role;
}

// Every method rejects with Fault STORE_UNAVAILABLE when the store can not be reached within its deadline.
export interface People {
  /** One query: this is on the hot path of every message. Undefined for a stranger. */
  actor(account: Account, chatId: string): Promise<Actor | undefined>;
  /** Creates a person with this account, or returns the one who has it (raising `admin` when asked, never lowering). */
  admit(account: Account, details: { name: string; admin: boolean }): Promise<Person>;
  /** Gives an existing person one more account. Fault NOT_ALLOWED when the account is somebody else's. */
  link(account: Account, personId: string): Promise<void>;
  /** The person who has this account. */
  byAccount(account: Account): Promise<Person | undefined>;
  /** Accounts of a person, for telling them something. */
  accounts(personId: string): Promise<Account[]>;
  setLanguage(personId: string, language: string | null): Promise<void>;
  setAdmin(personId: string, admin: boolean): Promise<void>;
  setName(personId: string, name: string): Promise<void>;
  /** /use: null forgets. */
  choose(personId: string, chatId: string, serverId: string | null): Promise<void>;
  admins(): Promise<Person[]>;
  /** For showing: by person id, of those there are. */
  names(personIds: readonly string[]): Promise<Map<string, string>>;
}
