/** Persons, servers and who may what on them; tickets, buttons, inbox, audit log, settings and sessions. */
import { type Kysely, sql } from "kysely";

// Ids of servers are the contract's 32 hex digits, of persons UUIDs. Times are epoch milliseconds by the hub's clock.
// What the code only keeps and gives back is json, not jsonb: jsonb refuses U+0000, which a stranger can write to a bot.
const STATEMENTS = [
  `create table persons (
    id uuid primary key,
    name text not null constraint persons_name check (name <> ''),
    language text,
    admin boolean not null default false,
    created_at bigint not null
  )`,
  `create index persons_admins on persons (created_at) where admin`,

  `create table accounts (
    channel text not null constraint accounts_channel check (channel in ('telegram', 'local')),
    external_id text not null constraint accounts_external_id check (external_id <> ''),
    person_id uuid not null constraint accounts_person references persons on delete cascade,
    created_at bigint not null,
    primary key (channel, external_id)
  )`,
  `create index accounts_of_person on accounts (person_id)`,

  // Room in each page for the next version of a row: signs of life change it all the time.
  `create table servers (
    id text primary key constraint servers_id check (id ~ '^[0-9a-f]{32}$'),
    name text not null constraint servers_name check (name <> ''),
    region text not null,
    public_key bytea not null constraint servers_public_key check (octet_length(public_key) = 32),
    last_seen bigint,
    facts json,
    created_at bigint not null
  ) with (fillfactor = 70)`,

  `create table memberships (
    server_id text not null constraint memberships_server references servers on delete cascade,
    person_id uuid not null constraint memberships_person references persons on delete cascade,
    role text not null constraint memberships_role check (role in ('viewer', 'operator', 'admin', 'owner')),
    number integer not null constraint memberships_number check (number > 0),
    created_at bigint not null,
    primary key (server_id, person_id),
    constraint memberships_number_once unique (person_id, number)
  )`,

  // A choice hangs on the membership: who is no member any more has not chosen the server either.
  `create table choices (
    person_id uuid not null,
    chat_id text not null,
    server_id text not null,
    primary key (person_id, chat_id),
    constraint choices_membership foreign key (server_id, person_id)
      references memberships (server_id, person_id) on delete cascade
  )`,
  `create index choices_of_membership on choices (server_id, person_id)`,

  `create table tickets (
    hash bytea primary key constraint tickets_hash check (octet_length(hash) = 32),
    kind text not null constraint tickets_kind check (kind in ('setup', 'login', 'enrol', 'invite')),
    issuer uuid constraint tickets_issuer references persons on delete cascade,
    data json not null,
    expires bigint not null,
    spent_at bigint
  )`,
  `create index tickets_unspent on tickets (kind, issuer) where spent_at is null`,
  `create index tickets_by_expiry on tickets (expires)`,

  `create table waiting_agents (
    code text primary key constraint waiting_agents_code check (code <> ''),
    public_key bytea not null constraint waiting_agents_public_key check (octet_length(public_key) = 32),
    facts json not null,
    expires bigint not null
  )`,
  `create index waiting_agents_by_expiry on waiting_agents (expires)`,

  `create table buttons (
    token text primary key constraint buttons_token check (token <> ''),
    chat_id text not null,
    person_id uuid constraint buttons_person references persons on delete cascade,
    server_id text constraint buttons_server references servers on delete cascade,
    action json not null,
    expires bigint not null,
    once boolean not null,
    spent_at bigint
  )`,
  `create index buttons_of_server on buttons (server_id) where server_id is not null`,
  `create index buttons_by_expiry on buttons (expires)`,

  `create table inbox (
    id bigint not null,
    digest text not null,
    body json,
    taken_at bigint not null,
    handled_at bigint,
    primary key (id, digest),
    constraint inbox_body_until_handled check (handled_at is not null or body is not null)
  )`,
  `create index inbox_unfinished on inbox (taken_at, id) where handled_at is null`,
  `create index inbox_handled on inbox (handled_at) where handled_at is not null`,

  // No foreign keys: an entry outlives what it speaks of.
  `create table audit (
    id bigint generated always as identity primary key,
    at bigint not null,
    person_id uuid,
    "from" text not null,
    what text not null constraint audit_what check (what <> ''),
    "on" text,
    result text not null
      constraint audit_result check (result in ('done', 'failed', 'refused', 'expired', 'unknown')),
    detail json not null
  )`,
  `create index audit_of_target on audit ("on", id)`,
  `create function audit_is_append_only() returns trigger language plpgsql as $$
    begin
      raise exception 'the audit log is append only' using errcode = 'insufficient_privilege';
    end
  $$`,
  `create trigger audit_append_only before update or delete or truncate on audit
    for each statement execute function audit_is_append_only()`,

  `create table settings (
    key text primary key constraint settings_key check (key <> ''),
    value text not null
  )`,

  // No foreign key: an account becomes a person's when it is admitted, which may come after the session.
  `create table sessions (
    hash bytea primary key constraint sessions_hash check (octet_length(hash) = 32),
    channel text not null constraint sessions_channel check (channel in ('telegram', 'local')),
    external_id text not null,
    expires bigint not null
  )`,
  `create index sessions_by_expiry on sessions (expires)`,
];

export const foundation = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
