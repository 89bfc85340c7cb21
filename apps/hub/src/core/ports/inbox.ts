/** Updates of a chat channel as the store keeps them until they are handled. */

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
