/** Tells people of containers in trouble: takes what agents told, and shows it in each chat that wants it, until it is shown. */
import { EPISODE_KINDS, Episode } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import type { TakeEvent } from "../../fleet/events.ts";
import type { DueMessage, KeptEpisode } from "../../ports/episodes.ts";
import type { ChannelName } from "../../ports/people.ts";
import type { ChatDeps } from "../deps.ts";
import { languageFor, translator } from "../translate.ts";
import { note, text, viewOf } from "../turn.ts";
import { episodeDraft, episodeTitle } from "./episode-shown.ts";

/** What another hub left, or what failed, is looked for so often, ms. */
const LOOK_MS = 5_000;
/** Messages on their way at once. */
const AT_ONCE = 20;
/** Longer than a channel keeps a message on its way (60 s). Of a hub that died it is not waited for. */
const LEASE_MS = 120_000;
/** A message that could not be shown is tried again after this, doubling to the longest, ms; and so often at most. */
const FIRST_MS = 5_000;
const LONGEST_MS = 600_000;
/** About a day. */
const MOST_TRIES = 150;

export interface EpisodeTeller {
  /** Keeps what an agent told; for `createEvents`. */
  take: TakeEvent;
  /** Shows what is due, now and from now on. */
  start(): void;
  /** Resolves when what is on its way has ended. What is left another hub shows, or this one when it is back. */
  stop(): Promise<void>;
}

export function createEpisodes(
  deps: Pick<ChatDeps, "store" | "clock" | "chance" | "log" | "metrics" | "port"> & {
    hub: string;
    channels: () => readonly ChannelName[];
  },
): EpisodeTeller {
  const { store, clock, log, metrics, hub } = deps;
  let stopTimer = (): void => undefined;
  let working: Promise<void> | undefined;
  let again = false;
  let started = false;
  let over = false;
  let failing = false;

  /** What is due, until nothing is. One round at a time; woken meanwhile, another follows. */
  async function rounds(): Promise<void> {
    do {
      again = false;
      const due = await store.episodes.claim(hub, deps.channels(), AT_ONCE, LEASE_MS);
      failing = false;
      await Promise.all(due.map(tell));
      if (due.length === AT_ONCE) again = true;
    } while (again && !over);
  }

  function wake(): void {
    again = true;
    if (working !== undefined || !started || over) return;
    stopTimer();
    working = rounds()
      .catch((error: unknown) => {
        // The store is away: what is due stays due. Told once.
        if (!failing) log.warn("episodes.unread", { error: String(error) });
        failing = true;
      })
      .finally(() => {
        working = undefined;
        if (!over) stopTimer = clock.after(LOOK_MS, wake);
      });
  }

  async function tell(due: DueMessage): Promise<void> {
    const key = { serverId: due.serverId, episode: due.episode.episode, chat: due.chat };
    try {
      if (due.watcher === undefined) {
        // Nobody there may know of this server any more, or wants to.
        metrics.count("episode_messages", { outcome: "unwanted" });
        return await store.episodes.failed(hub, key, undefined);
      }
      const messageId = await show(due, due.watcher);
      const rang = Math.max(due.rang, EPISODE_KINDS.indexOf(due.episode.kind));
      await store.episodes.shown(hub, key, { messageId, revision: due.episode.revision, rang });
      metrics.count("episode_messages", { outcome: due.messageId === undefined ? "sent" : "edited" });
    } catch (error) {
      await failed(due, key, Fault.of(error));
    }
  }

  /** In the place of the message that stands there, which does not ring; what got worse rings by a word besides. */
  async function show(due: DueMessage, watcher: NonNullable<DueMessage["watcher"]>): Promise<string> {
    const t = translator(languageFor(watcher.language, undefined));
    const { episode, chat } = due;
    const port = deps.port(chat.channel);
    const server = await store.servers.byId(due.serverId);
    const draft = episodeDraft(t, due, watcher, server?.facts ?? null);
    const view = await viewOf(deps, draft, `${chat.channel}:${chat.chatId}`, watcher.personId);
    if (due.messageId === undefined) return (await port.send(chat, view)).messageId;
    const { messageId } = await port.edit(chat, due.messageId, view);
    const worse = episode.end === undefined && EPISODE_KINDS.indexOf(episode.kind) > due.rang;
    // One that had to be sent anew rang by itself.
    if (worse && messageId === due.messageId) {
      const words = [text(episodeTitle(t, episode)), note(due.serverName)];
      await port.send(chat, { blocks: words, buttons: [] }, { replyTo: messageId });
    }
    return messageId;
  }

  async function failed(
    due: DueMessage,
    key: Parameters<typeof store.episodes.failed>[1],
    fault: Fault,
  ): Promise<void> {
    // A chat that does not let the bot in will not let it in next time either.
    const hopeless = fault.code === "NOT_ALLOWED" || due.tries + 1 >= MOST_TRIES;
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(due.tries, 10));
    metrics.count("episode_messages", { outcome: hopeless ? "given-up" : "failed" });
    const { serverId, episode, chat } = key;
    const fields = { serverId, episode, channel: chat.channel, code: fault.code };
    if (fault.code === "INTERNAL") log.error("episode.untold", { ...fields, error: fault.cause ?? fault });
    else log.warn("episode.untold", { ...fields, reason: fault.message });
    try {
      await store.episodes.failed(hub, key, hopeless ? undefined : clock.now() + wait);
    } catch (error) {
      // The store went: its lease ends by itself, and then it is tried again.
      log.debug("episode.unnoted", { ...fields, error: String(error) });
    }
  }

  return {
    async take({ serverId, at, payload }) {
      const parsed = Episode.safeParse(payload);
      if (!parsed.success)
        throw new Fault("INVALID_COMMAND", "an episode of no known shape", { cause: parsed.error });
      const { agoMs, lastedMs, ...told } = parsed.data;
      // By this hub's clock: the agent's may be years off.
      const happened = at - agoMs;
      const kept: KeptEpisode = { ...told, at: happened, opened: happened - lastedMs };
      if (await store.episodes.keep(serverId, kept, deps.channels())) wake();
    },
    start() {
      started = true;
      wake();
    },
    async stop() {
      over = true;
      stopTimer();
      await working;
    },
  };
}
