/** Follows the engine's events, looks after what it may have missed, and tells the hub of containers in trouble. */
import {
  type ContainerEvent,
  ContainerSummary,
  containerEventIn,
  type Docker,
  EngineRefusal,
  EPISODE_EVENT,
  Episodes,
  endOfLog,
  jsonLines,
  type Looked,
  lookedIn,
  mayBeInTrouble,
  nameIn,
  shownLines,
  WATCHED,
} from "@servereye/commands/agent";
import { Fault } from "@servereye/contract";
import type { Clock } from "../clock.ts";
import { EventQueue, type EventQueueOptions } from "../link/events.ts";
import { type Log, reasonOf } from "../log.ts";
import { type Kept, KeptFile } from "./kept.ts";

/** No engine: looked for again so seldom that it costs nothing, ms. */
const AWAY_MS = 60_000;
/** The stream ended: tried again after this, doubling up to AWAY_MS. */
const FIRST_MS = 500;
/** So long without an event the stream is begun anew, and all is looked over: half a connection says nothing either. */
const QUIET_MS = 600_000;
/** For one call to the engine, ms. */
const CALL_MS = 10_000;
/** The past that is asked for again, ms: two clocks and the edge between two streams. What came before is known by its key. */
const OVERLAP_MS = 2_000;
const MOST_KEYS = 1_024;
/** Containers inspected in one look over all. Dead ones of long ago stand last, and are none of its business. */
const MOST_LOOKS = 200;
/** The past is looked for no further back than this, ms. */
const LONGEST_PAST_MS = 24 * 3_600_000;

export interface WatchOptions {
  docker: Docker;
  clock: Clock;
  log: Log;
  uuid: () => string;
  left: Kept;
  disk: ConstructorParameters<typeof KeptFile>[0]["disk"];
  path: string;
  queue: Pick<EventQueueOptions, "identity" | "hubTime" | "bootId">;
}

export class ContainerWatch {
  readonly #o: WatchOptions;
  readonly #episodes: Episodes;
  readonly #file: KeptFile;
  /** What is told; the link takes it from here. */
  readonly events: EventQueue;
  readonly #keys = new Set<string>();
  readonly #ending = new AbortController();
  #lookedAt: number | undefined;
  #stopTurn = (): void => undefined;
  #turning = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: WatchOptions) {
    const { left, uuid, clock, log, disk, path } = options;
    this.#o = options;
    this.#lookedAt = left.lookedAt;
    this.#episodes = new Episodes(uuid, left.tracks);
    const now = (): Kept => ({
      lookedAt: this.#lookedAt,
      tracks: this.#episodes.tracks,
      events: this.events.state,
    });
    this.#file = new KeptFile({ disk, path, clock, log, now });
    this.events = new EventQueue({
      ...{ ...options.queue, clock, log, uuid },
      left: left.events,
      changed: () => this.#file.save(),
    });
  }

  start(): void {
    this.#ended = this.#run();
  }

  /** Resolves when what is known stands on the disk. */
  async stop(): Promise<void> {
    this.#ending.abort();
    this.#stopTurn();
    await this.#ended;
    this.events.close();
    this.#file.save();
    await this.#file.settled();
  }

  get #over(): boolean {
    return this.#ending.signal.aborted;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#over; ) {
      const began = this.#o.clock.monotonic();
      try {
        await this.#follow();
      } catch (error) {
        if (this.#over) return;
        const reason = error instanceof Fault ? error.values.reason : undefined;
        if (reason === "silent") continue;
        if (error instanceof Fault && error.code === "DOCKER_UNAVAILABLE") {
          // Most machines without Docker never have it: nothing to say. One that answered before comes back soon.
          if (reason === "absent" || reason === "denied")
            failures = Math.max(failures, this.#lookedAt ? 0 : 8);
        } else this.#o.log.warn("watch.failed", { reason: reasonOf(error) });
      }
      if (this.#over) return;
      if (this.#o.clock.monotonic() - began > AWAY_MS) failures = 0;
      await this.#wait(Math.min(AWAY_MS, FIRST_MS * 2 ** Math.min(failures++, 10)));
    }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#o.clock.after(ms, () => {
        this.#ending.signal.removeEventListener("abort", end);
        resolve();
      });
      const end = (): void => {
        cancel();
        resolve();
      };
      this.#ending.signal.addEventListener("abort", end, { once: true });
    });
  }

  /** What happened until now, a look over all, then what happens. Ends when the stream does. */
  async #follow(): Promise<void> {
    const now = this.#now();
    const known = this.#lookedAt;
    const since = Math.max(known ?? now, now - LONGEST_PAST_MS);
    if (known !== undefined) await this.#hear(since - OVERLAP_MS, now);
    await this.#lookOver(since, now);
    this.#lookedAt = Math.max(this.#lookedAt ?? 0, now);
    this.#file.save();
    this.#turn();
    await this.#hear(known === undefined ? now : now - OVERLAP_MS, undefined);
  }

  async #hear(since: number, until: number | undefined): Promise<void> {
    const pieces = await this.#o.docker.engine.stream({
      route: "events",
      query: {
        since: (since / 1_000).toFixed(3),
        ...(until === undefined ? {} : { until: (until / 1_000).toFixed(3) }),
        filters: { type: ["container"], event: [...WATCHED] },
      },
      deadlineMs: CALL_MS,
      quietMs: until === undefined ? QUIET_MS : CALL_MS,
      signal: this.#ending.signal,
    });
    for await (const value of jsonLines(pieces)) {
      const event = containerEventIn(value);
      if (event !== undefined) this.#take(event, until === undefined);
    }
  }

  #take(event: ContainerEvent, live: boolean): void {
    if (this.#keys.has(event.key)) return;
    this.#keys.add(event.key);
    if (this.#keys.size > MOST_KEYS)
      for (const key of [...this.#keys].slice(0, MOST_KEYS / 2)) this.#keys.delete(key);
    // Another machine's engine may be ahead of this clock.
    const at = Math.min(event.at, this.#now());
    this.#lookedAt = Math.max(this.#lookedAt ?? 0, at);
    this.#episodes.take(event, at);
    this.#file.save();
    if (live) this.#turn();
  }

  /** A list, and an inspection of each that is in trouble or was. */
  async #lookOver(since: number, now: number): Promise<void> {
    const { engine } = this.#o.docker;
    const { body } = await engine.call({
      ...{ route: "containers.list", query: { all: true }, deadlineMs: CALL_MS },
      signal: this.#ending.signal,
    });
    const names = new Set<string>();
    let looks = 0;
    for (const one of Array.isArray(body) ? body : []) {
      const summary = ContainerSummary.safeParse(one);
      if (!summary.success) continue;
      const name = nameIn(summary.data);
      names.add(name);
      if (this.#episodes.of(name) === undefined && !mayBeInTrouble(summary.data)) continue;
      if (looks++ >= MOST_LOOKS) continue;
      const looked = await this.#inspect(summary.data.Id);
      if (looked !== undefined) this.#episodes.look(name, looked, since, now);
    }
    this.#episodes.remain(names, now);
  }

  async #inspect(id: string): Promise<(Looked & { tty: boolean }) | undefined> {
    try {
      const { body } = await this.#o.docker.engine.call({
        ...{ route: "container.inspect", path: { id }, deadlineMs: CALL_MS },
        signal: this.#ending.signal,
      });
      return lookedIn(body);
    } catch (error) {
      // It is gone by now, which its own event tells.
      if (error instanceof EngineRefusal) return undefined;
      throw error;
    }
  }

  async #lines(id: string, tty: boolean): Promise<string[] | undefined> {
    const { policy, engine } = this.#o.docker;
    if (!policy.allow.includes("containers.logs")) return undefined;
    try {
      const pieces = await engine.stream({
        ...{ route: "container.logs", path: { id }, query: { stdout: true, stderr: true, tail: 20 } },
        ...{ deadlineMs: CALL_MS, quietMs: CALL_MS, signal: this.#ending.signal },
      });
      return shownLines(await endOfLog(pieces, !tty));
    } catch (error) {
      // Its driver keeps none, or it is gone: what happened is told without.
      if (!(error instanceof EngineRefusal) && !(error instanceof Fault)) throw error;
      return undefined;
    }
  }

  #now(): number {
    return this.#o.clock.now();
  }

  /** Tells what is due, and waits for what is due next. One at a time. */
  #turn(): void {
    this.#stopTurn();
    if (this.#turning || this.#over) return;
    const next = this.#episodes.next();
    if (next === undefined) return;
    this.#stopTurn = this.#o.clock.after(Math.max(0, next - this.#now()), () => {
      this.#turning = true;
      this.#tell()
        .catch((error: unknown) => this.#o.log.error("watch.failed", { reason: reasonOf(error) }))
        .finally(() => {
          this.#turning = false;
          this.#turn();
        });
    });
  }

  async #tell(): Promise<void> {
    for (const name of this.#episodes.due(this.#now())) {
      if (this.#over) return;
      const id = this.#episodes.of(name)?.id;
      const looked = id === undefined ? undefined : await this.#seen(id);
      const revision = this.#episodes.revise(name, looked, this.#now());
      if (revision === undefined) continue;
      const lines =
        revision.end !== undefined || looked === undefined
          ? undefined
          : await this.#lines(revision.id, looked.tty);
      const payload = { ...revision, ...(lines === undefined ? {} : { lines }) };
      this.events.put({ type: EPISODE_EVENT, topic: revision.episode, at: revision.at, payload });
      const { container, kind, end } = revision;
      this.#o.log.info("container.episode", { container, kind, ...(end === undefined ? {} : { end }) });
    }
    this.#file.save();
  }

  /** As it is now; undefined when the engine can not say: then what its events told is told. */
  async #seen(id: string): Promise<(Looked & { tty: boolean }) | undefined> {
    try {
      return await this.#inspect(id);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return undefined;
    }
  }
}
