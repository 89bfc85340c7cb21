/** What of the inbox this hub has in hand: taken by itself, told of by another hub, left by a dead one, or not to be kept. */
import type { Membership } from "../../core/ports/hubs.ts";
import type { Inbox, KeptUpdate, NewUpdate } from "../../core/ports/inbox.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import { createClaims } from "./claims.ts";
import type { News } from "./news.ts";
import { ownerOf } from "./spread.ts";
import { updateChat, updateId } from "./update.ts";

/** Ids that were handled, so that a look that was under way meanwhile brings them in vain. */
const mostRemembered = 20_000;
/** Ids known to be in the store, or in another hub's hand. */
const mostSettled = 20_000;
/** Handled while the store was away and not yet noted there. Telegram was told of them: it seldom brings one again. */
const mostUnrecorded = 10_000;
/** Without its keeping being noted: why, and how far it is. */
interface Unkept {
  readonly held: Held;
  /** It may be in the store all the same: the others are asked whether they have it, or were told that this hub has. */
  claim: "asking" | "made" | "none";
  handled: boolean;
  readonly ended: Promise<void>;
  end(): void;
}

/** A term that is never the present one. */
const noTerm = -1;

/** An update in hand. */
export interface Held {
  readonly id: number;
  readonly body: unknown;
  readonly chat: string;
  /** Undefined: the store was away, so that it is known here alone. */
  readonly kept: KeptUpdate | undefined;
  /** The membership's term under which it became this hub's. */
  readonly term: number;
  /** As the store has it. */
  tries: number;
  started: boolean;
  /** No longer this hub's, or to be claimed anew: it is not handled, and not noted as such. */
  dropped: boolean;
}

export interface Keeping {
  /**
   * Keeps updates and hands on what is to be handled here: also earlier ones of the same chats, and those that could not
   * be kept. Gives how many. Undefined when `fence` is not the leader's any more. `ended` resolves when all of the
   * updates that could not be kept came to their end, those that are given again included.
   */
  take(
    updates: readonly unknown[],
    fence?: number,
  ): Promise<{ fresh: number; ended: Promise<void> } | undefined>;
  /**
   * Looks into the store for what is this hub's and not in hand, and for what the dead left; hands it on and gives how
   * many. Rejects as the inbox does.
   */
  look(): Promise<number>;
  /** Says once more to the others which of those handled unkept may be in the store: they leave them to this hub. */
  claimAgain(): void;
  /** The others' side of it: gives those that this hub has; the rest is left to `from` for a while. */
  claimed(from: string, ids: readonly number[]): number[];
  /** Came to its end: noted in the store, now or when it is back. */
  finish(held: Held): Promise<void>;
  /** It, and what of its chat waits behind it, is not this hub's to handle now. All of it comes by `look` if it is. */
  drop(held: Held): void;
  /** The same for all that was taken up under another term than the present one. */
  dropStale(): void;
  /** The lowest id among those that are being handled unkept: it must not be confirmed. */
  lowestUnkept(): number | undefined;
  /** Whether the store failed the last time. */
  away(): boolean;
}

export interface KeepingOptions {
  inbox: Inbox;
  membership: Membership;
  news: Pick<News, "tell" | "claim">;
  /** Handed on in the very moment it is in hand, or what is taken up next could overtake it. */
  onHeld: (held: readonly Held[]) => void;
  clock: Pick<Clock, "monotonic">;
  log: Log;
  metrics: Metrics;
}

const keyOf = ({ id, digest }: Pick<KeptUpdate, "id" | "digest">): string => `${id} ${digest}`;

export function createKeeping(options: KeepingOptions): Keeping {
  const { inbox, membership, news, onHeld, clock, log, metrics } = options;
  const { hub } = membership;
  const inHand = new Map<string, Held>();
  /** By id; those handled stay until they are recorded. */
  const unkept = new Map<number, Unkept>();
  const finished = new Set<string>();
  /** Must not be handled unkept when it comes again while the store is away. */
  const settled = new Set<number>();
  const claims = createClaims(clock);
  let storeAway = false;
  /** What is taken up unkept waits for what came before it. */
  let before: Promise<unknown> = Promise.resolve();

  const remember = (key: string): void => keepLast(finished, key, mostRemembered);
  const settle = (ids: readonly number[]): void => {
    for (const id of ids) keepLast(settled, id, mostSettled);
  };
  const others = (): string[] => membership.living().filter((one) => one !== hub);

  const heldIds = (): number[] => [...inHand.values()].map(({ id }) => id);
  const knownIds = (): number[] => [...heldIds(), ...claims.ids()];

  /** Takes rows into hand; leaves out what is there already, or was handled. */
  function accept(rows: readonly KeptUpdate[], term: number): number {
    const taken = rows.flatMap((row) => {
      if (row.owner !== hub) return [];
      const key = keyOf(row);
      // It could not be kept as far as this hub was told, and was after all.
      if (inHand.has(key) || unkept.has(row.id) || claims.stands(row.id)) return [];
      if (finished.has(key) || finished.has(String(row.id))) {
        // Handled, and the store did not hear of it.
        void note(row.id, row.tries);
        return [];
      }
      const held: Held = {
        id: row.id,
        body: row.body,
        chat: row.chat,
        kept: row,
        tries: row.tries,
        term,
        started: false,
        dropped: false,
      };
      inHand.set(key, held);
      return [held];
    });
    onHeld(taken);
    return taken.length;
  }

  /** Tells other hubs of what is theirs. */
  function passOn(rows: readonly KeptUpdate[]): void {
    const others = new Map<string, number[]>();
    for (const { owner, id } of rows) {
      if (owner === hub) continue;
      const ids = others.get(owner) ?? [];
      ids.push(id);
      others.set(owner, ids);
    }
    for (const [owner, ids] of others) news.tell(owner, ids);
  }

  async function note(id: number, tries: number): Promise<void> {
    try {
      await inbox.done(id, tries);
    } catch (error) {
      // The next look finds it, and that it was handled. After a crash before that it is handled once more.
      failed(error);
    }
  }

  function failed(error: unknown): void {
    if (storeAway) return;
    storeAway = true;
    log.warn("telegram.inbox-failed", { reason: reasonOf(error) });
  }

  /**
   * Handles what could not be kept. `unsure`: the store was asked to keep it, and may have; then a hub that finds it there
   * would handle it as well. So the others are told, those that have it already say so and are left to it, and the rest
   * they leave to this hub, which goes on telling them until the store knows that it was handled. What remains: a hub
   * that hears nothing, since the broker is away too or loses the message, handles it once more, and so does one that
   * waited in vain for this one to say so again, which ended. A chat's order holds among what is handled here alone.
   */
  async function without(updates: readonly NewUpdate[], unsure: boolean): Promise<number> {
    const taken = updates.flatMap(({ id, body, chat }): Unkept[] => {
      if (settled.has(id)) return [];
      const held: Held = {
        id,
        body,
        chat,
        kept: undefined,
        term: noTerm,
        tries: 0,
        started: false,
        dropped: false,
      };
      const { promise, resolve } = Promise.withResolvers<void>();
      const claim = unsure || claims.stands(id) ? "asking" : "none";
      const one: Unkept = { held, claim, handled: false, ended: promise, end: resolve };
      unkept.set(id, one);
      return [one];
    });
    const turn = before.then(async () => {
      const asking = taken.filter(({ claim }) => claim === "asking").map(({ held }) => held.id);
      const had = await news.claim(others(), asking);
      for (const id of asking) decided(id, had.has(id));
      const own = taken.filter(({ held }) => unkept.has(held.id));
      for (const _ of own) metrics.count("telegram_updates_unkept");
      onHeld(own.map(({ held }) => held));
      return own.length;
    });
    // Whoever waits for this turn hears of its failure; the next one goes on all the same.
    before = turn.catch(() => undefined);
    return turn;
  }

  /** Whose it is that was asked about: another's, or this hub's. */
  function decided(id: number, others: boolean): void {
    const one = unkept.get(id);
    if (one?.claim !== "asking") return;
    one.claim = "made";
    if (!others) return;
    settle([id]);
    unkept.delete(id);
    one.end();
  }

  /** Notes what was handled meanwhile, so that it is known when it comes again. */
  async function record(): Promise<void> {
    const handled = [...unkept.values()].filter((one) => one.handled).map(({ held }) => held);
    if (handled.length === 0) return;
    await inbox.record(handled.map(({ id, body, chat }) => ({ id, body, chat, owner: hub })));
    for (const { id } of handled) {
      unkept.delete(id);
      // A look that began before may still bring it, had it been kept after all.
      remember(String(id));
      settle([id]);
    }
    log.info("telegram.recorded", { updates: handled.length });
  }

  return {
    async take(updates, fence) {
      const numbered = updates.flatMap((body) => {
        const id = updateId(body);
        if (id === undefined) log.warn("telegram.update-unreadable");
        return id === undefined ? [] : [{ id, body, chat: updateChat(body) }];
      });
      const living = membership.living();
      const term = membership.term() ?? noTerm;
      const owned = numbered
        .filter(({ id }) => !unkept.has(id))
        .map((update) => ({ ...update, owner: ownerOf(update.chat, living) }));
      let fresh = 0;
      // Nothing is sent to a store that is away, so that it is sure not to be kept there; the next look tells whether it is back.
      if (storeAway) fresh = await without(owned, false);
      else if (owned.length > 0) {
        try {
          const known = knownIds();
          const rows = await inbox.take(hub, owned, { known, ...(fence === undefined ? {} : { fence }) });
          if (rows === undefined) return undefined;
          settle(owned.map(({ id }) => id));
          passOn(rows);
          fresh = accept(rows, term);
        } catch (error) {
          failed(error);
          fresh = await without(owned, true);
        }
      }
      const waits = numbered.flatMap(({ id }) => unkept.get(id)?.ended ?? []);
      return { fresh, ended: Promise.all(waits).then(() => undefined) };
    },

    async look() {
      const term = membership.term();
      if (term === undefined) return 0;
      try {
        const { own, orphaned } = await inbox.waiting(hub, knownIds());
        if (storeAway) log.info("telegram.inbox-back");
        storeAway = false;
        await record();
        const living = membership.living();
        const chats = orphaned.map((chat) => ({ chat, owner: ownerOf(chat, living) }));
        const adopted = await inbox.adopt(hub, chats, knownIds());
        for (const owner of new Set(chats.map((one) => one.owner))) if (owner !== hub) news.tell(owner, []);
        // What was adopted comes after what was this hub's before in each chat: a chat has one or the other.
        return accept([...own, ...adopted], term);
      } catch (error) {
        failed(error);
        throw error;
      }
    },

    claimAgain() {
      const made = [...unkept.values()].filter(({ claim }) => claim === "made");
      if (made.length === 0) return;
      const ids = made.map(({ held }) => held.id);
      // Decided already: what they answer changes nothing.
      void news.claim(others(), ids);
    },

    claimed(from, ids) {
      const held = new Set(heldIds());
      return ids.filter((id) => {
        const asking = unkept.get(id)?.claim === "asking";
        // Of two that ask each other about the same one the first by name has it.
        const own = (unkept.has(id) && !(asking && from < hub)) || held.has(id) || settled.has(id);
        if (own && !claims.stands(id)) return true;
        if (asking) decided(id, true);
        claims.make(id);
        return false;
      });
    },

    async finish(held) {
      if (held.dropped) return;
      if (held.kept !== undefined) {
        inHand.delete(keyOf(held.kept));
        remember(keyOf(held.kept));
        return note(held.id, held.tries);
      }
      const one = unkept.get(held.id);
      if (one === undefined) return;
      one.handled = true;
      one.end();
      for (const [id, { handled }] of unkept) {
        if (unkept.size <= mostUnrecorded) break;
        if (handled) unkept.delete(id);
      }
      if (!storeAway) await record().catch(failed);
    },

    drop(held) {
      for (const [key, other] of inHand) {
        if (other.started || other.chat !== held.chat) continue;
        other.dropped = true;
        inHand.delete(key);
      }
    },

    dropStale() {
      const term = membership.term();
      for (const [key, held] of inHand) {
        if (held.started || held.term === term) continue;
        held.dropped = true;
        inHand.delete(key);
      }
    },

    lowestUnkept() {
      let lowest: number | undefined;
      for (const { held, handled } of unkept.values())
        if (!handled && (lowest === undefined || held.id < lowest)) lowest = held.id;
      return lowest;
    },

    away: () => storeAway,
  };
}

/** The oldest go when there are too many. */
function keepLast<T>(among: Set<T>, one: T, most: number): void {
  among.add(one);
  for (const oldest of among) {
    if (among.size <= most) break;
    among.delete(oldest);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
