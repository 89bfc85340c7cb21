/** How much one server may send: samples and bytes a minute, and different series an hour, over its reconnections. */
import { MOST_LATE_BYTES, MOST_PACE, MOST_SERIES, type Series } from "@servereye/contract";
import type { Clock } from "../ports/process.ts";
import { nameOf } from "./batch.ts";

export interface AllowanceLimits {
  /** A minute's worth may come at once. An agent at its own bounds stays below. */
  samplesPerMinute: number;
  bytesPerMinute: number;
  /** Different ones in an hour: as containers come and go, more than there may be at a time. */
  seriesPerHour: number;
}

export const ALLOWANCE: AllowanceLimits = {
  samplesPerMinute: 90 * MOST_PACE,
  bytesPerMinute: 120 * MOST_LATE_BYTES,
  seriesPerHour: 2 * MOST_SERIES,
};

const HOUR_MS = 3_600_000;

/** `flooding`: it went on for another minute's worth after it was refused. */
type Spent = { refused: "samples" | "bytes"; flooding: boolean } | undefined;

export interface Allowance {
  spend(samples: number, bytes: number): Spent;
  /** It may send again: a quarter of a minute's worth is there. */
  recovered(): boolean;
  /** For each series whether there is room for it. */
  room(series: readonly Series[]): boolean[];
  /** Samples it had to let go of, as it told last. */
  lost: number;
}

export interface Allowances {
  of(serverId: string): Allowance;
  /** Forgets who has not sent anything for an hour. */
  prune(): void;
}

export function createAllowances(clock: Clock, limits: AllowanceLimits = ALLOWANCE): Allowances {
  const known = new Map<string, { allowance: Allowance; used(): number }>();

  function create(): { allowance: Allowance; used(): number } {
    /** What is left of each; down to minus a minute's worth. */
    const left = { samples: limits.samplesPerMinute, bytes: limits.bytesPerMinute };
    const most = { ...left };
    const kinds = ["samples", "bytes"] as const;
    let at = clock.monotonic();
    let names = new Set<number>();
    let since = at;

    function fill(): void {
      const now = clock.monotonic();
      for (const kind of kinds)
        left[kind] = Math.min(most[kind], left[kind] + ((now - at) / 60_000) * most[kind]);
      at = now;
    }

    const allowance: Allowance = {
      lost: 0,
      spend(samples, bytes) {
        fill();
        const refused = kinds.find((kind) => left[kind] <= 0);
        left.samples -= samples;
        left.bytes -= bytes;
        if (refused === undefined) return undefined;
        return { refused, flooding: kinds.some((kind) => left[kind] < -most[kind]) };
      },
      recovered() {
        fill();
        return kinds.every((kind) => left[kind] >= most[kind] / 4);
      },
      room(series) {
        if (clock.monotonic() - since > HOUR_MS) {
          names = new Set();
          since = clock.monotonic();
        }
        return series.map((one) => {
          const name = hashOf(nameOf(one));
          if (!names.has(name) && names.size >= limits.seriesPerHour) return false;
          names.add(name);
          return true;
        });
      },
    };
    return { allowance, used: () => at };
  }

  return {
    of(serverId) {
      const entry = known.get(serverId) ?? create();
      known.set(serverId, entry);
      return entry.allowance;
    },
    prune() {
      for (const [serverId, { used }] of known)
        if (clock.monotonic() - used() > HOUR_MS) known.delete(serverId);
    },
  };
}

/** FNV-1a, 32 bits, over UTF-16 units: a number for each name held, where names of thousands of servers would weigh. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}
