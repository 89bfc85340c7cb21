/** From a person's message to the bot's answer: the real hub, real agents and an emulated Telegram, beside the floor. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { AGENT_PATH } from "@servereye/contract";
import { startChild } from "../child.ts";
import { cpuMs, treeOf } from "../cpu.ts";
import { benchFolder, root } from "../folder.ts";
import { agentsIn, type RunningHub, startAgent, startHub } from "../hub.ts";
import { type Summary, summary } from "../summary.ts";
import {
  castIn,
  everybody,
  MOST_OF_ONE_PERSON,
  otherId,
  ownerId,
  PERSONS,
  personId,
  postmasterOf,
  SERVERS,
  WAITING,
  waitingId,
} from "./people.ts";
import { type PhoneLine, phonesIn } from "./phone-line.ts";

export interface Measured {
  /** Ms. */
  single: Summary;
  together: Summary;
  /** Processor time for one message when a hundred come at once, ms, by process. */
  cpu: Record<string, number>;
}

export interface RoundTrips {
  floor: Measured;
  commands: ({ command: string } & Measured)[];
  /** A hundred persons, each with a server of their own: nothing can be shared. */
  own: Measured;
  /** `/memory`, and in the same moment somebody asks a server that is offline. */
  besideOffline: { memory: Summary; offline: Summary };
}

export interface RoundTripOptions {
  /** Messages one at a time, of each command. */
  single: number;
  /** Rounds of a hundred persons at once, of each command. */
  rounds: number;
  /** Options for the hub's Node, to profile it. */
  hubNode?: readonly string[];
}

/** Rounds that are not counted: the engine compiles what is hot meanwhile. */
const WARM_UP = 8;

export const script = (name: string) => join(root, "bench/round-trip", name);

export async function roundTrips(options: RoundTripOptions): Promise<RoundTrips> {
  const ofOne = WARM_UP + Math.ceil(options.single / PERSONS) + options.rounds + 1;
  if (ofOne > MOST_OF_ONE_PERSON)
    throw new RangeError(`${ofOne} messages are more than one person may write`);
  const folder = benchFolder("round-trip");
  const stops: (() => unknown)[] = [() => folder.remove()];
  try {
    const floor = await besides(stops, floorRuns(options, stops));
    return await hubRuns(options, folder.path, floor, stops);
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Runs it and stops what it started before anything else begins. */
async function besides<T>(stops: (() => unknown)[], running: Promise<T>): Promise<T> {
  const result = await running;
  for (const stop of stops.splice(1).reverse()) await stop();
  return result;
}

async function floorRuns(options: RoundTripOptions, stops: (() => unknown)[]): Promise<RoundTrips["floor"]> {
  const phones = await phonesIn(stops);
  const echo = startChild(script("echo.ts"));
  stops.push(() => echo.stop());
  const line = await echo.told((message) => (typeof message === "string" ? message : undefined));
  const hub = startChild(script("floor.ts"), {
    args: [`${phones.place.url}/bot${phones.place.token}`, line],
  });
  stops.push(() => hub.stop());
  await hub.told((message) => (message === "polling" ? true : undefined));
  const processes = { hub: [hub.pid], agents: [echo.pid], "emulated Telegram": [phones.pid] };
  return await measured(phones.play, options, { text: "/ping", expect: "the same hops" }, processes);
}

async function hubRuns(
  options: RoundTripOptions,
  folder: string,
  floor: RoundTrips["floor"],
  stops: (() => unknown)[],
): Promise<RoundTrips> {
  const dataDir = join(folder, "data");
  mkdirSync(dataDir, { mode: 0o700 });
  const cast = await castIn(dataDir, join(folder, "agents"));
  const phones = await phonesIn(stops);
  const hub = await startHub({
    dataDir,
    node: options.hubNode ?? [],
    env: { TELEGRAM_BOT_TOKEN: phones.place.token, TELEGRAM_API_ROOT: phones.place.url },
  });
  stops.push(() => hub.child.stop());
  const agents = cast.agents.map((folder) => startAgent(hub, folder));
  stops.push(() => Promise.all(agents.map((agent) => agent.stop())));
  await agentsIn(hub, agents.length);
  const processes = {
    hub: [hub.child.pid],
    PostgreSQL: [postmasterOf(dataDir)],
    agents: agents.map((agent) => agent.pid),
    "emulated Telegram": [phones.pid],
  };
  const commands: RoundTrips["commands"] = [];
  for (const { command, expect, persons } of [
    { command: "/ping", expect: "Round trip", persons: everybody },
    { command: "/memory", expect: "Available", persons: everybody.map((_, at) => otherId(at)) },
  ]) {
    const say = { text: command, expect, persons };
    commands.push({ command, ...(await measured(phones.play, options, say, processes)) });
  }
  const own = await ownServers(options, hub, cast.own, phones, processes, stops);
  const waiting = Array.from({ length: WAITING }, (_, at) => waitingId(at));
  const beside = await phones.play({
    persons: [...everybody],
    text: "/memory",
    expect: "Available",
    together: false,
    beside: { persons: waiting, text: "/memory", expect: "offline" },
  });
  return {
    floor,
    commands,
    own,
    besideOffline: { memory: summary(beside.times), offline: summary(beside.beside) },
  };
}

async function ownServers(
  options: RoundTripOptions,
  hub: RunningHub,
  folders: readonly string[],
  phones: PhoneLine,
  processes: Record<string, number[]>,
  stops: (() => unknown)[],
): Promise<Measured> {
  const url = `${hub.url.replace("http:", "ws:")}${AGENT_PATH}`;
  const many = startChild(script("many-agents.ts"), { args: [url, hub.hubKey, ...folders] });
  stops.push(() => many.stop());
  await agentsIn(hub, SERVERS + folders.length);
  const persons = folders.map((_, at) => ownerId(at));
  const say = { text: "/ping", expect: "Round trip", persons };
  return await measured(phones.play, options, say, { ...processes, agents: [many.pid] });
}

export async function measured(
  play: PhoneLine["play"],
  options: RoundTripOptions,
  { persons = everybody, ...say }: { text: string; expect: string; persons?: readonly number[] },
  processes: Record<string, number[]>,
): Promise<Measured> {
  for (let round = 0; round < WARM_UP; round++) await play({ ...say, persons: [...persons], together: true });
  const asking = Array.from(
    { length: options.single },
    (_, at) => persons[at % persons.length] ?? personId(0),
  );
  const single = await play({ ...say, persons: asking, together: false });
  // Looked up once: PostgreSQL's own children are kept open by the hub's pool.
  const trees = Object.entries(processes).map(([name, pids]) => ({ name, pids: pids.flatMap(treeOf) }));
  const used = () => trees.map(({ pids }) => pids.reduce((sum, pid) => sum + cpuMs(pid), 0));
  const before = used();
  const together: number[] = [];
  for (let round = 0; round < options.rounds; round++)
    together.push(...(await play({ ...say, persons: [...persons], together: true })).times);
  const after = used();
  const cpu = Object.fromEntries(
    trees.map(({ name }, at) => [name, ((after[at] ?? 0) - (before[at] ?? 0)) / together.length]),
  );
  return { single: summary(single.times), together: summary(together), cpu };
}
