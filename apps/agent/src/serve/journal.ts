/** The ids of messages that were seen, on disk, so that none is run twice, not even after a restart. */
import type { Appendix, Disk } from "../disk.ts";
import { type Log, reasonOf } from "../log.ts";

/** Ids kept at the most; a hub that sends more within their lifetimes is not served until some expired. */
const MOST_IDS = 65_536;
/** Expired ids are let go when this many are held, and each time they doubled since. */
const TIDY_FROM = 1_024;

const LINE = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (\d{1,15})$/;
const FLOOR = /^floor (\d{1,15})$/;

interface Waiter {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What the text of a journal says. Lines that are none (a torn last one) are passed over. */
export function journalOf(text: string): { ids: Map<string, number>; floor: number } {
  const ids = new Map<string, number>();
  let floor = 0;
  for (const line of text.split("\n")) {
    const [, id, expires] = LINE.exec(line) ?? [];
    if (id !== undefined) ids.set(id, Math.max(Number(expires), ids.get(id) ?? 0));
    else floor = Math.max(floor, Number(FLOOR.exec(line)?.[1] ?? 0));
  }
  return { ids, floor };
}

export class Journal {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #log: Log;
  readonly #ids: Map<string, number>;
  /**
   * The latest expiry of any id that was let go. What expires no later is refused for good, so a clock that is set
   * back (or a hub's time that was forged on the way) opens no way for an old message.
   */
  #floor: number;
  #lines = "";
  #waiters: Waiter[] = [];
  /** The file is not what it should be: it has to be written anew as a whole. */
  #rewrite = true;
  #appendix: Appendix | undefined;
  #busy = false;
  #writing: Promise<void> = Promise.resolve();
  #tidyAt = TIDY_FROM;
  #broken = false;

  private constructor(disk: Disk, path: string, log: Log, text: string) {
    const { ids, floor } = journalOf(text);
    this.#disk = disk;
    this.#path = path;
    this.#log = log;
    this.#ids = ids;
    this.#floor = floor;
  }

  /** Rejects when the file is there and can not be read: to begin without it would forget what was done. */
  static async open(disk: Disk, path: string, log: Log): Promise<Journal> {
    const journal = new Journal(disk, path, log, (await disk.read(path)) ?? "");
    journal.#write();
    return journal;
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Notes an id. "seen": it was noted before, or is older than what is remembered. "full": not noted. */
  enter(id: string, expires: number, hubNow: number): "new" | "seen" | "full" {
    if (expires <= this.#floor || this.#ids.has(id)) return "seen";
    if (this.#ids.size >= this.#tidyAt) this.#tidy(hubNow);
    if (this.#ids.size >= MOST_IDS) return "full";
    this.#ids.set(id, expires);
    this.#lines += `${id} ${expires}\n`;
    this.#write();
    return "new";
  }

  /** Resolves when every id noted so far stands on the disk; rejects when it can not be brought there. */
  kept(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#appendix?.close();
    this.#appendix = undefined;
  }

  #tidy(hubNow: number): void {
    for (const [id, expires] of this.#ids) {
      if (expires >= hubNow) continue;
      this.#ids.delete(id);
      this.#floor = Math.max(this.#floor, expires);
      this.#rewrite = true;
    }
    this.#tidyAt = Math.min(MOST_IDS, Math.max(TIDY_FROM, this.#ids.size * 2));
  }

  /** One write at a time; what comes meanwhile goes with the next. */
  #write(): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#writing = this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#rewrite || this.#lines !== "" || this.#waiters.length > 0) {
      const waiters = this.#waiters;
      this.#waiters = [];
      try {
        await this.#bring(waiters.length > 0);
        if (this.#broken) this.#log.info("journal.well");
        this.#broken = false;
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        // Readings go on without; the next id tries the whole file again.
        this.#rewrite = true;
        this.#lines = "";
        if (!this.#broken) this.#log.error("journal.failed", { path: this.#path, reason: reasonOf(error) });
        this.#broken = true;
        for (const waiter of waiters) waiter.reject(error);
        if (this.#waiters.length === 0) break;
      }
    }
    this.#busy = false;
  }

  async #bring(durably: boolean): Promise<void> {
    if (this.#rewrite) {
      this.#lines = "";
      this.#rewrite = false;
      const text = [...this.#ids].map(([id, expires]) => `${id} ${expires}\n`).join("");
      await this.#appendix?.close();
      this.#appendix = undefined;
      await this.#disk.replace(this.#path, `floor ${this.#floor}\n${text}`);
    } else {
      const lines = this.#lines;
      this.#lines = "";
      this.#appendix ??= await this.#disk.append(this.#path);
      if (lines !== "") await this.#appendix.write(lines);
      if (durably) await this.#appendix.sync();
    }
  }
}
