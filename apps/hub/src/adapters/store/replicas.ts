/** Replicas for reads that may be a moment old: looked after in the background, used in turn, never waited for. */
import { Fault } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import type { Clock, Log } from "../../core/ports/process.ts";
import { type Database, type Deadlines, openDatabase, type StoreConnection } from "./connection.ts";
import type { Tables } from "./tables.ts";

export interface Replicas {
  /** Runs a read on a replica that is well and recent, else on the primary; also when the replica fails it. */
  read<T>(run: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** How many may be read from now. */
  usable(): number;
  /** Looks at all now; what the clock does by itself each second. Never rejects. */
  look(): Promise<void>;
  close(): Promise<void>;
}

/** What a replica shows may be older than what the primary holds by so much, ms. */
export const MOST_LAG_MS = 5_000;
const EVERY_MS = 1_000;
/** A replica's reads are short displays; the primary answers whoever waited for it in vain, ms. */
const DEADLINES: Deadlines = { connection: 500, statement: 1_000 };

/** How far the primary's log had come at a moment of this process's monotonic clock. Positions are bytes from its begin. */
interface Mark {
  at: number;
  position: number;
}

/** Marks kept: more than `MOST_LAG_MS` needs, one each second. */
const MARKS = 30;

type State = "well" | "away" | "lags" | "unfit";

interface Replica {
  readonly place: number;
  readonly database: Database;
  state: State;
}

/**
 * A replica's age is worked out from the primary's log: it is as old as the newest moment whose position it has reached.
 * That is right for a primary that stands idle (its position does not move), for replay that was paused, and for a
 * replica that lost its primary and would itself see no lag at all; and it compares no clocks of different machines.
 */
export function openReplicas(options: {
  primary: Kysely<Tables>;
  connections: readonly StoreConnection[];
  poolSize: number;
  clock: Clock;
  log: Log;
  mostLagMs?: number;
}): Replicas {
  const { primary, clock, log } = options;
  const mostLagMs = options.mostLagMs ?? MOST_LAG_MS;
  const replicas: Replica[] = options.connections.map((connection, at) => ({
    place: at + 1,
    database: openDatabase({ connection, poolSize: options.poolSize, deadlines: DEADLINES, log }),
    state: "away",
  }));
  let marks: Mark[] = [];
  let system: string | undefined;
  let turn = 0;
  let closed = false;
  let looking: Promise<void> | undefined;
  let stopTimer = (): void => undefined;

  function become(replica: Replica, state: State, fields: Record<string, unknown> = {}): void {
    if (replica.state === state) return;
    replica.state = state;
    const told = { replica: replica.place, ...fields };
    if (state === "well") log.info("store.replica_used", told);
    else log.warn("store.replica_unused", { ...told, state });
  }

  /** Marks how far the primary has come. The moment is taken before it is asked: a replica seems older, never younger. */
  async function mark(): Promise<void> {
    const at = clock.monotonic();
    const { rows } = await sql<{ position: number; system: string }>`select
      (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint as position,
      (select system_identifier::text from pg_control_system()) as system`.execute(primary);
    const [row] = rows;
    if (row === undefined) return;
    system = row.system;
    const before = marks.at(-1);
    // Another primary took over and its log is behind the old one's: what was marked means nothing any more.
    if (before !== undefined && row.position < before.position) marks = [];
    marks = [...marks, { at, position: row.position }].slice(-MARKS);
  }

  async function judge(replica: Replica): Promise<void> {
    const { rows } = await sql<{ follows: boolean; position: number | null; system: string }>`select
      pg_is_in_recovery() as follows,
      (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint as position,
      (select system_identifier::text from pg_control_system()) as system`.execute(replica.database.db);
    const [row] = rows;
    if (row === undefined || !row.follows || row.position === null || row.system !== system)
      return become(replica, "unfit", { reason: "not a replica of the primary in DATABASE_URL" });
    const { position } = row;
    const reached = marks.findLast((one) => one.position <= position);
    const lagMs = reached === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() - reached.at;
    if (lagMs <= mostLagMs) become(replica, "well");
    else become(replica, "lags", Number.isFinite(lagMs) ? { ms: Math.round(lagMs) } : {});
  }

  async function lookAtAll(): Promise<void> {
    // With the primary away no mark is newer than the last: replicas are used until they may be too old.
    await mark().catch((error: unknown) => log.debug("store.primary_unmarked", { error: String(error) }));
    await Promise.all(
      replicas.map((replica) =>
        judge(replica).catch((error: unknown) => become(replica, "away", { error: String(error) })),
      ),
    );
  }

  /** One at a time. None takes for ever: each of its statements has a deadline, and a breaker in front. */
  function look(): Promise<void> {
    looking ??= lookAtAll().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  function arm(): void {
    if (!closed && replicas.length > 0) stopTimer = clock.after(EVERY_MS, () => void look().then(arm));
  }
  if (replicas.length > 0) void look().then(arm);

  function next(): Replica | undefined {
    for (let tried = 0; tried < replicas.length; tried++) {
      turn = (turn + 1) % replicas.length;
      const replica = replicas[turn];
      if (replica?.state === "well") return replica;
    }
    return undefined;
  }

  return {
    async read(run) {
      const replica = next();
      if (replica === undefined) return run(primary);
      try {
        return await run(replica.database.db);
      } catch (error) {
        const fault = Fault.of(error);
        if (closed || fault.code !== "STORE_UNAVAILABLE") throw error;
        become(replica, "away", { error: fault.message });
        return run(primary);
      }
    },
    usable: () => replicas.filter(({ state }) => state === "well").length,
    look,
    async close() {
      closed = true;
      stopTimer();
      await Promise.all(replicas.map(({ database }) => database.close()));
    },
  };
}
