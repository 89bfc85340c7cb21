/** Samples that wait to be sent, within bounds: in the order they came, late ones apart from those of now. */
import { type Newest, timesOf } from "../../core/history/times.ts";
import type { Ingest } from "../../core/ports/history.ts";
import type { Timed } from "./encode.ts";

export interface LineLimits {
  /** Values that wait at most. */
  values: number;
  /** Values of one request from which on no more are added. */
  request: number;
}

/** Half an hour of a hundred servers with 60 measures each 10 s: about 30 MB. */
export const LINE: LineLimits = { values: 1_000_000, request: 5_000 };

/** Servers whose newest sample is remembered; the one that was told longest ago makes room. */
const MOST_SERVERS = 20_000;

interface Waiting extends Timed {
  values: number;
  /** Of before what its server told already: a receiver that takes none of that refuses no others with it. */
  late: boolean;
}

export function createLine(limits: LineLimits = LINE) {
  let waiting: Waiting[] = [];
  let values = 0;
  const newest = new Map<string, Newest & { boot: string }>();

  function timed(ingest: Ingest): Waiting {
    const { serverId, batch } = ingest;
    const before = newest.get(serverId);
    const times = timesOf(ingest, before?.boot === batch.boot ? before : undefined);
    const late = before !== undefined && times.some((at) => at <= before.at);
    for (const [n, at] of times.entries()) {
      const known = newest.get(serverId);
      if (known !== undefined && at <= known.at) continue;
      newest.delete(serverId);
      newest.set(serverId, { boot: batch.boot, seq: batch.samples[n]?.seq ?? 0, at });
    }
    const [oldest] = newest.keys();
    if (newest.size > MOST_SERVERS && oldest !== undefined) newest.delete(oldest);
    return { serverId, batch, times, late, values: batch.series.length * batch.samples.length };
  }

  return {
    /** Values that wait. */
    get values(): number {
      return values;
    },
    /** Gives how many values of the oldest had to go for it. */
    put(ingest: Ingest): number {
      const one = timed(ingest);
      waiting.push(one);
      values += one.values;
      let gone = 0;
      let first = 0;
      for (; values > limits.values && first < waiting.length; first++) {
        const count = waiting[first]?.values ?? 0;
        gone += count;
        values -= count;
      }
      if (first > 0) waiting = waiting.slice(first);
      return gone;
    },
    /** What is next sent together: those of now of many servers, or late ones of one. */
    take(): { batches: Timed[]; values: number } {
      const [head] = waiting;
      let count = 0;
      let sum = 0;
      for (const one of waiting) {
        const fits = one.late === head?.late && (!one.late || one.serverId === head.serverId);
        if (!fits || sum >= limits.request) break;
        count += 1;
        sum += one.values;
      }
      const batches = waiting.slice(0, count);
      waiting = waiting.slice(count);
      values -= sum;
      return { batches, values: sum };
    },
  };
}
