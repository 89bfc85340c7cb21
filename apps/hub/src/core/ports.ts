/** What the core asks of the outside: the only way out of it. Adapters implement these, hub.ts ties them. */
import type { AgentFacts, ChatEvent, Health, KeyPair, Role, View } from "@servereye/contract";

// ---- Time and chance -------------------------------------------------------------------------------------

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Ms, never jumps back. */
  monotonic(): number;
  /** Calls `run` once after `ms`; the returned function calls it off. */
  after(ms: number, run: () => void): () => void;
}

export interface Chance {
  uuid(): string;
  /** base64url of `bytes` random bytes. */
  token(bytes: number): string;
}

/** An event with fields; never a secret in a field. ERROR means somebody must act. */
export interface Log {
  debug(event: string, fields?: Record<string, unknown>): void;
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

export interface Metrics {
  /** A command came to its end. `outcome`: "ok" or a fault code. `ms` from intent to reply handed to the chat. */
  command(name: string, outcome: string, ms: number): void;
  /** Adds to a named counter (`servereye_<name>_total`). */
  count(name: string, labels?: Record<string, string>, by?: number): void;
  /** A gauge read when scraped (`servereye_<name>`). */
  gauge(name: string, help: string, read: () => number): void;
}

// ---- Who is who ------------------------------------------------------------------------------------------

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

// ---- Store -----------------------------------------------------------------------------------------------
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
}

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

/** A stored button: who may press it, where, and what it does. Actions are data; permission is decided at the press. */
export interface StoredButton {
  token: string;
  chatId: string;
  /** Null: anybody who is allowed what it does (a reading in a group). */
  personId: string | null;
  action: ButtonAction;
  /** Epoch ms. */
  expires: number;
  /** A single-use button works once in its life. */
  once: boolean;
}

export type ButtonAction =
  | { kind: "ask"; command: string; ask: Record<string, unknown>; serverId: string }
  | { kind: "menu"; command: string; args: string[] }
  | { kind: "do"; what: string; values: Record<string, string> };

/** How what a single-use button stands for has ended: `refused` and `cancelled` changed nothing. */
export type ButtonOutcome = "done" | "refused" | "cancelled";

export interface Buttons {
  /** Many at once; concurrent calls may share one statement. */
  save(buttons: readonly StoredButton[]): Promise<void>;
  find(token: string): Promise<StoredButton | undefined>;
  /** For single-use ones: true for exactly one caller ever. Expiry is the caller's to judge. */
  spend(token: string): Promise<boolean>;
  /** Notes how what a spent one stands for has ended. */
  end(token: string, outcome: ButtonOutcome): Promise<void>;
  /** `unnoted`: spent, and nobody noted how it ended: it is under way, or its hub died. Undefined: no such button. */
  outcome(token: string): Promise<ButtonOutcome | "unspent" | "unnoted" | undefined>;
  /** Throws away what expired before `now`; gives how many. */
  sweep(now: number): Promise<number>;
}

/** An update that came in: `owner` is the hub that should handle it, unless another still has some of its chat. */
export interface NewUpdate {
  id: number;
  body: unknown;
  /** Whose order it keeps; "" when it has no chat. */
  chat: string;
  owner: string;
}

/** An update as the store has it. A number may come again with another content: `digest` tells them apart. */
export interface KeptUpdate extends NewUpdate {
  digest: string;
  /** How many beginnings its hubs may have died of, this one included. */
  tries: number;
  /** It was another hub's, which vanished before it was done: `begin` has to be asked before it is handled. */
  adopted: boolean;
}

/**
 * Updates of a chat channel, kept until handled: none acts twice, none is lost by a crash. Each has a hub that owns it;
 * all unfinished ones of a chat have the same, as long as that lives. What a dead hub owned is anybody's to take over.
 */
export interface Inbox {
  /**
   * Keeps what is new of a batch. Gives, in order: what else of these chats is `hub`'s, unfinished and not `known` (an
   * earlier one must not be overtaken), then what was new, whoever owns it. Undefined when `fence` is not the one of
   * the lease "telegram" any more: nothing was kept then. Concurrent calls may share one statement.
   */
  take(
    hub: string,
    updates: readonly NewUpdate[],
    options?: { known?: readonly number[]; fence?: number },
  ): Promise<KeptUpdate[] | undefined>;
  /** Unfinished ones of `hub` that are not `known`, oldest first, 500 at most; and chats in which a dead hub's wait. */
  waiting(hub: string, known: readonly number[]): Promise<{ own: KeptUpdate[]; orphaned: string[] }>;
  /** Gives what the dead left in these chats to the hubs named; gives back what is `hub`'s now and not `known`. */
  adopt(
    hub: string,
    chats: ReadonlyArray<{ chat: string; owner: string }>,
    known: readonly number[],
  ): Promise<KeptUpdate[]>;
  /** Counts one more beginning of an adopted one; gives the count, undefined when it is another's or done by now. */
  begin(hub: string, update: Pick<KeptUpdate, "id" | "digest">): Promise<number | undefined>;
  /**
   * Handled: its body may go, its id stays known. No effect when another hub has begun it anew meanwhile, so that it has
   * other `tries` (1 unless told). Concurrent calls may share one statement.
   */
  done(id: number, tries?: number): Promise<void>;
  /** Notes as handled what was handled without being kept, since the store was away. */
  record(updates: readonly NewUpdate[]): Promise<void>;
  /** Forgets ids handled before `before` (epoch ms). */
  sweep(before: number): Promise<void>;
}

/** A hub among those that live. */
export interface Seat {
  hub: string;
  region: string;
  version: string;
  /** Whether it shares a broker with others; one that does not is alone, or nothing goes from hub to hub. */
  broker: boolean;
}

/** Who lives, by the store's own clock: a hub has its seat for `ttlMs` from each beat on. */
export interface Hubs {
  /**
   * Takes a seat, after those of `gone` (this hub's own earlier runs) are taken away, with their leases. Refused, with
   * who else lives and when their seats end, when two hubs of whom one has no broker would live at the same time.
   */
  join(
    seat: Seat,
    gone: readonly string[],
    ttlMs: number,
  ): Promise<{ seats: Seat[] } | { refusedBy: Array<Seat & { until: number }> }>;
  /** Keeps the seat and gives all that live, this one included. Undefined when it has expired: `join` again. */
  beat(hub: string, ttlMs: number): Promise<Seat[] | undefined>;
  /** Ends it: what the hub owns of the inbox is anybody's at once, and no beginning of it counts. */
  leave(hub: string): Promise<void>;
}

/** What one hub at a time may do, by the store's own clock. */
export interface Leases {
  /** Takes or keeps it for `ttlMs`. Gives the fence, which grows with each change of holder; undefined: another's. */
  take(name: string, holder: string, ttlMs: number): Promise<number | undefined>;
  /** Gives it back at once, if it is still this holder's. */
  release(name: string, holder: string): Promise<void>;
}

/** This hub's own place among the living. */
export interface Membership {
  readonly hub: string;
  /** Ids of the hubs that live, as of the last beat; this one is always among them. */
  living(): readonly string[];
  /**
   * Undefined while this hub can not know that its seat is still its own. Otherwise a number that is another one after
   * the seat may have been lost in between: what was taken up under another number has to be claimed anew.
   */
  term(): number | undefined;
  /** Calls `run` when hubs came or went, or the term changed. The returned function ends it. */
  changed(run: () => void): () => void;
}

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
  result: "done" | "failed" | "refused" | "expired" | "unknown";
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

// ---- Broker and presence ---------------------------------------------------------------------------------

export interface Subscription {
  close(): Promise<void>;
}

export interface Broker {
  /**
   * Gives how many subscriptions received it; those of another hub on one channel may count as one. Fault
   * BROKER_UNAVAILABLE when it can not be reached; it may have been received all the same then, if it was on its way.
   */
  publish(channel: string, message: string): Promise<number>;
  /** Resolves when the subscription stands. The handler must not throw. */
  subscribe(channel: string, handler: (message: string) => void): Promise<Subscription>;
  /**
   * Calls `run` each time the broker stands again after it was away, with subscriptions standing again too: it may
   * have come back empty, so what lives in it alone has to be put again. The returned function ends it.
   */
  restored(run: () => void): () => void;
  check(): Promise<void>;
  close(): Promise<void>;
}

/** An agent's connection as all hubs see it. Times in epoch ms by the hub's clock. */
export interface Presence {
  serverId: string;
  hub: string;
  since: number;
  lastHeartbeat: number;
  protocol: number;
  /** Network round trip hub to agent, ms; null before the first measure. */
  latencyMs: number | null;
  /** Agent's clock less the hub's, ms. */
  skewMs: number;
  facts: AgentFacts;
}

export interface PresenceBoard {
  /**
   * Writes or renews an entry. That of a later connection stays: one with a greater `since`, or with the same and a
   * greater `hub`, which is the order in which connections give way to each other. Fault BROKER_UNAVAILABLE, as all here.
   */
  put(presence: Presence): Promise<void>;
  /** Takes it away only if it is still this hub's connection made at `since`. */
  remove(serverId: string, hub: string, since: number): Promise<void>;
  get(serverIds: readonly string[]): Promise<Map<string, Presence>>;
  count(): Promise<number>;
}

// ---- Chat ------------------------------------------------------------------------------------------------

/** What a person did, as a channel's adapter tells it. */
export interface Incoming {
  account: Account;
  /** The person's name as the channel gives it, and its language_code. */
  name: string;
  languageCode: string | undefined;
  chat: ChatRef;
  /** Id of the person's message, or of the message whose button was pressed. */
  messageId: string;
  did: { kind: "wrote"; text: string } | { kind: "pressed"; token: string; pressId: string };
  /** The store was away when it came: it may come once more, should this hub die before it is handled to its end. */
  unkept?: true;
}

export interface ChatRef {
  channel: ChannelName;
  /** Unique within the channel. */
  chatId: string;
  kind: "private" | "group";
  /** Forum topic, where the channel has them. */
  topic?: string;
}

/** A chat's way out. Calls for one chat keep their order; each resolves when the channel confirmed it. */
export interface ChatPort {
  send(chat: ChatRef, view: View, options?: { replyTo?: string }): Promise<{ messageId: string }>;
  /** "Not modified" is success. A message that is gone: sends anew and gives the new id. */
  edit(chat: ChatRef, messageId: string, view: View): Promise<{ messageId: string }>;
  /** Answers a press at once; `alert` shows it in a box. Only the person who pressed sees it. */
  answerPress(chat: ChatRef, pressId: string, notice?: { text: string; alert: boolean }): Promise<void>;
  /** Takes a message away (one that holds a secret). Rejects when the channel does not allow it. */
  remove(chat: ChatRef, messageId: string): Promise<void>;
  typing(chat: ChatRef): void;
}

/** The core's door for chats: resolves when the intent is wholly handled. Never rejects. */
export interface ChatHandler {
  handle(incoming: Incoming): Promise<void>;
  /** It is not handled any more, since hubs died of it: its person is told. Rejects when they can not be. */
  gaveUp?(incoming: Incoming): Promise<void>;
}

/** The chat of the page and the terminal: one conversation for each account. */
export interface Conversations {
  /** What the person writes; resolves when it is handled. */
  write(account: Account, text: string, languageCode: string | undefined): Promise<void>;
  /** A press; resolves with what to tell the person who pressed, at the latest when it is handled. */
  press(
    account: Account,
    messageId: string,
    token: string,
    languageCode: string | undefined,
  ): Promise<{ notice?: string }>;
  /** First every kept message, then what changes. The returned function ends it. */
  follow(account: Account, onEvent: (event: ChatEvent) => void): () => void;
}

/** A command as a menu shows it, for each language and kind of chat. */
export interface MenuEntry {
  name: string;
  about: string;
}

// ---- HTTP ------------------------------------------------------------------------------------------------

export interface HttpRequest {
  headers: Record<string, string | string[] | undefined>;
  body: Uint8Array<ArrayBuffer>;
  /** What stands behind the path's question mark. */
  query?: string;
  /** Address of the peer. */
  from: string;
  /** Aborts when the peer goes before it has its reply. */
  signal?: AbortSignal;
}

export interface HttpReply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** A route that an adapter brings along (the webhook), mounted by the composition root. */
export interface HttpRoute {
  method: "GET" | "POST";
  path: string;
  maxBytes: number;
  /**
   * The JSON body of what is refused before it is handled (too large), and of paths beside this one that are none, for
   * clients that read another form than the hub's own.
   */
  refusal?(message: string): string;
  handle(request: HttpRequest): Promise<HttpReply>;
}

export interface HealthSource {
  health(): Promise<Health>;
}

export type HubKey = KeyPair;
