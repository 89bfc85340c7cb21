/** The tables as the code sees them; migrations/ holds what they are made of. Times are epoch milliseconds. */
import type { AgentFacts, Role } from "@servereye/contract";
import type { ColumnType, Generated } from "kysely";
import type { ButtonAction, ButtonOutcome } from "../../core/ports/buttons.ts";
import type { KeptEpisode } from "../../core/ports/episodes.ts";
import type { ChannelName } from "../../core/ports/people.ts";
import type { TicketKind } from "../../core/ports/servers.ts";
import type { AuditEntry } from "../../core/ports/store.ts";

/** Written as JSON text, read as a value. The column type is json, not jsonb: jsonb refuses the escape of U+0000. */
type Json<T> = ColumnType<T, string, string>;

export interface Tables {
  persons: {
    id: string;
    name: string;
    language: string | null;
    admin: boolean;
    created_at: number;
  };
  accounts: {
    channel: ChannelName;
    external_id: string;
    person_id: string;
    created_at: number;
  };
  servers: {
    id: string;
    name: string;
    region: string;
    public_key: Buffer;
    last_seen: number | null;
    facts: Json<AgentFacts> | null;
    created_at: number;
  };
  memberships: {
    server_id: string;
    person_id: string;
    role: Role;
    number: number;
    created_at: number;
  };
  /** The server chosen by /use, per person and chat. */
  choices: {
    person_id: string;
    chat_id: string;
    server_id: string;
  };
  tickets: {
    /** SHA-256 of the secret. */
    hash: Buffer;
    kind: TicketKind;
    issuer: string | null;
    data: Json<Record<string, string>>;
    expires: number;
    spent_at: number | null;
  };
  waiting_agents: {
    code: string;
    public_key: Buffer;
    facts: Json<AgentFacts>;
    expires: number;
  };
  buttons: {
    token: string;
    chat_id: string;
    person_id: string | null;
    /** The server its action is about, so that it goes when the server goes. */
    server_id: string | null;
    action: Json<ButtonAction>;
    expires: number;
    once: boolean;
    spent_at: number | null;
    /** How what a spent one stands for has ended, when that was noted. */
    outcome: ButtonOutcome | null;
  };
  inbox: {
    id: number;
    digest: string;
    /** Null once it is handled. */
    body: Json<unknown> | null;
    taken_at: number;
    handled_at: number | null;
    /** Counts up with each row: the order in which they came. */
    place: Generated<number>;
    /** Whose order it keeps; "" for what has no chat. */
    chat: string;
    /** The hub that is to handle it. */
    owner: string;
    /** How many beginnings its hubs may have died of. */
    tries: number;
    /** It was another hub's, which vanished before it was done. */
    adopted: boolean;
  };
  /** Hubs that live, each until its `expires` by the database's clock. */
  hubs: {
    id: string;
    region: string;
    version: string;
    has_broker: boolean;
    expires: Date;
  };
  leases: {
    name: string;
    holder: string;
    fence: number;
    expires: Date;
  };
  audit: {
    id: Generated<number>;
    at: number;
    person_id: string | null;
    from: string;
    what: string;
    on: string | null;
    result: AuditEntry["result"];
    detail: Json<AuditEntry["detail"]>;
  };
  /** What persons are in the middle of. */
  wizards: {
    id: string;
    chat_id: string;
    person_id: string;
    kind: string;
    steps: Json<unknown>;
    revision: number;
    expires: number;
  };
  container_watches: {
    person_id: string;
    server_id: string;
    wanted: boolean;
    channel: ChannelName;
    chat_id: string;
    chat_kind: "private" | "group";
    topic: string | null;
    language: string | null;
  };
  container_episodes: {
    server_id: string;
    id: string;
    revision: number;
    ended: boolean;
    body: Json<KeptEpisode>;
    heard_at: number;
  };
  episode_messages: {
    server_id: string;
    episode: string;
    channel: ChannelName;
    chat_id: string;
    /** "" for none: it is part of the key. */
    topic: string;
    chat_kind: "private" | "group";
    message_id: string | null;
    /** The revision it shows, 0 for none, and how bad that was. */
    shown: number;
    rang: number;
    /** The revision it is to show. */
    wanted: number;
    tries: number;
    /** Null: nothing is due. */
    next_try: number | null;
    /** The hub that is about to show it, and until when by the database's clock. */
    holder: string | null;
    held_until: Date | null;
  };
  settings: {
    key: string;
    value: string;
  };
  sessions: {
    /** SHA-256 of the secret. */
    hash: Buffer;
    channel: ChannelName;
    external_id: string;
    expires: number;
  };
}
