/** From updates to the core: each kept before it counts as received, handled once, in order within its chat. */
import { createConcurrentSink, sequentialize } from "@grammyjs/runner";
import type { ChatHandler, Clock, Inbox, Incoming, Log, Metrics } from "../../core/ports.ts";
import type { Presses } from "./presses.ts";
import { type Me, type Read, readUpdate, updateId } from "./update.ts";

/** Updates handled at the same time; one chat may have so many of them waiting; and a handler's longest time, ms. */
const mostAtOnce = 500;
const mostOfOneChat = 50;
const handlerPatience = 180_000;
/** Ids remembered of updates that could perhaps not be kept; Telegram sends no more than a hundred before they are. */
const mostUnsure = 10_000;

export interface Kept {
  id: number;
  body: unknown;
}

export interface Intake {
  /** Keeps a batch in the inbox and gives what is new of it, in order. Rejects when it could not be kept. */
  keep(updates: readonly unknown[]): Promise<Kept[]>;
  /** Starts to handle, or waits for `meet`. Resolves when there is room for more, with how many. */
  handle(updates: readonly Kept[]): Promise<number>;
  /** Who the bot is; then what an earlier run left is handled, before anything new. Rejects as the inbox does. */
  meet(me: Me): Promise<void>;
  size(): number;
  full(): boolean;
  /** What is not handled by now stays in the inbox for the next start. */
  abandon(): void;
  /** Resolves when nothing is being handled. */
  drained(): Promise<void>;
}

export interface IntakeOptions {
  inbox: Inbox;
  handler: ChatHandler;
  presses: Presses;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

interface Task {
  readonly id: number;
  readonly read: Read;
}

export function createIntake({ inbox, handler, presses, clock, log, metrics }: IntakeOptions): Intake {
  let me: Me | undefined;
  let abandoned = false;
  /** Came in before the bot knew its name; kept in the inbox as well. */
  const early: Kept[] = [];
  /** Taken over from an earlier run: such an update may come in by the webhook at the same moment. */
  let resumed: ReadonlySet<number> = new Set();
  const ofChat = new Map<string, number>();
  const unsure = new Set<number>();
  const onDrained: Array<() => void> = [];
  const inOrder = sequentialize<Task>(({ read }) => read.chat);

  const sink = createConcurrentSink<Task>(
    { consume },
    async (error: unknown) => log.error("telegram.update-failed", { reason: reasonOf(error) }),
    { concurrency: mostAtOnce },
  );

  async function consume(task: Task): Promise<void> {
    const chat = task.read.chat ?? "";
    ofChat.set(chat, (ofChat.get(chat) ?? 0) + 1);
    if (task.read.kind !== "standing" && task.read.pressId !== undefined) presses.arrived(task.read.pressId);
    try {
      if (chat !== "" && (ofChat.get(chat) ?? 0) > mostOfOneChat) {
        metrics.count("telegram_updates", { kind: "flood" });
        log.warn("telegram.flood", { chat });
      } else {
        await inOrder(task, () => act(task.read));
      }
    } finally {
      const left = (ofChat.get(chat) ?? 1) - 1;
      if (left === 0) ofChat.delete(chat);
      else ofChat.set(chat, left);
      if (task.read.kind !== "standing" && task.read.pressId !== undefined)
        presses.handled(task.read.pressId);
      await finish(task.id);
      if (sink.size() <= 1) for (const resolve of onDrained.splice(0)) resolve();
    }
  }

  async function finish(id: number): Promise<void> {
    // Its reply may not have left the house any more: the next start does it again.
    if (abandoned) return;
    try {
      await inbox.done(id);
    } catch (error) {
      // It stays unfinished and is handled again at the next start: twice is the lesser evil, and it is told.
      log.error("telegram.inbox-failed", { id, reason: reasonOf(error) });
    }
  }

  async function act(read: Read): Promise<void> {
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
    await handled(read.incoming, read.chat);
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

  /**
   * What of a batch is to be handled. A take that failed may have been done all the same, by a store that was only
   * slow: its updates are known there then, and nobody handles them. They come again, and are looked up.
   */
  async function taken(updates: readonly Kept[]): Promise<Kept[]> {
    try {
      const fresh = await inbox.take(updates);
      const inDoubt = new Set(updates.map(({ id }) => id).filter((id) => unsure.has(id)));
      if (inDoubt.size === 0) return fresh;
      for (const { id } of fresh) inDoubt.delete(id);
      const left = (await inbox.unfinished()).filter(({ id }) => inDoubt.has(id));
      for (const { id } of updates) unsure.delete(id);
      return [...fresh, ...left].sort((a, b) => a.id - b.id);
    } catch (error) {
      for (const { id } of updates) unsure.add(id);
      for (const id of unsure) {
        if (unsure.size <= mostUnsure) break;
        unsure.delete(id);
      }
      throw error;
    }
  }

  async function handle(updates: readonly Kept[]): Promise<number> {
    const known = me;
    if (known === undefined) {
      early.push(...updates);
      return 0;
    }
    const fresh = updates.filter(({ id }) => !resumed.has(id));
    return await sink.handle(fresh.map(({ id, body }) => ({ id, read: readUpdate(body, known) })));
  }

  return {
    keep(updates) {
      const numbered = updates.flatMap((body) => {
        const id = updateId(body);
        if (id === undefined) log.warn("telegram.update-unreadable");
        return id === undefined ? [] : [{ id, body }];
      });
      return numbered.length === 0 ? Promise.resolve([]) : taken(numbered);
    },
    handle,
    async meet(bot) {
      const left = await inbox.unfinished();
      if (left.length > 0) log.info("telegram.resumed", { updates: left.length });
      me = bot;
      const known = new Set(left.map(({ id }) => id));
      const all = [...left, ...early.splice(0).filter(({ id }) => !known.has(id))];
      void handle(all);
      resumed = known;
    },
    abandon() {
      abandoned = true;
    },
    size: () => sink.size(),
    full: () => sink.size() + early.length >= mostAtOnce,
    drained: () =>
      sink.size() === 0 ? Promise.resolve() : new Promise((resolve) => onDrained.push(resolve)),
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
