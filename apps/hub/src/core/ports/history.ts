/** History: every server's measures over time, kept by the store or by a time series database. */
import type { Measure, SampleBatch, Series } from "@servereye/contract";

export interface Ingest {
  serverId: string;
  /** When the hub had it, epoch ms by its clock. */
  arrived: number;
  /** The agent's clock less the hub's, ms. */
  skewMs: number;
  batch: SampleBatch;
}

/** `avg`, `last` and `count` too where it comes from a roll-up or was thinned. Values in the measure's unit. */
export interface Point {
  /** Begin of the step, epoch ms by the hub's clock. */
  at: number;
  /** Null: nothing was measured in this step. */
  value: { min: number; max: number; avg: number; last: number; count: number } | null;
}

export interface Line {
  serverId: string;
  series: Series;
  /** Ms between two points. */
  stepMs: number;
  points: Point[];
}

export interface HistoryQuery {
  serverIds: readonly string[];
  /** Keys; each with all its `of`, or with one. */
  series: readonly Series[];
  /** Epoch ms, `from` included, `to` not. */
  from: number;
  to: number;
  /** Points wanted at the most for each line; at least 2. */
  points: number;
}

export interface History {
  /**
   * Keeps what is new of these, by `(server, boot, seq)`; resolves when it is kept for good. Late ones take their place
   * in what was sealed before. Fault STORE_UNAVAILABLE: nothing of it is known to be kept; give it again.
   */
  ingest(batches: readonly Ingest[]): Promise<void>;
  /** From the finest tier that has the time and is not more than the points wanted can show; gaps as nulls. */
  query(query: HistoryQuery): Promise<Line[]>;
  /** The newest value of a measure (undefined: of every measure) for each of these servers, at most `maxAgeMs` old. */
  latest(
    serverIds: readonly string[],
    key: string | undefined,
    maxAgeMs: number,
  ): Promise<Array<{ serverId: string; series: Series; at: number; value: number }>>;
  /** What a server has series of, within a time. */
  series(serverId: string, from: number, to: number): Promise<Series[]>;
  /** One small step of sealing, rolling up and dropping; gives whether there is more to do now. Run by one hub at a time. */
  tend(now: number): Promise<boolean>;
  check(): Promise<void>;
  close(): Promise<void>;
}

export type { Measure };
