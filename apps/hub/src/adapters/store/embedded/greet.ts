/** The first words with the private PostgreSQL: does it answer, and is the hub's database there. */
import pg from "pg";
import { role } from "./create.ts";

/** Where to connect: `host` is the socket's folder. */
export type Connection = { host: string; port: number; user: string; database: string };

// A server that says it is ready answers within milliseconds; this is for a machine that is swapping.
const patience = 3_000;
const noSuchDatabase = "3D000";

/** Asks for the server's version (`18.4`), making the hub's database when it is missing. Throws what `pg` throws. */
export async function greet(
  host: string,
  port: number,
): Promise<{ connection: Connection; version: string }> {
  const connection = { host, port, user: role, database: role };
  try {
    return { connection, version: await askVersion(connection) };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== noSuchDatabase) throw error;
    await ask({ ...connection, database: "postgres" }, `CREATE DATABASE ${role}`);
    return { connection, version: await askVersion(connection) };
  }
}

async function askVersion(connection: Connection): Promise<string> {
  const [row] = await ask(connection, "SELECT current_setting('server_version') AS version");
  // Debian adds its own package's version in brackets.
  return row?.version?.split(" ")[0] ?? "unknown";
}

async function ask(connection: Connection, sql: string): Promise<{ version?: string }[]> {
  const client = new pg.Client({
    ...connection,
    connectionTimeoutMillis: patience,
    query_timeout: patience * 5,
  });
  // An error outside of a query also rejects the query or the connecting, which is where it is handled.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<{ version?: string }>(sql)).rows;
  } finally {
    await client.end();
  }
}
