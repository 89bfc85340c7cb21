/** From what happens to containers to episodes: pure, by container name, told the time with each call. */
import type { ContainerEvent } from "../shapes/event.ts";
import type { Episode } from "./contract.ts";
import { EPISODE_KINDS, type EpisodeKind } from "./kinds.ts";

/**
 * A death is judged so much later, ms: by then a stop that somebody asked for has said so, and the engine's first
 * restart (100 ms after the death) is part of the same news.
 */
export const SETTLE_MS = 1_500;
/**
 * A death so soon after a signal that ends was asked for, ms: the grace that `docker stop` gives. Where it was told to give
 * longer, the `stop` that follows the death at once says so.
 */
const SIGNAL_MS = 10_000;
/**
 * A loop: three starts after a death within five minutes. Five minutes is the longest pause of Kubernetes' crash-loop
 * back-off, so whoever fails thrice within one is what it calls CrashLoopBackOff; and Docker's own pauses (100 ms,
 * doubling, and none once it ran for 10 s) bring three far sooner.
 */
const LOOP_STARTS = 3;
const LOOP_MS = 300_000;
/** Running so long, and healthy where it is checked, is stable, ms. */
const STABLE_MS = 60_000;
/** One that is removed is made anew within this time, ms, or it is gone. */
const ANEW_MS = 10_000;
/** One that ended in order and is not started again by then has done its work, ms; a loop's longest pause is 60 s. */
const LOOP_PAUSE_MS = 90_000;
/** One that is well but for its first health checks is looked at again after this, ms. */
const CHECK_MS = 10_000;
/** An episode that got no worse is told again no sooner, ms. */
const CALM_MS = 60_000;
/** Containers kept in mind. The longest unheard-of without an episode goes first; no episode opens beyond it. */
const MOST_TRACKS = 500;
/** Episodes open at once. */
export const MOST_OPEN = 150;

/** Signals that programs take as news (SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH) and go on (signal(7), x86 and Arm). */
const NEWS_SIGNALS: readonly number[] = [1, 10, 12, 28];
/** 128 + SIGINT: somebody pressed Ctrl-C where it runs at a terminal. */
const INTERRUPTED = 130;

/** What tells nothing of a container that was not in trouble before. */
const QUIET_ALONE: readonly ContainerEvent["action"][] = ["start", "healthy", "stop", "destroy"];
/** What a start puts behind. */
const PAST = ["killedAt", "oomAt", "diedAt", "finishedAt", "stoppedAt", "removedAt"] as const;

/** What is known of one container name; JSON can hold it. Times are epoch ms by the machine's clock. */
export interface Track {
  name: string;
  id: string;
  image: string;
  up: boolean;
  health: "unknown" | "starting" | "healthy" | "unhealthy";
  /** Since when it is well: its start, or its getting healthy again. */
  wellSince?: number;
  killedAt?: number;
  oomAt?: number;
  /** A death nobody asked for, after which it has not started. */
  diedAt?: number;
  /** The same of an end in order (exit code 0). */
  finishedAt?: number;
  /** Starts after such deaths, within LOOP_MS. */
  starts: number[];
  /** What happened and is not judged yet. */
  trouble?: { kind: "died" | "unhealthy"; at: number; exitCode?: number; oom: boolean };
  /** Somebody stopped it, or it was removed. */
  stoppedAt?: number;
  removedAt?: number;
  heardAt: number;
  open?: Open;
}

/** An episode that goes on. */
export interface Open {
  episode: string;
  revision: number;
  kind: EpisodeKind;
  opened: number;
  exitCode?: number;
  oom: boolean;
  restarts: number;
  /** As told last. */
  told?: { at: number; kind: EpisodeKind; up: boolean; restarts: number };
}

/** What the engine says of a container when it is looked at. */
export interface Looked {
  id: string;
  image: string;
  up: boolean;
  health: Track["health"];
  exitCode: number;
  oom: boolean;
  /** Epoch ms; 0: never. */
  startedAt: number;
  finishedAt: number;
}

export type Revision = Omit<Episode, "agoMs" | "lines">;

const worse = (one: EpisodeKind, other: EpisodeKind): EpisodeKind =>
  EPISODE_KINDS.indexOf(one) > EPISODE_KINDS.indexOf(other) ? one : other;

export class Episodes {
  readonly #tracks = new Map<string, Track>();
  readonly #uuid: () => string;

  constructor(uuid: () => string, left: readonly Track[] = []) {
    this.#uuid = uuid;
    for (const track of left) this.#tracks.set(track.name, track);
  }

  /** To be kept. */
  get tracks(): Track[] {
    return [...this.#tracks.values()];
  }

  get open(): number {
    return this.tracks.filter((track) => track.open !== undefined).length;
  }

  of(name: string): Track | undefined {
    return this.#tracks.get(name);
  }

  /** `at`: when it happened by the machine's clock. */
  take(event: ContainerEvent, at: number): void {
    if (event.action === "rename") {
      this.#renamed(event, at);
      return;
    }
    const known = this.#tracks.get(event.name);
    if (known === undefined && QUIET_ALONE.includes(event.action)) return;
    const track = known ?? this.#track(event, at);
    // A name is one container's at a time: another id is one that was made anew.
    Object.assign(track, { id: event.id, image: event.image || track.image, heardAt: at });
    this.#happened(track, event, at);
  }

  #happened(track: Track, event: ContainerEvent, at: number): void {
    switch (event.action) {
      case "kill":
        if (!NEWS_SIGNALS.includes(event.signal ?? 15)) track.killedAt = at;
        break;
      case "oom":
        track.oomAt = at;
        break;
      case "die":
        this.#died(track, event.exitCode ?? 0, at);
        break;
      case "stop":
        this.#stopped(track, at);
        break;
      case "start":
        this.#started(track, at);
        break;
      case "destroy":
        track.up = false;
        track.removedAt = at;
        break;
      case "healthy":
        if (track.health === "unhealthy") track.wellSince = at;
        if (track.health === "unhealthy" && track.trouble?.kind === "unhealthy") delete track.trouble;
        track.health = "healthy";
        track.up = true;
        break;
      case "unhealthy":
        track.health = "unhealthy";
        track.up = true;
        track.trouble ??= { kind: "unhealthy", at, oom: false };
        break;
      case "rename":
        break;
    }
  }

  #died(track: Track, exitCode: number, at: number): void {
    const oom = track.oomAt !== undefined && exitCode === 137;
    const signalled = track.killedAt !== undefined && at - track.killedAt <= SIGNAL_MS;
    track.up = false;
    track.health = "unknown";
    if (signalled || exitCode === INTERRUPTED) {
      this.#stopped(track, at);
      return;
    }
    track.diedAt = at;
    // An end in order is no trouble, but starting again and again after it is.
    if (exitCode === 0) track.finishedAt = at;
    // One that dies again before it is judged must not put that off.
    else track.trouble = { kind: "died", at: track.trouble?.at ?? at, exitCode, oom };
  }

  #stopped(track: Track, at: number): void {
    track.up = false;
    track.health = "unknown";
    track.stoppedAt = at;
    for (const past of ["trouble", "diedAt", "finishedAt", "killedAt"] as const) delete track[past];
    track.starts = [];
  }

  #started(track: Track, at: number): void {
    const { diedAt } = track;
    track.up = true;
    track.health = "unknown";
    track.wellSince = at;
    for (const past of PAST) delete track[past];
    if (diedAt === undefined) return;
    track.starts = [...track.starts.filter((one) => at - one < LOOP_MS), at].slice(-LOOP_STARTS);
    if (track.open !== undefined) track.open.restarts += 1;
    // The third one after ends in order: nothing else would tell of it.
    if (track.starts.length === LOOP_STARTS) track.trouble ??= { kind: "died", at, exitCode: 0, oom: false };
  }

  /** The name is free: whoever makes a container anew renames the old one first, and the episode is the name's. */
  #renamed({ oldName, id }: ContainerEvent, at: number): void {
    const track = oldName === undefined ? undefined : this.#tracks.get(oldName);
    if (track === undefined || track.id !== id) return;
    track.up = false;
    track.removedAt = at;
  }

  /**
   * What a look at it says, when events may have been missed. `since`: from when on deaths are news (epoch ms). A death
   * by a signal from outside (137, 143) is then taken for asked: nothing tells it from an engine that stopped.
   */
  look(name: string, looked: Looked, since: number, now: number): void {
    const ends = [0, INTERRUPTED, 137, 143];
    const died = !looked.up && (looked.oom || !ends.includes(looked.exitCode)) && looked.finishedAt > since;
    const sick = looked.up && looked.health === "unhealthy";
    const known = this.#tracks.get(name);
    if (known === undefined && !died && !sick) return;
    const track = known ?? this.#track({ name, ...looked }, now);
    const seen = known !== undefined && known.id === looked.id && known.up === looked.up;
    Object.assign(track, { id: looked.id, image: looked.image || track.image, heardAt: now });
    delete track.removedAt;
    if (looked.up) {
      if (!seen || track.wellSince === undefined) this.#started(track, looked.startedAt || now);
      if (track.health === "unhealthy" && looked.health === "healthy") track.wellSince = now;
      track.health = looked.health;
      if (sick && track.open === undefined) track.trouble ??= { kind: "unhealthy", at: now, oom: false };
    } else if (died && !(seen && track.open !== undefined)) {
      track.up = false;
      track.diedAt = Math.min(looked.finishedAt, now);
      track.trouble ??= {
        ...{ kind: "died", at: Math.min(looked.finishedAt, now), oom: looked.oom },
        exitCode: looked.exitCode,
      };
    } else if (!seen) this.#stopped(track, now);
    else track.up = false;
  }

  /** The containers there are: episodes of those that are not any more end. */
  remain(names: ReadonlySet<string>, now: number): void {
    for (const track of this.#tracks.values()) {
      if (names.has(track.name)) continue;
      track.up = false;
      track.removedAt ??= now;
    }
  }

  /** When something is due next, epoch ms. */
  next(): number | undefined {
    let least: number | undefined;
    for (const track of this.#tracks.values()) {
      const due = dueOf(track);
      if (due !== undefined && (least === undefined || due < least)) least = due;
    }
    return least;
  }

  /** Names whose episode opens, changes or ends now. */
  due(now: number): string[] {
    this.#forget(now);
    return this.tracks
      .filter((track) => (dueOf(track) ?? Number.POSITIVE_INFINITY) <= now)
      .map(({ name }) => name);
  }

  /** The revision of one that is due; undefined when nothing is to be told. `looked`: what it is now, if it can be known. */
  revise(
    name: string,
    looked: Pick<Looked, "oom" | "image" | "health"> | undefined,
    now: number,
  ): Revision | undefined {
    const track = this.#tracks.get(name);
    if (track === undefined) return undefined;
    if (looked?.image) track.image = looked.image;
    if (track.up && looked !== undefined && track.health !== "unhealthy") track.health = looked.health;
    const { trouble } = track;
    if (trouble !== undefined && trouble.at + SETTLE_MS <= now) {
      delete track.trouble;
      if (!this.#worsen(track, trouble, trouble.oom || (trouble.kind === "died" && looked?.oom === true)))
        return undefined;
    }
    const { open } = track;
    if (open === undefined) return undefined;
    const end = endOf(track, open.kind, now);
    if (end === undefined && trouble === undefined && open.told !== undefined && open.told.up === track.up)
      return undefined;
    const at = end === undefined ? (trouble?.at ?? now) : now;
    open.revision += 1;
    open.told = { at: now, kind: open.kind, up: track.up, restarts: open.restarts };
    if (end !== undefined) {
      delete track.open;
      track.starts = [];
    }
    return {
      ...{ episode: open.episode, revision: open.revision, kind: open.kind },
      ...{ container: track.name, id: track.id, image: track.image, up: track.up },
      ...(end === undefined ? {} : { end }),
      ...(open.exitCode === undefined ? {} : { exitCode: open.exitCode }),
      ...{ oom: open.oom, restarts: open.restarts, opened: open.opened, at },
      lastedMs: Math.max(0, Math.round(at - open.opened)),
    };
  }

  /** False: no more episodes fit, and this one is not opened. */
  #worsen(track: Track, trouble: NonNullable<Track["trouble"]>, oom: boolean): boolean {
    const looping = track.starts.filter((one) => trouble.at - one < LOOP_MS).length >= LOOP_STARTS;
    const kind = looping ? "looping" : oom ? "oom" : trouble.kind;
    if (track.open === undefined) {
      if (this.open >= MOST_OPEN) return false;
      const restarts = track.starts.length;
      const opened = Math.min(trouble.at, track.starts[0] ?? trouble.at);
      track.open = { episode: this.#uuid(), revision: 0, kind, opened, oom, restarts };
    }
    const { open } = track;
    open.kind = worse(open.kind, kind);
    if (trouble.kind === "died") {
      open.oom = oom;
      if (trouble.exitCode !== undefined) open.exitCode = trouble.exitCode;
    }
    return true;
  }

  #track({ name, id, image }: Pick<ContainerEvent, "name" | "id" | "image">, at: number): Track {
    const track: Track = { name, id, image, up: true, health: "unknown", starts: [], heardAt: at };
    this.#tracks.set(name, track);
    if (this.#tracks.size > MOST_TRACKS) {
      const idle = this.tracks.filter((one) => one.open === undefined && one !== track);
      const oldest = idle.reduce<Track | undefined>(
        (a, b) => (a && a.heardAt <= b.heardAt ? a : b),
        undefined,
      );
      if (oldest !== undefined) this.#tracks.delete(oldest.name);
    }
    return track;
  }

  /** What can lead to nothing any more is not kept in mind. */
  #forget(now: number): void {
    for (const { name, open, trouble, starts, heardAt, diedAt } of this.tracks) {
      if (open !== undefined || trouble !== undefined) continue;
      const failing = starts.length > 0 || diedAt !== undefined;
      if (now - heardAt >= (failing ? LOOP_MS : SIGNAL_MS)) this.#tracks.delete(name);
    }
  }
}

/** When what ends an episode is due, and how it then ends. */
function endingOf(
  track: Track,
  kind: EpisodeKind,
): { at: number; end: NonNullable<Episode["end"]> } | undefined {
  const { removedAt, stoppedAt, finishedAt, wellSince } = track;
  const stopped = stoppedAt === undefined ? "removed" : "stopped";
  if (removedAt !== undefined) return { at: removedAt + ANEW_MS, end: stopped };
  if (stoppedAt !== undefined) return { at: stoppedAt + SETTLE_MS, end: "stopped" };
  if (!track.up && finishedAt !== undefined)
    return { at: finishedAt + (kind === "looping" ? LOOP_PAUSE_MS : SETTLE_MS), end: "recovered" };
  if (!track.up || wellSince === undefined || track.health === "unhealthy") return undefined;
  return { at: wellSince + STABLE_MS, end: "recovered" };
}

/** How its episode ends now. One whose first health checks are not through is given longer. */
function endOf(track: Track, kind: EpisodeKind, now: number): Episode["end"] {
  const ending = endingOf(track, kind);
  if (ending === undefined || now < ending.at) return undefined;
  if (ending.end !== "recovered" || track.health !== "starting") return ending.end;
  track.wellSince = now - STABLE_MS + CHECK_MS;
  return undefined;
}

function dueOf({ trouble, open, ...track }: Track): number | undefined {
  const dues: number[] = [];
  const calm = open?.told !== undefined && open.kind === "looping" ? open.told.at + CALM_MS : 0;
  if (trouble !== undefined) dues.push(Math.max(trouble.at + SETTLE_MS, calm));
  if (open !== undefined) {
    const ending = endingOf(track, open.kind);
    if (ending !== undefined) dues.push(ending.at);
    // Up again is news, but nothing to be quick about.
    if (open.told?.up === false && track.up && track.wellSince !== undefined)
      dues.push(Math.max(track.wellSince + SETTLE_MS, calm));
  }
  return dues.length === 0 ? undefined : Math.min(...dues);
}
