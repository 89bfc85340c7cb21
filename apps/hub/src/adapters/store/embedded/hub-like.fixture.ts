/** What the tests of the private PostgreSQL share: folders, a process like a hub's, and a look at what runs. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import pg from "pg";
import type { EmbeddedOptions, EmbeddedPostgres } from "./start.ts";

/** A folder removed after the test, with every PostgreSQL in it ended. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "servereye-store-"));
  chmodSync(folder, 0o755);
  t.after(() => {
    for (const pid of processesIn(folder)) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

/** The processes that work in this folder or below it; zombies work nowhere. */
export function processesIn(folder: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && workFolder(pid).startsWith(folder));
}

function workFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // It has ended, is a zombie, or is not ours to see.
    return "";
  }
}

/** Turns the event loop until `condition` holds; the test runner's own time limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Options that keep what is logged. */
export function quiet(dataDir: string): EmbeddedOptions & { events: string[] } {
  const events: string[] = [];
  return { dataDir, events, log: (event) => events.push(event) };
}

/** Runs statements over a connection of their own and gives the rows of the last. */
export async function sql(
  store: EmbeddedPostgres,
  ...statements: string[]
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(store.connection);
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** The postmaster's pid as its file says. */
export function postmasterOf(dataDir: string): number {
  return Number.parseInt(readFileSync(join(dataDir, "postgres", "postmaster.pid"), "utf8"), 10);
}

const program = `
import { startEmbeddedPostgres } from ${JSON.stringify(new URL("./start.ts", import.meta.url).href)};
import pg from "pg";
const say = (word) => process.stdout.write(JSON.stringify(word) + "\\n");
try {
  const store = await startEmbeddedPostgres({ dataDir: process.argv[1], log: () => {} });
  process.on("SIGINT", async () => {
    const client = new pg.Client(store.connection);
    await client.connect();
    await client.query("CREATE TABLE flushed (id int)");
    await client.end();
    await store.stop();
    say({ flushed: true });
    process.exit(0);
  });
  say({ adopted: store.adopted });
  setInterval(() => {}, 1000);
} catch (error) {
  say({ refused: error.name, message: error.message });
}
`;

/** Starts a process that holds the store of `dataDir` as a hub does, in a process group of its own. */
export async function hubLike(t: TestContext, dataDir: string, as: { uid?: number; gid?: number } = {}) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, dataDir], {
    ...as,
    cwd: import.meta.dirname,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Record<string, unknown>> => JSON.parse((await lines.next()).value ?? "{}");
  return {
    pid: child.pid ?? 0,
    first: await next(),
    next,
    exited,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  };
}
