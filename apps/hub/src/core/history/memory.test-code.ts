/** History in memory for tests: what was given, each sample once, and a store that can be slow or away. */
import { Fault } from "@servereye/contract";
import type { History, Ingest } from "../ports/history.ts";

export interface MemoryHistory extends History {
  /** Samples by `server boot seq`, with how often each was given. */
  readonly samples: Map<
    string,
    { at: number; skewMs: number; given: number; values: Record<string, number> }
  >;
  /** Sizes of the groups that were given, in samples. */
  readonly groups: number[];
  /** Not to be had: every call is refused. */
  away: boolean;
  /** Waited for before each ingest. */
  before: (batches: readonly Ingest[]) => Promise<void>;
}

export function memoryHistory(): MemoryHistory {
  const samples: MemoryHistory["samples"] = new Map();
  const groups: number[] = [];
  const there = (): void => {
    if (history.away) throw new Fault("STORE_UNAVAILABLE", "the history is away");
  };
  const history: MemoryHistory = {
    samples,
    groups,
    away: false,
    before: async () => undefined,
    async ingest(batches) {
      await history.before(batches);
      there();
      groups.push(batches.reduce((sum, { batch }) => sum + batch.samples.length, 0));
      for (const { serverId, skewMs, batch } of batches) {
        for (const { seq, at, values } of batch.samples) {
          const key = `${serverId} ${batch.boot} ${seq}`;
          const known = samples.get(key);
          if (known !== undefined) known.given += 1;
          else {
            const named = batch.series.flatMap(({ key: name, of }, n) => {
              const value = values[n] ?? null;
              return value === null ? [] : [[of === undefined ? name : `${name} ${of}`, value] as const];
            });
            samples.set(key, { at, skewMs, given: 1, values: Object.fromEntries(named) });
          }
        }
      }
    },
    query: async () => [],
    latest: async () => [],
    series: async () => [],
    tend: async () => false,
    check: async () => there(),
    close: async () => undefined,
  };
  return history;
}
