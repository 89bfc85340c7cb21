/** Thousands of agents on one hub: what they cost at rest, and how soon all are back after the hub was killed. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { AGENT_PATH } from "@servereye/contract";
import { freePort } from "../../test/system/ports.ts";
import { memoryOf, treeCpuMs } from "../cpu.ts";
import { benchFolder } from "../folder.ts";
import { type RunningHub, startHub } from "../hub.ts";
import { type RunningRedis, startRedis } from "../redis.ts";
import { inFolder, postmasterOf } from "../round-trip/people.ts";
import { type PhoneLine, phonesIn } from "../round-trip/phone-line.ts";
import { percentile, type Summary, summary } from "../summary.ts";
import { type Agents, agentsOf } from "./agents.ts";
import { askerId, castFleet } from "./cast.ts";

export interface FleetFigures {
  agents: number;
  broker: "in process" | "Redis";
  oneAddress: boolean;
  /** Ms from the moment all dial until the last is in, the hub running. */
  first: number;
  /** Processor ms by process for each of them meanwhile. */
  come: Record<string, number>;
  /** Percent of a core by process, with heartbeats alone. */
  rest: Record<string, number>;
  /** Bytes: the hub with none. */
  empty: { rss: number; private: number };
  /** Bytes for each agent: the hub with all of them less the hub with none. */
  memory: { rss: number; private: number };
  /** `/ping`, one at a time, beside the heartbeats. Ms. */
  ping: Summary;
  back: Back;
}

/** After SIGKILL and a start at once, ms. */
export interface Back {
  /** From the kill until the hub takes agents. */
  ready: number;
  /** From the kill until an agent is in: half, 95 of a hundred, all. */
  killed: { p50: number; p95: number; all: number };
  /** The same, from when the hub takes agents. */
  started: { p50: number; p95: number; all: number };
}

export interface Crowd {
  persons: number;
  servers: number;
  /** Ms; an answer that is not the reading, or none, fails the bench. */
  times: Summary;
}

export interface Fleet {
  sizes: FleetFigures[];
  crowd: Crowd;
}

export interface FleetOptions {
  runs: readonly { agents: number; redis: boolean; oneAddress: boolean }[];
  /** How long the rest is watched, s: whole heartbeats (10 s) count all alike. */
  seconds: number;
  pings: number;
  crowd: { persons: number; servers: number };
  /** For a hub that has just started, and for agents that have just come: they still clear up, ms. */
  settleMs: number;
  /** Options for the hub's Node, to profile it. */
  hubNode?: readonly string[];
}

const MOST_MS = 120_000;

export async function fleet(options: FleetOptions): Promise<Fleet> {
  const sizes: FleetFigures[] = [];
  let crowd: Crowd | undefined;
  for (const [at, run] of options.runs.entries()) {
    const done = await oneFleet(options, run, at === 0);
    sizes.push(done.figures);
    crowd ??= done.crowd;
  }
  if (crowd === undefined) throw new RangeError("no run was asked for");
  return { sizes, crowd };
}

async function oneFleet(
  options: FleetOptions,
  run: FleetOptions["runs"][number],
  withCrowd: boolean,
): Promise<{ figures: FleetFigures; crowd: Crowd | undefined }> {
  const folder = benchFolder("fleet");
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    const dataDir = join(folder.path, "data");
    mkdirSync(dataDir, { mode: 0o700 });
    const seen = Math.min(options.crowd.servers, run.agents);
    const hubKey = await inFolder(dataDir, ({ store, connection }) =>
      castFleet(store, connection, { agents: run.agents, persons: options.crowd.persons, seen }),
    );
    const phones = await phonesIn(stops);
    const redis = run.redis ? await startRedis(folder.path, stops) : undefined;
    const port = await freePort();
    const env = {
      TELEGRAM_BOT_TOKEN: phones.place.token,
      TELEGRAM_API_ROOT: phones.place.url,
      SERVEREYE_HTTP_PORT: String(port),
      ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    };
    // A hub that was killed and came not back leaves its PostgreSQL running, for the next one to take over.
    stops.push(() => endPostgres(dataDir));
    let hub: RunningHub | undefined;
    stops.push(() => hub?.child.stop());
    const start = async (): Promise<RunningHub> => {
      hub = await startHub({ dataDir, env, node: options.hubNode ?? [] });
      return hub;
    };
    const first = await start();
    const url = `${first.url.replace("http:", "ws:")}${AGENT_PATH}`;
    const { agents: count, oneAddress } = run;
    const agents = await agentsOf({ count, urls: [url], hubKey, oneAddress }, stops);
    await wait(options.settleMs);
    const empty = memoryOf(first.child.pid);
    const processes = { hub: [first.child.pid], PostgreSQL: [postmasterOf(dataDir)], ...pidsOf(redis) };
    const before = usedBy(processes);
    const began = epoch();
    const firstIn = Math.max(...(await agents.dial(MOST_MS))) - began;
    const come = shared(before, usedBy(processes), count);

    await wait(options.settleMs);
    const rest = await atRest(processes, options.seconds);
    const full = memoryOf(first.child.pid);
    const ping = await pinged(phones, options, seen);
    const back = await killed(agents, first, start);
    const crowd = withCrowd ? await crowdOf(phones, options.crowd) : undefined;
    const { wrong } = await agents.count();
    if (wrong > 0) throw new Error(`the hub did ${wrong} times what it should not`);
    const each = (name: "rss" | "private") => (full[name] - empty[name]) / count;
    const memory = { rss: each("rss"), private: each("private") };
    const broker = run.redis ? ("Redis" as const) : ("in process" as const);
    return {
      figures: { agents: count, broker, oneAddress, first: firstIn, come, rest, empty, memory, ping, back },
      crowd,
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

const pidsOf = (redis: RunningRedis | undefined): Record<string, number[]> =>
  redis === undefined ? {} : { Redis: [redis.pid] };

/** Epoch ms with fractions: processes of one machine share it. */
const epoch = (): number => performance.timeOrigin + performance.now();

/** Ends the private PostgreSQL in `dataDir` where one still runs. */
async function endPostgres(dataDir: string): Promise<void> {
  const file = join(dataDir, "postgres", "postmaster.pid");
  if (!existsSync(file)) return;
  process.kill(postmasterOf(dataDir), "SIGINT");
  for (let waited = 0; existsSync(file) && waited < 5_000; waited += 50) await wait(50);
}

type Pids = Record<string, number[]>;

/** Processor ms by process, so far. */
const usedBy = (processes: Pids): Record<string, number> =>
  Object.fromEntries(
    Object.entries(processes).map(([name, pids]) => [
      name,
      pids.reduce((sum, pid) => sum + treeCpuMs(pid), 0),
    ]),
  );

/** What was used between two looks, divided. */
const shared = (
  before: Record<string, number>,
  after: Record<string, number>,
  by: number,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).map(([name, ms]) => [name, Math.max(0, ms - (before[name] ?? 0)) / by]),
  );

async function atRest(processes: Pids, seconds: number): Promise<Record<string, number>> {
  const [before, began] = [usedBy(processes), performance.now()];
  await wait(seconds * 1_000);
  return shared(before, usedBy(processes), (performance.now() - began) / 100);
}

/** By the persons in turn, so that nobody writes faster than a person may. */
async function pinged(phones: PhoneLine, options: FleetOptions, seen: number): Promise<Summary> {
  const persons = Array.from({ length: options.pings }, (_, at) =>
    askerId(at % Math.max(seen, options.crowd.persons)),
  );
  return summary(
    (await phones.play({ persons, text: "/ping", expect: "Round trip", together: false })).times,
  );
}

async function killed(agents: Agents, hub: RunningHub, start: () => Promise<RunningHub>): Promise<Back> {
  const allBack = agents.allBack(MOST_MS);
  // Where the hub does not come back, that is what fails, not the wait for its agents.
  allBack.catch(() => undefined);
  const gone = new Promise((resolve) => hub.child.process.once("exit", resolve));
  const at = epoch();
  hub.child.process.kill("SIGKILL");
  await gone;
  await start();
  const ready = epoch() - at;
  const times = (await allBack).map((time) => time - at);
  const shares = (values: readonly number[]) => ({
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    all: Math.max(...values),
  });
  // Agents come in a moment before the hub has told that it is there.
  return { ready, killed: shares(times), started: shares(times.map((time) => Math.max(0, time - ready))) };
}

async function crowdOf(phones: PhoneLine, { persons, servers }: FleetOptions["crowd"]): Promise<Crowd> {
  const asking = Array.from({ length: persons }, (_, at) => askerId(at));
  const played = await phones.play({ persons: asking, text: "/ping", expect: "Round trip", together: true });
  return { persons, servers, times: summary(played.times) };
}
