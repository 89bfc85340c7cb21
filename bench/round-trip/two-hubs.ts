/** The round trip over Redis: one hub asks the agents that another holds, beside a floor with the same hops. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startChild } from "../child.ts";
import { benchFolder } from "../folder.ts";
import { agentsIn, type RunningHub, startAgent, startHub } from "../hub.ts";
import { startRedis } from "../redis.ts";
import { type Measured, measured, type RoundTripOptions, script } from "./bench.ts";
import { castIn, everybody, postmasterOf, storeIn } from "./people.ts";
import { phonesIn } from "./phone-line.ts";

export interface TwoHubs {
  floor: Measured;
  ping: Measured;
}

export async function overRedis(options: RoundTripOptions): Promise<TwoHubs> {
  const folder = benchFolder("two-hubs");
  const stops: (() => unknown)[] = [() => folder.remove()];
  const end = async (from: number) => {
    for (const stop of stops.splice(from).reverse()) await stop();
  };
  try {
    const floor = await floorRun(options, folder.path, stops);
    await end(1);
    return { floor, ping: await hubsRun(options, folder.path, stops) };
  } finally {
    await end(0);
  }
}

type Stops = (() => unknown)[];

async function floorRun(options: RoundTripOptions, folder: string, stops: Stops): Promise<Measured> {
  const redis = await startRedis(folder, stops);
  const phones = await phonesIn(stops);
  const start = async (name: string, args: string[], says: (message: unknown) => string | undefined) => {
    const child = startChild(script(name), { args });
    stops.push(() => child.stop());
    return { child, said: await child.told(says) };
  };
  const word = (expected: string) => (message: unknown) => (message === expected ? expected : undefined);
  const echo = await start("echo.ts", [], (message) => (typeof message === "string" ? message : undefined));
  const holds = await start("floor-redis.ts", ["holds", redis.url, echo.said], word("holding"));
  const root = `${phones.place.url}/bot${phones.place.token}`;
  const polls = await start("floor-redis.ts", ["polls", redis.url, root], word("polling"));
  return await measured(
    phones.play,
    options,
    { text: "/ping", expect: "the same hops" },
    {
      hubs: [holds.child.pid, polls.child.pid],
      Redis: [redis.pid],
      agents: [echo.child.pid],
      "emulated Telegram": [phones.pid],
    },
  );
}

async function hubsRun(options: RoundTripOptions, folder: string, stops: Stops): Promise<Measured> {
  const redis = await startRedis(folder, stops);
  const pgDir = join(folder, "postgresql");
  mkdirSync(pgDir, { mode: 0o700 });
  const cast = await castIn(pgDir, join(folder, "agents"));
  const { connection, close } = await storeIn(pgDir);
  stops.push(close);
  const phones = await phonesIn(stops);
  const hubs: RunningHub[] = [];
  for (const name of ["first", "second"]) {
    const dataDir = join(folder, name);
    mkdirSync(dataDir, { mode: 0o700 });
    const hub = await startHub({
      dataDir,
      node: options.hubNode ?? [],
      env: {
        DATABASE_URL: addressOf(connection),
        REDIS_URL: redis.url,
        TELEGRAM_BOT_TOKEN: phones.place.token,
        TELEGRAM_API_ROOT: phones.place.url,
      },
    });
    stops.push(() => hub.child.stop());
    hubs.push(hub);
  }
  const [, holder] = hubs;
  if (holder === undefined) throw new Error("there is no second hub");
  const agents = cast.agents.map((data) => startAgent(holder, data));
  stops.push(() => Promise.all(agents.map((agent) => agent.stop())));
  await agentsIn(holder, agents.length);
  return await measured(
    phones.play,
    options,
    { text: "/ping", expect: "Round trip", persons: everybody },
    {
      hubs: hubs.map(({ child }) => child.pid),
      PostgreSQL: [postmasterOf(pgDir)],
      Redis: [redis.pid],
      agents: agents.map((agent) => agent.pid),
      "emulated Telegram": [phones.pid],
    },
  );
}

/** A unix socket as an address: the folder stands where a host would. */
function addressOf(connection: { host: string; port: number; user: string; database: string }): string {
  const { host, port, user, database } = connection;
  return `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
