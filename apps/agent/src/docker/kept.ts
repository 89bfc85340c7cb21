/** What the watch over containers has to know after a restart, in one file: written whole, one write at a time. */
import type { Track } from "@servereye/commands/agent";
import type { Clock } from "../clock.ts";
import type { Disk } from "../disk.ts";
import type { WaitingEvent } from "../link/events.ts";
import { type Log, reasonOf } from "../log.ts";

export interface Kept {
  /** Until when the engine's events are known: epoch ms by this machine's clock; undefined: never looked. */
  lookedAt: number | undefined;
  tracks: readonly Track[];
  events: { seq: number; bootId: string; waiting: readonly WaitingEvent[] };
}

const NOTHING: Kept = { lookedAt: undefined, tracks: [], events: { seq: 0, bootId: "", waiting: [] } };
/** Raised when what is in the file is written otherwise: an older one is not read then. */
const FORM = 1;
/** A disk that refused is tried again after this, ms, whether or not something changes. */
const AGAIN_MS = 30_000;

export class KeptFile {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #now: () => Kept;
  #due = false;
  #writing: Promise<void> | undefined;
  #broken = false;

  /** `now`: what is to be kept at that moment. */
  constructor(parts: { disk: Disk; path: string; clock: Clock; log: Log; now: () => Kept }) {
    this.#disk = parts.disk;
    this.#path = parts.path;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#now = parts.now;
  }

  /** Something changed. What changes while it is written goes with the next write. */
  save(): void {
    this.#due = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when all that was saved stands on the disk, or could not be brought there. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#due) {
      this.#due = false;
      try {
        await this.#disk.replace(this.#path, JSON.stringify({ form: FORM, ...this.#now() }));
        this.#broken = false;
      } catch (error) {
        // It is told on all the same: after a restart something may be told twice, and nothing is lost that the engine knows.
        if (!this.#broken) this.#log.error("watch.unkept", { path: this.#path, reason: reasonOf(error) });
        this.#broken = true;
        this.#clock.after(AGAIN_MS, () => this.save());
        return;
      }
    }
  }
}

/** What an earlier life left; nothing where the file is not there, torn, or of another form. */
export async function keptIn(disk: Disk, path: string, log: Log): Promise<Kept> {
  try {
    const text = await disk.read(path);
    if (text === undefined) return NOTHING;
    const value: unknown = JSON.parse(text);
    if (isKept(value)) return value;
    log.warn("watch.forgotten", { path, reason: "written in another form" });
  } catch (error) {
    // Begins anew: it opens what is wrong now, and does not know what was told before.
    log.warn("watch.forgotten", { path, reason: reasonOf(error) });
  }
  return NOTHING;
}

/** Only this agent writes it, and as a whole: its form is all there is to check. */
function isKept(value: unknown): value is Kept {
  if (typeof value !== "object" || value === null) return false;
  if (!("form" in value && "tracks" in value && "events" in value)) return false;
  const { form, tracks, events } = value;
  if (form !== FORM || !Array.isArray(tracks) || typeof events !== "object" || events === null) return false;
  return "waiting" in events && Array.isArray(events.waiting);
}
