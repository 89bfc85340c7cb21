/** `npm run bench [-- round-trip redis fleet original store agent start history sampling containers logs events charts] [--quick]`: measures, prints, and keeps the results with the docs. */
import { parseArgs } from "node:util";
import { agentCost } from "./agent.ts";
import { chartsTime } from "./charts.ts";
import { containersTime, dockerIsHere } from "./docker/containers.ts";
import { eventsCost } from "./docker/events.ts";
import { logsCost } from "./docker/logs.ts";
import { type Fleet, fleet } from "./fleet/bench.ts";
import { samplingCost } from "./history/sampling.ts";
import { historyTiers } from "./history/tiers.ts";
import { originalAgents } from "./original/bench.ts";
import { keep, machine } from "./page.ts";
import { redisIsHere } from "./redis.ts";
import { roundTrips } from "./round-trip/bench.ts";
import { overRedis } from "./round-trip/two-hubs.ts";
import { startTimes } from "./start.ts";
import { storeTimes } from "./store.ts";
import { type Name, type Results, tableOf } from "./tables.ts";

interface How {
  /** For trying the bench itself: too few of everything to believe, and nothing is kept. */
  quick: boolean;
  /** A fleet of another size, on the hub alone and over Redis; not kept either. */
  agents: number | undefined;
}

const benches: { [N in Name]: (how: How) => Promise<Results[N]> } = {
  "round-trip": ({ quick }) => roundTrips(quick ? { single: 20, rounds: 1 } : { single: 200, rounds: 12 }),
  redis: ({ quick }) => overRedis(quick ? { single: 20, rounds: 1 } : { single: 200, rounds: 12 }),
  fleet: fleets,
  original: ({ quick }) =>
    originalAgents(quick ? { agents: 20, seconds: 1, pings: 5 } : { agents: 200, seconds: 30, pings: 200 }),
  store: ({ quick }) => storeTimes(quick ? { single: 20, rounds: 1 } : { single: 500, rounds: 20 }),
  agent: ({ quick }) => agentCost({ seconds: quick ? 2 : 60 }),
  start: ({ quick }) => startTimes({ runs: quick ? 1 : 7 }),
  history: ({ quick }) =>
    historyTiers(quick ? { servers: 1, hours: 37, asks: 5 } : { servers: 10, hours: 38, asks: 200 }),
  sampling: ({ quick }) =>
    samplingCost(quick ? { processes: 50, seconds: 3 } : { processes: 1_000, seconds: 60 }),
  containers: ({ quick }) =>
    containersTime(quick ? { containers: 4, asks: 5 } : { containers: 100, asks: 200 }),
  logs: ({ quick }) => logsCost(quick ? { sizes: [1, 4], asks: 1 } : { sizes: [1, 100], asks: 10 }),
  events: ({ quick }) =>
    eventsCost(
      quick ? { seconds: 2, containers: 2, checked: 1 } : { seconds: 60, containers: 30, checked: 10 },
    ),
  charts: ({ quick }) => chartsTime({ pictures: quick ? 3 : 200 }),
};

function fleets({ quick, agents }: How): Promise<Fleet> {
  const run = (count: number, redis: boolean, oneAddress = false) => ({ agents: count, redis, oneAddress });
  if (quick)
    return fleet({
      runs: [run(100, false)],
      ...{ seconds: 1, settleMs: 100, pings: 5, crowd: { persons: 50, servers: 10 } },
    });
  const sizes = agents === undefined ? [1_000, 5_000] : [agents];
  const runs = [
    ...sizes.map((size) => run(size, false)),
    ...(agents === undefined ? [run(1_000, false, true)] : []),
    ...(redisIsHere() ? sizes.map((size) => run(size, true)) : []),
  ];
  return fleet({ runs, seconds: 10, settleMs: 2_000, pings: 100, crowd: { persons: 1_000, servers: 50 } });
}

const isName = (word: string): word is Name => Object.hasOwn(benches, word);

async function measure<N extends Name>(name: N, how: How): Promise<void> {
  process.stderr.write(`${name} ...\n`);
  const result = await benches[name](how);
  const words = tableOf(name, result);
  process.stdout.write(`\n## ${name}\n\n${words}\n\n`);
  if (!how.quick && how.agents === undefined) keep(name, result, words);
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: "boolean", default: false }, agents: { type: "string" } },
  });
  const unknown = positionals.filter((word) => !isName(word));
  if (unknown.length > 0) {
    process.stderr.write(
      `There is no bench "${unknown.join('", "')}": ${Object.keys(benches).join(", ")}.\n`,
    );
    return 1;
  }
  const agents = values.agents === undefined ? undefined : Number(values.agents);
  if (agents !== undefined && !(Number.isInteger(agents) && agents > 0 && agents <= 50_000)) {
    process.stderr.write("--agents is a whole number up to 50000, and means the fleet.\n");
    return 1;
  }
  const chosen = Object.keys(benches)
    .filter(isName)
    .filter(
      (name) =>
        (agents === undefined ? positionals.length === 0 : name === "fleet") || positionals.includes(name),
    );
  process.stdout.write(`${machine()}\n`);
  if (!redisIsHere())
    process.stderr.write("What goes over Redis is left out: there is no redis-server here.\n");
  if (!dockerIsHere())
    process.stderr.write(
      "What needs containers is left out: there is no dockerd here, or this is not root.\n",
    );
  const isHere: Partial<Record<Name, () => boolean>> = {
    redis: redisIsHere,
    containers: dockerIsHere,
    logs: dockerIsHere,
    events: dockerIsHere,
  };
  for (const name of chosen)
    if (isHere[name]?.() !== false) await measure(name, { quick: values.quick, agents });
  return 0;
}

process.exitCode = await main();
