/** History in the store: samples as they came, then chunks of an hour, then roll-ups; one place for all three. */
import { sql } from "kysely";
import type { History } from "../../../core/ports/history.ts";
import type { Clock, Log, Metrics } from "../../../core/ports/process.ts";
import { DEADLINES, type Deadlines, openDatabase, type StoreConnection } from "../connection.ts";
import { type Ground, unreadableBy } from "./ground.ts";
import { keeperIn } from "./keep.ts";
import { latestIn } from "./latest.ts";
import { namesIn } from "./names.ts";
import { partsIn } from "./parts.ts";
import { queriesIn } from "./query.ts";
import { readerIn } from "./read.ts";
import { rollerIn } from "./roll.ts";
import { sealerIn } from "./seal.ts";
import { tidierIn } from "./tidy.ts";
import type { Retention } from "./units.ts";

export { RETENTION, type Retention } from "./units.ts";

/** Connections of its own: a year's chart keeps no message waiting. */
export const HISTORY_POOL_SIZE = 4;

export interface StoreHistoryOptions {
  /** Of a store that is migrated. */
  connection: StoreConnection;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  retention: Retention;
  /** The step to which values of a measure are kept, by its key. */
  quantumOf(key: string): number;
  poolSize?: number;
  /** Milliseconds. */
  deadlines?: Partial<Deadlines>;
}

/** Opens nothing yet: connections are made when they are needed. */
export function openStoreHistory(options: StoreHistoryOptions): History {
  const { connection, clock, log, metrics, retention, quantumOf } = options;
  const { db, close } = openDatabase({
    ...{ connection, log, poolSize: options.poolSize ?? HISTORY_POOL_SIZE },
    deadlines: { ...DEADLINES, ...options.deadlines },
  });
  const ground: Ground = { db, clock, log, retention, quantumOf, unreadable: unreadableBy(log, metrics) };
  const names = namesIn(db, quantumOf);
  const parts = partsIn(ground);
  const reader = readerIn(ground, names);
  const { query, series } = queriesIn(ground, reader);
  const steps = [
    parts.ahead,
    sealerIn(ground, reader, parts),
    rollerIn(ground, reader, parts),
    parts.drop,
    tidierIn(ground),
  ];
  let closing: Promise<void> | undefined;
  return {
    ingest: keeperIn(ground, names, parts),
    query,
    series,
    latest: latestIn(ground, reader),
    async tend(now) {
      for (const step of steps) if (await step(now)) return true;
      return false;
    },
    async check() {
      await sql`select 1`.execute(db);
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
