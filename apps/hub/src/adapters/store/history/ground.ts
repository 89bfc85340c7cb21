/** What every part of the store's history works with. */
import type { Kysely } from "kysely";
import type { Clock, Log, Metrics } from "../../../core/ports/process.ts";
import type { Tables } from "../tables.ts";
import type { Retention } from "./units.ts";

export interface Ground {
  db: Kysely<Tables>;
  clock: Clock;
  log: Log;
  retention: Retention;
  /** The step to which values of a measure are kept, by its key. */
  quantumOf(key: string): number;
  /** Tells, once for each, that something can not be read. It is skipped: nobody guesses what was in it. */
  unreadable(what: "chunk" | "rollup" | "sample", place: Record<string, number>, reason: unknown): void;
}

/** Different ones that are told in the log; all are counted. */
const MOST_TOLD = 1_000;

export function unreadableBy(log: Log, metrics: Metrics): Ground["unreadable"] {
  const told = new Set<string>();
  return (what, place, reason) => {
    metrics.count("history_unreadable", { what });
    const key = `${what} ${Object.values(place).join(" ")}`;
    if (told.has(key) || told.size >= MOST_TOLD) return;
    told.add(key);
    log.error("history.unreadable", { what, ...place, reason: String(reason) });
  };
}
