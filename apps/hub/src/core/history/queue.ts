/** Batches that wait to be kept, within bounds: what is measured now before what is late, each in the order it came. */
import type { Ingest } from "../ports/history.ts";
import { valuesOf, weightOf } from "./batch.ts";

export interface QueueLimits {
  /** Bytes in memory, reckoned, and batches: of all servers. Late ones may fill three quarters. */
  bytes: number;
  batches: number;
  /** Of one server's late ones, and of what it measures now. */
  bytesEach: number;
  batchesEach: number;
  liveEach: number;
}

export const QUEUE: QueueLimits = {
  bytes: 96 * 1_048_576,
  batches: 20_000,
  bytesEach: 16 * 1_048_576,
  batchesEach: 16,
  liveEach: 10,
};

export interface Waiting<Owner> {
  owner: Owner;
  late: boolean;
  ingest: Ingest;
}

export interface BatchQueue<Owner> {
  /** False when there is no room; then nothing was taken. */
  put(one: Waiting<Owner>): boolean;
  /** The next ones, of at most so many values together but one at least. */
  take(values: number): Array<Waiting<Owner>>;
  /** Lets go of all. */
  clear(): void;
  readonly size: number;
  readonly bytes: number;
  readonly lateSamples: number;
  /** When the oldest of what is measured now came, epoch ms. */
  readonly oldestLive: number | undefined;
}

interface Held {
  bytes: number;
  late: number;
  live: number;
}

/** Taken from its front without moving the rest each time. */
class Line<T> {
  #items: T[] = [];
  #at = 0;
  get first(): T | undefined {
    return this.#items[this.#at];
  }
  get length(): number {
    return this.#items.length - this.#at;
  }
  push(item: T): void {
    this.#items.push(item);
  }
  shift(): T | undefined {
    const item = this.#items[this.#at++];
    if (this.#at > 1_024 || this.#at >= this.#items.length) {
      this.#items = this.#items.slice(this.#at);
      this.#at = 0;
    }
    return item;
  }
}

export function createQueue<Owner>(limits: QueueLimits): BatchQueue<Owner> {
  let live = new Line<Waiting<Owner>>();
  let late = new Line<Waiting<Owner>>();
  let each = new Map<string, Held>();
  let bytes = 0;
  let lateSamples = 0;

  function count(one: Waiting<Owner>, sign: 1 | -1): void {
    const { serverId, batch } = one.ingest;
    const held = each.get(serverId) ?? { bytes: 0, late: 0, live: 0 };
    const weight = sign * weightOf(batch);
    bytes += weight;
    held.bytes += weight;
    held[one.late ? "late" : "live"] += sign;
    if (one.late) lateSamples += sign * batch.samples.length;
    if (held.late + held.live > 0) each.set(serverId, held);
    else each.delete(serverId);
  }

  function fits({ late: isLate, ingest }: Waiting<Owner>): boolean {
    const share = isLate ? 0.75 : 1;
    const weight = weightOf(ingest.batch);
    if (bytes + weight > limits.bytes * share || live.length + late.length >= limits.batches * share)
      return false;
    const held = each.get(ingest.serverId);
    if (held === undefined) return true;
    if (held.bytes + weight > limits.bytesEach) return false;
    return isLate ? held.late < limits.batchesEach : held.live < limits.liveEach;
  }

  return {
    put(one) {
      if (!fits(one)) return false;
      (one.late ? late : live).push(one);
      count(one, 1);
      return true;
    },
    take(most) {
      const taken: Array<Waiting<Owner>> = [];
      let values = 0;
      for (;;) {
        const line = live.length > 0 ? live : late;
        const { first } = line;
        if (first === undefined) break;
        values += valuesOf(first.ingest.batch);
        if (taken.length > 0 && values > most) break;
        line.shift();
        count(first, -1);
        taken.push(first);
      }
      return taken;
    },
    clear() {
      live = new Line();
      late = new Line();
      each = new Map();
      bytes = 0;
      lateSamples = 0;
    },
    get size() {
      return live.length + late.length;
    },
    get bytes() {
      return bytes;
    },
    get lateSamples() {
      return lateSamples;
    },
    get oldestLive() {
      return live.first?.ingest.arrived;
    },
  };
}
