/** Containers in trouble as the store keeps them: who wants to be told, what happened, and the messages that are due. */
import type { Episode } from "@servereye/commands/hub";
import type { Role } from "@servereye/contract";
import type { ChatRef } from "./chat.ts";
import type { ChannelName } from "./people.ts";

/** Who is told of a server's containers, and where. */
export interface Watcher {
  personId: string;
  role: Role;
  /** Chosen by /language, or how they were written to when they asked to be told. */
  language: string | null;
  chat: ChatRef;
}

/** An episode as it was told last. `at`, `opened`: epoch ms by the hub's clock. */
export type KeptEpisode = Omit<Episode, "agoMs" | "lastedMs" | "at" | "opened"> & {
  at: number;
  opened: number;
};

/** A message that is due, held by one hub for a while. */
export interface DueMessage {
  serverId: string;
  serverName: string;
  episode: KeptEpisode;
  chat: ChatRef;
  /** Of the message that stands there; undefined: none yet. */
  messageId: string | undefined;
  /** What it shows: 0 for none; and how bad that was, by its place in EPISODE_KINDS, from 0; -1 for none. */
  shown: number;
  rang: number;
  /** How often showing it failed in a row. */
  tries: number;
  /** Who may be told there, as decided now; undefined: nobody any more. */
  watcher: Watcher | undefined;
}

export type MessageKey = Pick<DueMessage, "serverId" | "chat"> & { episode: string };

export interface Episodes {
  /** Whether this person wants to be told of this server's containers; undefined: never said. */
  watch(personId: string, serverId: string): Promise<boolean | undefined>;
  /** `chat`: where to tell. Fault SERVER_UNKNOWN when the person is no member of it. */
  setWatch(
    personId: string,
    serverId: string,
    on: boolean,
    where: { chat: ChatRef; language: string | null },
  ): Promise<void>;
  /**
   * Keeps a revision, and with it the messages it makes due, for all who want to be told now by one of `channels`. False:
   * this one or a later one was kept before. Fault SERVER_UNKNOWN.
   */
  keep(serverId: string, episode: KeptEpisode, channels: readonly ChannelName[]): Promise<boolean>;
  /** Takes due messages for `hub`; nobody else gets them for `leaseMs`, unless this hub dies. */
  claim(hub: string, channels: readonly ChannelName[], most: number, leaseMs: number): Promise<DueMessage[]>;
  /** It stands there now. False when another hub has it by now. */
  shown(
    hub: string,
    key: MessageKey,
    now: { messageId: string; revision: number; rang: number },
  ): Promise<boolean>;
  /** It could not be shown: due again at `next` (epoch ms); undefined: given up until the episode changes. */
  failed(hub: string, key: MessageKey, next: number | undefined): Promise<void>;
  /** Throws away what ended, or was heard of last, before `before` (epoch ms). */
  sweep(before: number): Promise<void>;
}
