/** The private PostgreSQL of a hub that runs, for somebody who only reads: found without the folder's lock. */
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { role } from "./create.ts";
import type { Connection } from "./greet.ts";
import { readPostmaster, runsOn } from "./postmaster.ts";

/** A hub that is just starting has its store within this, ms. */
const PATIENCE = 10_000;

/** Where the live server of this data folder answers; undefined when there is none even after a while. */
export async function visitEmbeddedPostgres(dataDir: string): Promise<Connection | undefined> {
  const pgdata = join(dataDir, "postgres");
  const until = performance.now() + PATIENCE;
  for (;;) {
    const found = readPostmaster(pgdata);
    if (found !== undefined && found.state === "ready" && runsOn(found.pid, pgdata))
      return { host: found.socketFolder, port: found.port, user: role, database: role };
    if (performance.now() > until) return undefined;
    await wait(50);
  }
}
