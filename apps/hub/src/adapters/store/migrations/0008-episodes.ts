/** Containers in trouble: who wants to be told, what happened, and the messages about it. */
import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  // Who loses the server loses this too.
  `create table container_watches (
    person_id uuid not null,
    server_id text not null,
    wanted boolean not null,
    channel text not null,
    chat_id text not null,
    chat_kind text not null constraint container_watches_kind check (chat_kind in ('private', 'group')),
    topic text,
    language text,
    primary key (person_id, server_id),
    constraint container_watches_membership foreign key (server_id, person_id)
      references memberships (server_id, person_id) on delete cascade
  )`,
  `create index container_watches_of_membership on container_watches (server_id, person_id)`,

  `create table container_episodes (
    server_id text not null constraint container_episodes_server references servers (id) on delete cascade,
    id text not null,
    revision integer not null,
    ended boolean not null,
    body json not null,
    heard_at bigint not null,
    primary key (server_id, id)
  )`,
  `create index container_episodes_by_age on container_episodes (heard_at)`,

  // One message a chat and episode, and the revision it is to show: what changes twice before it is sent is sent once.
  `create table episode_messages (
    server_id text not null,
    episode text not null,
    channel text not null,
    chat_id text not null,
    topic text not null,
    chat_kind text not null,
    message_id text,
    shown integer not null default 0,
    rang integer not null default -1,
    wanted integer not null,
    tries integer not null default 0,
    next_try bigint,
    holder text,
    held_until timestamptz,
    primary key (server_id, episode, channel, chat_id, topic),
    constraint episode_messages_episode foreign key (server_id, episode)
      references container_episodes (server_id, id) on delete cascade
  )`,
  `create index episode_messages_due on episode_messages (next_try) where next_try is not null`,
];

export const episodes = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
