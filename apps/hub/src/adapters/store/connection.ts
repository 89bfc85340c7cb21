/** The pool of connections: deadlines, named statements, faults, and survival of connections that break. */
import { Fault } from "@servereye/contract";
import { Kysely, PostgresDialect, type PostgresPoolClient } from "kysely";
import pg from "pg";
import type { Log } from "../../core/ports.ts";
import { connectionSurvives, storeFault } from "./fault.ts";
import type { Tables } from "./tables.ts";

/** An address with everything in it, or the private PostgreSQL's socket (`host` is its folder). */
export type StoreConnection =
  | { connectionString: string }
  | { host: string; port: number; user: string; database: string };

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
}): Database {
  const { deadlines, log } = options;
  const pool = newPool(options.connection, {
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

  const names = new Map<string, string>();
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect().catch((error: unknown) => Promise.reject(storeFault(error)));
    const known = clients.get(client);
    if (known !== undefined) return known;
    const fresh = guarded(client, names, log);
    clients.set(client, fresh);
    return fresh;
  };
  const end = () => {
    closed = true;
    return pool.end();
  };
  const dialect = new PostgresDialect({ pool: { options: {}, connect, end } });
  // Kysely's own `destroy` ends a pool only after its first use; this one always.
  return { db: new Kysely<Tables>({ dialect }), close: end };
}

function newPool(connection: StoreConnection, config: pg.PoolConfig): pg.Pool {
  if (!("connectionString" in connection)) return new pg.Pool({ ...config, ...connection, ssl: false });
  if (!/^postgres(ql)?:\/\//.test(connection.connectionString) || !URL.canParse(connection.connectionString))
    // Without the text itself and without a cause that quotes it: it holds a password.
    throw new Fault("STORE_UNAVAILABLE", "the store's address is not a postgres:// URL");
  return new pg.Pool({ ...config, connectionString: connection.connectionString });
}

/** A pooled client as Kysely uses it: each statement prepared under a name, each error a Fault. */
function guarded(client: pg.PoolClient, names: Map<string, string>, log: Log): PostgresPoolClient {
  let broken = false;
  // While a client is lent out nobody else listens: without this an error between two statements ends the process.
  client.on("error", (error) => {
    broken = true;
    log.debug("store.connection_lost", { reason: error.message, idle: false });
  });
  const query = async (text: string, values: readonly unknown[]): Promise<unknown> => {
    try {
      const name = nameOf(text, names);
      return await client.query({ text, values: [...values], ...(name === undefined ? {} : { name }) });
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
