/** From updates to the core: each kept before it counts as received, handled by one hub, in order within its chat. */
import { createConcurrentSink, sequentialize } from "@grammyjs/runner";
import type { ChatHandler, Incoming } from "../../core/ports/chat.ts";
import type { Membership } from "../../core/ports/hubs.ts";
import type { Inbox } from "../../core/ports/inbox.ts";
import type { Clock, Log, Metrics } from "../../core/ports/process.ts";
import { createKeeping, type Held } from "./keeping.ts";
import type { News } from "./news.ts";
import type { Presses } from "./presses.ts";
import { type Me, type Read, readUpdate } from "./update.ts";

/** Updates handled at the same time; one chat may have so many of them waiting; and a handler's longest time, ms. */
const mostAtOnce = 500;
const mostOfOneChat = 50;
const handlerPatience = 180_000;
/** Between two looks into the inbox, ms: with other hubs, or with something to note there; and for a hub alone. */
const lookEvery = 1_000;
const lookAloneEvery = 2_500;
/** So many hubs may die while they handle an update. It goes alone from the second on, so that it takes none with it. */
const mostTries = 3;

export type { Held } from "./keeping.ts";

export interface Intake {
  /**
   * Keeps a batch in the inbox and starts to handle what of it is to be handled here, kept or not; gives how many that
   * are. `ended` resolves when what could not be kept came to its end. Undefined: `fence` is not the leader's any more,
   * nothing was done. Before `meet` what is kept waits.
   */
  keep(
    updates: readonly unknown[],
    fence?: number,
  ): Promise<{ fresh: number; ended: Promise<void> } | undefined>;
  /** Resolves when there is room for more, with how many. */
  room(): Promise<number>;
  /** Who the bot is; then what an earlier run left is handled, before anything new. Rejects as the inbox does. */
  meet(me: Me): Promise<void>;
  /** The lowest id among those handled without being kept: until it came to its end it must not be confirmed. */
  lowestUnkept(): number | undefined;
  /** Another hub tells that there is something, or it is time to see whether there is. */
  look(): void;
  /** Another hub handles those without knowing whether they are kept; gives those that it should not: this hub has them. */
  claimed(from: string, ids: readonly number[]): number[];
  size(): number;
  full(): boolean;
  /** What is not handled by now stays in the inbox for another hub or the next start. */
  abandon(): void;
  /** Resolves when nothing is being handled. */
  drained(): Promise<void>;
}

export interface IntakeOptions {
  inbox: Inbox;
  membership: Membership;
  news: Pick<News, "tell" | "listen" | "claim">;
  handler: ChatHandler;
  presses: Presses;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

interface Task {
  readonly held: Held;
  readonly read: Read;
}

export function createIntake(options: IntakeOptions): Intake {
  const { inbox, membership, news, handler, presses, clock, log, metrics } = options;
  const keeping = createKeeping({ inbox, membership, news, onHeld: handle, clock, log, metrics });
  let me: Me | undefined;
  let abandoned = false;
  /** Was in hand before the bot knew its name; kept in the inbox as well. */
  const early: Held[] = [];
  const ofChat = new Map<string, number>();
  const onDrained: Array<() => void> = [];
  const inOrder = sequentialize<Task>(({ read }) => read.chat);
  const alone = sequentialize<Task>(() => "alone");
  let looking = false;
  let lookAgain = false;
  let cancelLook = (): void => undefined;
  const stopHearing = membership.changed(() => {
    keeping.dropStale();
    look();
  });

  const sink = createConcurrentSink<Task>(
    { consume },
    async (error: unknown) => log.error("telegram.update-failed", { reason: reasonOf(error) }),
    { concurrency: mostAtOnce },
  );

  async function consume(task: Task): Promise<void> {
    const { held, read } = task;
    const chat = read.chat ?? "";
    ofChat.set(chat, (ofChat.get(chat) ?? 0) + 1);
    const pressId = read.kind === "standing" ? undefined : read.pressId;
    if (pressId !== undefined) presses.arrived(pressId);
    try {
      if (chat !== "" && (ofChat.get(chat) ?? 0) > mostOfOneChat) {
        metrics.count("telegram_updates", { kind: "flood" });
        log.warn("telegram.flood", { chat });
      } else {
        await inOrder(task, () => begin(task));
      }
    } finally {
      const left = (ofChat.get(chat) ?? 1) - 1;
      if (left === 0) ofChat.delete(chat);
      else ofChat.set(chat, left);
      // Not handled here, or not yet: whoever does it may have something to say, and the first answer alone counts.
      if (pressId !== undefined) presses[abandoned || held.dropped ? "left" : "handled"](pressId);
      // Once abandoned its reply may not have left the house any more: whoever has it next does it again.
      if (!abandoned) await keeping.finish(held);
      if (sink.size() <= 1) for (const resolve of onDrained.splice(0)) resolve();
    }
  }

  /** Handles it if it is this hub's to handle at this very moment. */
  async function begin(task: Task): Promise<void> {
    const { held } = task;
    // Given up: it is another's by now.
    if (abandoned || held.dropped) return;
    if (held.kept === undefined) return act(task);
    if (!mine(held)) return;
    if (!held.kept.adopted) {
      held.started = true;
      return act(task);
    }
    if (held.kept.tries >= mostTries) return giveUp(task);
    const suspect = held.kept.tries > 1;
    const go = async () => {
      const { kept } = held;
      const tries = kept === undefined ? undefined : await begun(kept);
      if (tries === undefined) return keeping.drop(held);
      held.tries = tries;
      if (abandoned || !mine(held)) return;
      held.started = true;
      await act(task);
    };
    await (suspect ? alone(task, go) : go());
  }

  /** A hub that was away for longer than its seat lasts may have been taken for dead: then it claims anew. */
  function mine(held: Held): boolean {
    if (!held.dropped && membership.term() === held.term) return true;
    keeping.dropStale();
    look();
    return false;
  }

  async function begun(kept: NonNullable<Held["kept"]>): Promise<number | undefined> {
    try {
      return await inbox.begin(membership.hub, kept);
    } catch (error) {
      log.debug("telegram.begin-failed", { reason: reasonOf(error) });
      return undefined;
    }
  }

  async function giveUp({ held, read }: Task): Promise<void> {
    metrics.count("telegram_updates_given_up");
    log.error("telegram.given-up", { id: held.id, chat: held.chat, tries: mostTries });
    // Before its person is told: should that be what hubs die of, it happens once.
    await keeping.finish(held);
    if (read.kind !== "incoming") return;
    await handler.gaveUp?.(read.incoming).catch((error: unknown) => {
      log.warn("telegram.given-up-untold", { id: held.id, reason: reasonOf(error) });
    });
  }

  async function act({ read, held }: Task): Promise<void> {
    if (read.kind === "ignored") {
      metrics.count("telegram_updates", { kind: "ignored" });
      log.debug("telegram.ignored", { why: read.why });
      return;
    }
    if (read.kind === "standing") {
      metrics.count("telegram_updates", { kind: "standing" });
      log.info("telegram.standing", { chat: read.chat, status: read.status });
      return;
    }
    metrics.count("telegram_updates", { kind: read.incoming.did.kind });
    const incoming = held.kept === undefined ? { ...read.incoming, unkept: true as const } : read.incoming;
    await handled(incoming, read.chat);
  }

  /** A handler has deadlines for all it does; should it hang all the same, its chat goes on without it. */
  function handled(incoming: Incoming, chat: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(handlerPatience, () => {
        log.error("telegram.handler-stuck", { chat });
        resolve();
      });
      handler.handle(incoming).then(resolve, reject).finally(cancel);
    });
  }

  const full = (): boolean => sink.size() + early.length >= mostAtOnce;

  function handle(updates: readonly Held[]): void {
    const known = me;
    if (known === undefined) early.push(...updates);
    else void sink.handle(updates.map((held) => ({ held, read: readUpdate(held.body, known) })));
  }

  /** One look at a time; who asks meanwhile gets one after it, which sees what they mean. */
  function look(): void {
    if (me === undefined || abandoned) return;
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = true;
    lookAgain = false;
    cancelLook();
    void looked().finally(() => {
      looking = false;
      if (abandoned) return;
      const often = keeping.away() || membership.living().length > 1;
      if (lookAgain && !full()) look();
      else cancelLook = clock.after(often ? lookEvery : lookAloneEvery, look);
    });
  }

  async function looked(): Promise<void> {
    keeping.claimAgain();
    try {
      await news.listen();
    } catch (error) {
      // Without news it only takes until the next look.
      log.debug("telegram.news-failed", { reason: reasonOf(error) });
    }
    if (full()) return;
    try {
      await keeping.look();
    } catch (error) {
      // Said once by whoever keeps; the next look tries again.
      log.debug("telegram.look-failed", { reason: reasonOf(error) });
    }
  }

  return {
    keep: (updates, fence) => keeping.take(updates, fence),
    room: () => sink.handle([]),
    async meet(bot) {
      const left = await keeping.look();
      if (left > 0) log.info("telegram.resumed", { updates: left });
      me = bot;
      handle(early.splice(0));
      look();
    },
    lowestUnkept: keeping.lowestUnkept,
    look,
    claimed: keeping.claimed,
    abandon() {
      abandoned = true;
      cancelLook();
      stopHearing();
    },
    size: () => sink.size(),
    full,
    drained: () =>
      sink.size() === 0 ? Promise.resolve() : new Promise((resolve) => onDrained.push(resolve)),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
