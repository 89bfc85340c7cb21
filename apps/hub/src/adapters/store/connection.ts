/** The pool of connections: deadlines, named statements, faults, and survival of connections that break. */
import { Kysely, PostgresDialect, type PostgresPoolClient } from "kysely";
import pg from "pg";
import type { Clock, Log } from "../../core/ports/process.ts";
import { poolAddress, type StoreConnection } from "./address.ts";
import { type Breaker, createBreaker, PATIENCE, type Patience } from "./breaker.ts";
import { connectionSurvives, storeFault } from "./fault.ts";
import type { Tables } from "./tables.ts";

export type { StoreConnection } from "./address.ts";

/** Milliseconds. */
export interface Deadlines {
  /** To get a connection, by opening one or by waiting for a free one. */
  connection: number;
  /** For one statement. The server ends it; a little later the client stops waiting for a server that does not. */
  statement: number;
}

/** Well within a chat's patience; a healthy store needs a thousandth of it. */
export const DEADLINES: Deadlines = { connection: 3_000, statement: 5_000 };

/** How much longer the client waits than the server works, ms: the time to hear of the server's own deadline. */
const GRACE = 500;

/** Statements with a name of their own, per pool. The store has some forty; more means a text that is made up on the way. */
const MOST_STATEMENTS = 200;

const INT8 = 20;

export interface Database {
  readonly db: Kysely<Tables>;
  /** Waits for statements under way, at most their deadline. */
  close(): Promise<void>;
}

/** Opens nothing yet: connections are made when they are needed. */
export function openDatabase(options: {
  connection: StoreConnection;
  poolSize: number;
  deadlines: Deadlines;
  log: Log;
  patience?: Patience;
}): Database {
  const { deadlines, log } = options;
  const address = poolAddress(options.connection);
  const pool = new pg.Pool({
    ...address,
    max: options.poolSize,
    // Kept open, since a new one costs 2 to 5 ms and has its statements to prepare again.
    min: Math.min(2, options.poolSize),
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: deadlines.connection,
    statement_timeout: deadlines.statement,
    query_timeout: deadlines.statement + GRACE,
    idle_in_transaction_session_timeout: deadlines.statement + GRACE,
    keepAlive: true,
    application_name: "servereye",
    types: { getTypeParser },
  });
  // A connection that breaks while nobody uses it: the pool has already let go of it.
  let closed = false;
  pool.on("error", (error) => {
    if (!closed) log.warn("store.connection_lost", { reason: error.message, idle: true });
  });

  let usualMs: number | undefined;
  /** The shortest of all: one that waited for a busy process says nothing about the way. */
  const timed = async <T>(connecting: () => Promise<T>, isNew: (result: T) => boolean): Promise<T> => {
    const began = performance.now();
    const result = await connecting();
    if (isNew(result)) usualMs = Math.min(usualMs ?? Number.POSITIVE_INFINITY, performance.now() - began);
    return result;
  };
  const breaker = createBreaker({
    probe: (ms) =>
      timed(
        () => signOfLife(address, ms),
        () => true,
      ),
    usualMs: () => usualMs,
    patience: options.patience ?? PATIENCE,
    clock: TIMERS,
    log,
  });
  const names = new Map<string, string>();
  const clients = new WeakMap<pg.PoolClient, PooledClient>();
  const connect = async (): Promise<PostgresPoolClient> => {
    for (;;) {
      const client = await breaker
        // Comes after its caller was told that the store is away: nobody has a use for it any more.
        .run(
          () =>
            timed(
              () => pool.connect(),
              (client) => !clients.has(client),
            ),
          (late) => late.release(true),
        )
        .catch((error: unknown) => Promise.reject(storeFault(error)));
      const known = clients.get(client);
      if (known === undefined) {
        const fresh = { ...guarded(client, names, breaker, log), openings: breaker.openings };
        clients.set(client, fresh);
        return fresh;
      }
      if (known.openings === breaker.openings) return known;
      // From before PostgreSQL was away: the other end may be gone without a word.
      client.release(true);
    }
  };
  const end = () => {
    closed = true;
    breaker.close();
    return pool.end();
  };
  const dialect = new PostgresDialect({ pool: { options: {}, connect, end } });
  // Kysely's own `destroy` ends a pool only after its first use; this one always.
  return { db: new Kysely<Tables>({ dialect }), close: end };
}

interface PooledClient extends PostgresPoolClient {
  /** How often the breaker had opened when it was connected. */
  readonly openings: number;
}

const TIMERS: Pick<Clock, "after" | "monotonic"> = {
  monotonic: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** A new connection, up to where PostgreSQL would take a statement: it needs a living postmaster, and a new process of it. */
async function signOfLife(address: pg.ClientConfig, ms: number): Promise<void> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: ms, application_name: "servereye" });
  // Also rejects the connecting, which is where it is looked at.
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    // "Too many connections", "no such account": it answers, whatever else is wrong. "Starting up" is not yet an answer.
    if (!(error instanceof pg.DatabaseError) || error.code?.startsWith("57")) throw error;
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** A pooled client as Kysely uses it: each statement prepared under a name, each error a Fault. */
function guarded(
  client: pg.PoolClient,
  names: Map<string, string>,
  breaker: Breaker,
  log: Log,
): PostgresPoolClient {
  let broken = false;
  // While a client is lent out nobody else listens: without this an error between two statements ends the process.
  client.on("error", (error) => {
    broken = true;
    log.debug("store.connection_lost", { reason: error.message, idle: false });
  });
  const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    try {
      const name = nameOf(text, names);
      const statement = { text, values: [...values], ...(name === undefined ? {} : { name }) };
      return await breaker.run(() => client.query(statement));
    } catch (error) {
      if (!connectionSurvives(error)) broken = true;
      throw storeFault(error);
    }
  };
  return {
    // The cursor form of `query` is not used: no cursor is given to the dialect.
    query: query as PostgresPoolClient["query"],
    // A client whose statement never came back must not be lent again: the next one would wait behind it.
    release: (destroy) => client.release(broken || destroy === true),
  };
}

/** The statement's name on the wire, or undefined for what is not worth one. */
function nameOf(text: string, names: Map<string, string>): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  const worth = /^\s*(select|insert|update|delete|with)\b/.test(text) && names.size < MOST_STATEMENTS;
  if (!worth) return undefined;
  const name = `se${names.size + 1}`;
  names.set(text, name);
  return name;
}

/** 64-bit integers as numbers: ids and epoch milliseconds stay far below 2^53. */
const getTypeParser: typeof pg.types.getTypeParser = (oid, format) =>
  oid === INT8 && format !== "binary" ? Number : pg.types.getTypeParser(oid, format);
