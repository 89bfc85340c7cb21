/** Taking over a PostgreSQL that a killed hub has left running, or ending it when it does not answer. */
import { setTimeout as wait } from "node:timers/promises";
import { type Connection, greet } from "./greet.ts";
import { endPostmaster, readPostmaster, runsOn } from "./postmaster.ts";

/** A server that runs and answers. */
export type Running = { connection: Connection; version: string; pid: number };

// In milliseconds. Recovery of at most 256 MB of log is over well before; then it is taken for hung.
const patience = 30_000;
/** For how long a server that calls itself ready may not answer, in milliseconds. */
const silence = 2_500;

/** Gives the live server of this folder when there is one that answers; ends one that does not. */
export async function adopt(
  pgdata: string,
  log: (event: string, fields: Record<string, unknown>) => void,
): Promise<Running | undefined> {
  const until = performance.now() + patience;
  let firstAsked: number | undefined;
  for (;;) {
    const left = readPostmaster(pgdata);
    if (left === undefined) return undefined;
    if (!runsOn(left.pid, pgdata)) {
      log("store.leftover", { pid: left.pid, why: "its process is gone or is another's" });
      return undefined;
    }
    if (left.state === "ready") {
      firstAsked ??= performance.now();
      try {
        return { ...(await greet(left.socketFolder, left.port)), pid: left.pid };
      } catch (error) {
        log("store.unanswered", { pid: left.pid, reason: String(error) });
      }
    }
    // It may be starting, recovering or already on its way out (stopping): those end by themselves.
    const silent = firstAsked !== undefined && performance.now() - firstAsked > silence;
    if (silent || performance.now() > until) {
      log("store.replaced", { pid: left.pid, way: await endPostmaster(left.pid, pgdata) });
      return undefined;
    }
    await wait(50);
  }
}
