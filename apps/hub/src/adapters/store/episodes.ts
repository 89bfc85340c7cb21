/** Containers in trouble: what agents told, whole and once each, and a small outbox of the messages about it. */
import { type Kysely, sql } from "kysely";
import type { ChatRef } from "../../core/ports/chat.ts";
import type { DueMessage, Episodes, MessageKey, Watcher } from "../../core/ports/episodes.ts";
import type { ChannelName } from "../../core/ports/people.ts";
import type { Clock } from "../../core/ports/process.ts";
import { LIVING } from "./hubs.ts";
import type { Tables } from "./tables.ts";
import { whole } from "./transaction.ts";

interface Place {
  channel: ChannelName;
  chatId: string;
  chatKind: ChatRef["kind"];
  topic: string;
}

const placeOf = ({ channel, chatId, kind, topic }: ChatRef): Place => ({
  ...{ channel, chatId, chatKind: kind, topic: topic ?? "" },
});

const chatOf = ({ channel, chatId, chatKind, topic }: Place): ChatRef => ({
  ...{ channel, chatId, kind: chatKind },
  ...(topic === "" ? {} : { topic }),
});

const keyOf = ({ channel, chatId, topic }: Place): string => JSON.stringify([channel, chatId, topic]);

/**
 * Who is told of a server now, one a chat: its owners unless they said no, others when they said yes. Who never said
 * where is told in private, by Telegram if they have it.
 */
async function watchersOf(
  db: Kysely<Tables>,
  serverId: string,
  channels: readonly ChannelName[],
): Promise<Array<Omit<Watcher, "chat"> & Place>> {
  const { rows } = await sql<Omit<Watcher, "chat"> & Place>`
    select distinct on (place.channel, place.chat_id, place.topic)
      place.channel, place.chat_id as "chatId", place.kind as "chatKind", place.topic,
      m.person_id as "personId", m.role, coalesce(p.language, w.language) as language
    from memberships m
    join persons p on p.id = m.person_id
    left join container_watches w on w.server_id = m.server_id and w.person_id = m.person_id
    cross join lateral (
      select w.channel, w.chat_id, w.chat_kind as kind, coalesce(w.topic, '') as topic where w.person_id is not null
      union all
      (select a.channel, a.external_id, 'private', '' from accounts a
        where w.person_id is null and a.person_id = m.person_id and a.channel = any(${channels}::text[])
        order by a.channel = 'telegram' desc, a.created_at, a.external_id limit 1)
    ) as place
    where m.server_id = ${serverId} and coalesce(w.wanted, m.role = 'owner')
    order by place.channel, place.chat_id, place.topic,
      array_position(array['owner', 'admin', 'operator', 'viewer'], m.role), m.created_at, m.person_id`.execute(
    db,
  );
  return rows;
}

/** Kept of one server, of those that are over and of those that are not: an agent can tell as many as it likes. */
const MOST_KEPT = 500;

/**
 * Lets go of what is beyond that, the longest unheard first, and with it of its messages. What a rival transaction has
 * in hand is left to it.
 */
async function letGo(db: Kysely<Tables>, serverId: string, newest: string): Promise<void> {
  for (const ended of [true, false])
    await sql`
      delete from container_episodes where server_id = ${serverId} and id in (
        select id from container_episodes where server_id = ${serverId} and ended = ${ended}
        order by id = ${newest} desc, heard_at desc, id offset ${MOST_KEPT} for update skip locked)`.execute(
      db,
    );
}

export function episodesIn(db: Kysely<Tables>, clock: Clock): Episodes {
  const ofMessage = ({ serverId, episode, chat }: MessageKey) => {
    const { channel, chatId, topic } = placeOf(chat);
    return sql`server_id = ${serverId} and episode = ${episode}
      and channel = ${channel} and chat_id = ${chatId} and topic = ${topic}`;
  };

  return {
    async watch(personId, serverId) {
      const row = await db
        .selectFrom("container_watches")
        .select("wanted")
        .where("person_id", "=", personId)
        .where("server_id", "=", serverId)
        .executeTakeFirst();
      return row?.wanted;
    },

    async setWatch(personId, serverId, on, { chat, language }) {
      const { channel, chatId, kind, topic } = chat;
      const row = {
        ...{ wanted: on, channel, chat_id: chatId, chat_kind: kind, topic: topic ?? null, language },
      };
      await db
        .insertInto("container_watches")
        .values({ ...row, person_id: personId, server_id: serverId })
        .onConflict((conflict) => conflict.columns(["person_id", "server_id"]).doUpdateSet(row))
        .execute();
    },

    keep: (serverId, episode, channels) =>
      whole(db, async (trx) => {
        const now = clock.now();
        const before = await trx
          .selectFrom("container_episodes")
          .select("body")
          .where("server_id", "=", serverId)
          .where("id", "=", episode.episode)
          .forNoKeyUpdate()
          .executeTakeFirst();
        // A revision that tells no log does not take away what was told of it.
        const lines = episode.lines ?? before?.body.lines;
        const body = JSON.stringify({ ...episode, ...(lines === undefined ? {} : { lines }) });
        const { rows } = await sql`
          insert into container_episodes as e (server_id, id, revision, ended, body, heard_at)
          values (${serverId}, ${episode.episode}, ${episode.revision}, ${episode.end !== undefined},
            ${body}, ${now})
          on conflict (server_id, id) do update set revision = excluded.revision, ended = excluded.ended,
            body = excluded.body, heard_at = excluded.heard_at
          where e.revision < excluded.revision
          returning 1`.execute(trx);
        if (rows.length === 0) return false;
        const places = await watchersOf(trx, serverId, channels);
        // Who was not told that it began is not told that it is over.
        const anew = before === undefined || episode.end === undefined;
        await sql`
          insert into episode_messages as m
            (server_id, episode, channel, chat_id, topic, chat_kind, wanted, next_try)
          select ${serverId}, ${episode.episode}, p.channel, p.chat_id, p.topic, p.kind, ${episode.revision}, ${now}
          from unnest(${places.map(({ channel }) => channel)}::text[], ${places.map(({ chatId }) => chatId)}::text[],
            ${places.map(({ topic }) => topic)}::text[], ${places.map(({ chatKind }) => chatKind)}::text[])
            as p (channel, chat_id, topic, kind)
          where ${anew} or exists (select from episode_messages k where k.server_id = ${serverId}
            and k.episode = ${episode.episode} and k.channel = p.channel and k.chat_id = p.chat_id and k.topic = p.topic)
          order by p.channel, p.chat_id, p.topic
          on conflict (server_id, episode, channel, chat_id, topic) do update
            set wanted = excluded.wanted, next_try = excluded.next_try, tries = 0`.execute(trx);
        await letGo(trx, serverId, episode.episode);
        return true;
      }),

    async claim(hub, channels, most, leaseMs) {
      const { rows } = await sql<
        Omit<DueMessage, "chat" | "watcher" | "messageId"> & Place & { messageId: string | null }
      >`
        with due as (
          select server_id, episode, channel, chat_id, topic from episode_messages
          where next_try <= ${clock.now()} and channel = any(${channels}::text[])
            and (holder is null or held_until < clock_timestamp()
              or (holder <> ${hub} and holder not in (${LIVING})))
          order by next_try limit ${most} for update skip locked
        ), held as (
          update episode_messages m set holder = ${hub},
            held_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
          from due d where m.server_id = d.server_id and m.episode = d.episode and m.channel = d.channel
            and m.chat_id = d.chat_id and m.topic = d.topic
          returning m.*
        )
        select h.server_id as "serverId", s.name as "serverName", e.body as episode, h.channel,
          h.chat_id as "chatId", h.chat_kind as "chatKind", h.topic, h.message_id as "messageId",
          h.shown, h.rang, h.tries
        from held h
        join container_episodes e on e.server_id = h.server_id and e.id = h.episode
        join servers s on s.id = h.server_id
        order by h.next_try, h.episode`.execute(db);
      const watchers = new Map<string, Watcher>();
      for (const serverId of new Set(rows.map((row) => row.serverId)))
        for (const { personId, role, language, ...place } of await watchersOf(db, serverId, channels))
          watchers.set(serverId + keyOf(place), { personId, role, language, chat: chatOf(place) });
      return rows.map(({ channel, chatId, chatKind, topic, messageId, ...row }) => {
        const place = { channel, chatId, chatKind, topic };
        return {
          ...{ ...row, chat: chatOf(place), messageId: messageId ?? undefined },
          watcher: watchers.get(row.serverId + keyOf(place)),
        };
      });
    },

    async shown(hub, key, { messageId, revision, rang }) {
      const { rows } = await sql`update episode_messages
        set message_id = ${messageId}, shown = ${revision}, rang = ${rang}, tries = 0, holder = null,
          next_try = case when wanted > ${revision} then next_try end
        where ${ofMessage(key)} and holder = ${hub} returning 1`.execute(db);
      return rows.length > 0;
    },

    async failed(hub, key, next) {
      await sql`update episode_messages set tries = tries + 1, next_try = ${next ?? null}, holder = null
        where ${ofMessage(key)} and holder = ${hub}`.execute(db);
    },

    async sweep(before) {
      await db.deleteFrom("container_episodes").where("heard_at", "<", before).execute();
    },
  };
}
