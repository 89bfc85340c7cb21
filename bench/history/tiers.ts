/** History in the store: how fast samples are kept, what each tier takes, how long its steps hold the loop, and queries. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import pg from "pg";
import { poolAddress } from "../../apps/hub/src/adapters/store/address.ts";
import { openStoreHistory, RETENTION } from "../../apps/hub/src/adapters/store/history/history.ts";
import type { History } from "../../apps/hub/src/core/ports/history.ts";
import { benchFolder } from "../folder.ts";
import { quiet, storeIn } from "../round-trip/people.ts";
import { type Summary, summary } from "../summary.ts";
import { replicate } from "./replicate.ts";

export const VALUES = 60;
const SERVERS = 100;
const STEP_MS = 10_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Samples of one server in a batch, and batches that come together. */
const IN_BATCH = 60;
const TOGETHER = 10;

export interface HistoryTiers {
  samples: number;
  /** Samples a second. */
  ingest: number;
  copy: number;
  /** Bytes a value; and of a server-day. */
  hot: number;
  sealed: number;
  rolledDay: number;
  /** Ms a step, and ms of processor that the loop was held at a time at the most. */
  steps: Summary;
  held: number;
  /** Ms each, by what was asked. */
  queries: Array<{ what: string; most: number | undefined; took: Summary }>;
}

export async function historyTiers(how: {
  /** Servers that samples are made for; more are copied from the first. */
  servers: number;
  hours: number;
  asks: number;
}): Promise<HistoryTiers> {
  const folder = benchFolder("history");
  try {
    const dataDir = join(folder.path, "data");
    mkdirSync(dataDir, { mode: 0o700 });
    const { store, connection, close } = await storeIn(dataDir);
    const client = new pg.Client(poolAddress(connection));
    await client.connect();
    const now = Math.floor(Date.now() / DAY_MS) * DAY_MS + 12 * HOUR_MS;
    let at = now;
    const clock = { now: () => at, monotonic: () => performance.now(), after: () => () => undefined };
    const metrics = { command: () => undefined, count: () => undefined, gauge: () => undefined };
    const history = openStoreHistory({
      ...{ connection, clock, log: quiet, metrics, retention: RETENTION },
      quantumOf: () => 0.1,
    });
    try {
      const owner = await store.people.admit(
        { channel: "local", externalId: "o" },
        { name: "o", admin: true },
      );
      const serverIds: string[] = [];
      for (let n = 0; n < SERVERS; n++) {
        const id = crypto.randomUUID().replaceAll("-", "");
        const publicKey = crypto.getRandomValues(new Uint8Array(32));
        await store.servers.add({ id, name: `s${n}`, region: "", publicKey, owner: owner.id });
        serverIds.push(id);
      }
      const from = now - how.hours * HOUR_MS;
      const { samples, seconds } = await keep(history, serverIds.slice(0, how.servers), from, now);
      const copy = samples / (await copied(client, join(folder.path, "rows")));
      const sizeOf = async (table: string): Promise<number> => {
        const size =
          "select coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint as n from pg_inherits where inhparent = $1::regclass";
        return Number((await client.query<{ n: string }>(size, [table])).rows[0]?.n);
      };
      const hot = (await sizeOf("history_samples")) / samples / VALUES;
      const { took, held } = await tended(history, now);
      const inChunks = await client.query<{ n: string }>("select sum(samples) as n from history_chunks");
      const sealed = (await sizeOf("history_chunks")) / Number(inChunks.rows[0]?.n) / VALUES;
      const rolled = await client.query<{ n: string | null }>(
        "select sum(pg_column_size(columns) + pg_column_size(series) + 60) / count(distinct (server, day)) as n from history_rollups",
      );
      await replicate(client, serverIds, now);
      at = now;
      const queries = await asked(history, serverIds, now, how.asks);
      return {
        ...{ samples, ingest: samples / seconds, copy, hot, sealed },
        ...{ rolledDay: Number(rolled.rows[0]?.n ?? 0), steps: summary(took), held, queries },
      };
    } finally {
      await history.close();
      await client.end();
      await close();
    }
  } finally {
    folder.remove();
  }
}

const MEASURES = Array.from({ length: VALUES }, (_, n) =>
  n === 0 ? { key: "cpu.usage" } : { key: `some.measure${n % 20}`, of: `thing ${n}` },
);

/** Six kinds: noise of some and of many tenths, slow, steady, mostly nothing, and a load. */
function values(state: number[]): number[] {
  const noise = () => Math.random() + Math.random() + Math.random() - 1.5;
  return state.map((before, n) => {
    if (n % 6 === 0) return Math.max(0, 12 + noise() * 6);
    if (n % 6 === 1) state[n] = before + noise() * 0.05;
    else if (n % 6 === 2) return 7;
    else if (n % 6 === 3) return Math.random() < 0.1 ? Math.round(Math.random() * 500) : 0;
    else if (n % 6 === 4) state[n] = Math.max(0, before * 0.95 + noise());
    else return Math.max(0, 200 + noise() * 50);
    return state[n] ?? 0;
  });
}

async function keep(history: History, serverIds: readonly string[], from: number, to: number) {
  const states = serverIds.map(() => MEASURES.map(() => 10 + Math.random() * 50));
  let samples = 0;
  let ms = 0;
  for (let at = from; at < to; at += IN_BATCH * STEP_MS)
    for (let first = 0; first < serverIds.length; first += TOGETHER) {
      const batches = serverIds.slice(first, first + TOGETHER).map((serverId, n) => ({
        ...{ serverId, arrived: at + IN_BATCH * STEP_MS, skewMs: 0 },
        batch: {
          boot: "0f0f0f0f-0000-4000-8000-000000000001",
          series: MEASURES,
          samples: Array.from({ length: Math.min(IN_BATCH, Math.ceil((to - at) / STEP_MS)) }, (_, k) => ({
            seq: (at - from) / STEP_MS + k,
            at: at + k * STEP_MS + Math.round(Math.random() * 9),
            values: values(states[first + n] ?? []),
          })),
        },
      }));
      const began = performance.now();
      await history.ingest(batches);
      ms += performance.now() - began;
      samples += batches.reduce((sum, { batch }) => sum + batch.samples.length, 0);
    }
  return { samples, seconds: ms / 1_000 };
}

/** Seconds of PostgreSQL's own COPY for the same rows, into a table of the same form with the same index. */
async function copied(client: pg.Client, file: string): Promise<number> {
  const path = client.escapeLiteral(file);
  await client.query(`copy (select * from history_samples) to ${path} (format binary)`);
  await client.query("create table bare (like history_samples including all)");
  await client.query("create index on bare (boot, at)");
  const began = performance.now();
  await client.query(`copy bare from ${path} (format binary)`);
  const seconds = (performance.now() - began) / 1_000;
  await client.query("drop table bare");
  return seconds;
}

/** All steps that are due; and what one turn of the loop took of this thread's processor meanwhile, at the most. */
async function tended(history: History, now: number): Promise<{ took: number[]; held: number }> {
  const took: number[] = [];
  let held = 0;
  let done = false;
  const used = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  const watching = (async () => {
    for (let before = used(); !done; ) {
      await turn();
      const after = used();
      held = Math.max(held, after - before);
      before = after;
    }
  })();
  for (;;) {
    const began = performance.now();
    if (!(await history.tend(now))) break;
    took.push(performance.now() - began);
  }
  done = true;
  await watching;
  return { took, held };
}

async function asked(history: History, serverIds: readonly string[], now: number, asks: number) {
  let turns = 0;
  const line = (ms: number) => () => {
    const serverId = serverIds[(turns++ * 37) % serverIds.length] ?? "";
    const query = { serverIds: [serverId], series: [{ key: "cpu.usage" }], from: now - ms, to: now };
    return history.query({ ...query, points: 300 });
  };
  const kinds: Array<[what: string, most: number | undefined, run: () => Promise<unknown[]>]> = [
    ["1 h of a measure", undefined, line(HOUR_MS)],
    ["24 h of a measure", 20, line(DAY_MS)],
    ["7 d of a measure", undefined, line(7 * DAY_MS)],
    ["90 d of a measure", 50, line(90 * DAY_MS)],
    ["a measure of all servers, now", undefined, () => history.latest(serverIds, "cpu.usage", 120_000)],
  ];
  const queries: HistoryTiers["queries"] = [];
  for (const [what, most, run] of kinds) {
    const took: number[] = [];
    for (let n = 0; n < asks + 5; n++) {
      const began = performance.now();
      const found = await run();
      if (found.length === 0) throw new Error(`${what}: nothing was found`);
      // The first prepare their statements.
      if (n >= 5) took.push(performance.now() - began);
    }
    queries.push({ what, most, took: summary(took) });
  }
  return queries;
}
