/** Databases of their own for tests, copied from a template so that each costs little. */
import pg from "pg";

export interface Address {
  host: string;
  port: number;
  user: string;
  database: string;
}

/** Makes a database, empty or as a copy of `template` (which nobody may be connected to). */
export async function createDatabase(server: Address, template = "template0"): Promise<Address> {
  const database = `test_${crypto.randomUUID().replaceAll("-", "")}`;
  await run(server, `create database ${database} template ${template}`);
  return { ...server, database };
}

/** Drops a database, whoever is connected to it. */
export async function dropDatabase(server: Address, database: string): Promise<void> {
  await run(server, `drop database if exists ${database} with (force)`);
}

/** Runs one statement on a connection of its own. */
export async function run(
  address: Address,
  statement: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...address, connectionTimeoutMillis: 5_000, query_timeout: 30_000 });
  // An error between statements also fails the next one, which is where a test sees it.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(statement, values)).rows;
  } finally {
    await client.end();
  }
}
