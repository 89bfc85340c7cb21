/** What goes wrong in a chaos run: parts killed, stopped, frozen and started again, lines broken, by the seed's choice. */
import { setTimeout as wait } from "node:timers/promises";
import type { FaultProxy } from "../faults/proxy.ts";
import type { Cluster, Engine } from "../system/cluster.ts";
import type { Member } from "../system/member.ts";
import type { Chance } from "./chance.ts";
import type { Disturbance, Target } from "./history.ts";

export interface Nemesis {
  readonly disturbances: readonly Disturbance[];
  /** Breaks one thing, holds it so for a while, and mends it. Undefined where what was chosen is broken already. */
  strike(): Promise<void> | undefined;
  /** Starts what does not run and mends every line. Rejects when something does not start. */
  healAll(): Promise<void>;
}

interface Fault {
  readonly target: Target;
  readonly what: string;
  /** Chosen so many times as often as one of weight 1. */
  readonly weight: number;
  /** What it is done to; one part suffers one thing at a time. */
  readonly part: string;
  readonly begin: () => Promise<unknown> | unknown;
  readonly mend: () => Promise<unknown> | unknown;
  /** For how long, ms: from and to. */
  readonly held: readonly [number, number];
}

const SHORT = [100, 2_000] as const;
/** Beyond what a hub waits for a lease or a statement, so that others take over from one that is not dead. */
const LONG = [500, 9_000] as const;

const START_MS = 60_000;
const AGAIN_MS = 300;

export function createNemesis(cluster: Cluster, chance: Chance, tell: (line: string) => void): Nemesis {
  const disturbances: Disturbance[] = [];
  const suffering = new Set<string>();
  const all = faultsOf(cluster);

  function chosen(): Fault {
    let left = chance.next() * all.reduce((sum, { weight }) => sum + weight, 0);
    for (const fault of all) {
      left -= fault.weight;
      if (left < 0) return fault;
    }
    return chance.pick(all);
  }

  async function suffer(fault: Fault, ms: number): Promise<void> {
    const { part, target, what } = fault;
    suffering.add(part);
    const disturbance: Disturbance = { target, what, at: Date.now(), until: undefined };
    disturbances.push(disturbance);
    tell(`${part}: ${what} for ${ms} ms`);
    try {
      await fault.begin();
      await wait(ms);
      await fault.mend();
    } finally {
      disturbance.until = Date.now();
      suffering.delete(part);
    }
  }

  return {
    disturbances,
    strike() {
      const fault = chosen();
      const ms = chance.between(...fault.held);
      return suffering.has(fault.part) ? undefined : suffer(fault, ms);
    },
    async healAll() {
      for (const line of linesOf(cluster)) line.heal();
      for (const engine of [cluster.postgres, cluster.redis])
        if (!engine.up && engine.there) await engine.start();
      await Promise.all(
        [...cluster.hubs, ...cluster.agents].map(async (member) => {
          if (member.paused) member.resume();
          if (!member.up) await startAgain(member);
        }),
      );
    },
  };
}

const linesOf = ({ hubs, agents, balancer }: Cluster): FaultProxy[] => [
  balancer,
  ...hubs.flatMap(({ lines }) => Object.values(lines)),
  ...agents.map(({ line }) => line),
];

function faultsOf(cluster: Cluster): Fault[] {
  const { hubs, agents, postgres, redis } = cluster;
  return [
    ...hubs.flatMap((hub) => [
      ...lives(hub, "hub", 3),
      ...broken(hub.lines.postgres, `${hub.name} to postgres`, "postgres line"),
      ...(redis.there ? broken(hub.lines.redis, `${hub.name} to redis`, "redis line") : []),
      ...broken(hub.lines.telegram, `${hub.name} to telegram`, "telegram line"),
    ]),
    ...agents.flatMap((agent) => [
      ...lives(agent, "agent", 1),
      ...broken(agent.line, `${agent.name} to its hub`, "agent line"),
    ]),
    ...restarted(postgres, "postgres"),
    ...(redis.there ? [...restarted(redis, "redis"), frozen(redis)] : []),
  ];
}

/** What can happen to a process of ours. */
function lives(member: Member, target: "hub" | "agent", weight: number): Fault[] {
  const common = { target, part: member.name };
  return [
    { ...common, what: "kill", weight, held: SHORT, begin: member.kill, mend: () => startAgain(member) },
    { ...common, what: "stop", weight, held: SHORT, begin: member.stop, mend: () => startAgain(member) },
    { ...common, what: "pause", weight, held: LONG, begin: member.pause, mend: member.resume },
  ];
}

/**
 * As a service manager does it: a hub that finds no database ends with a clear line and is started again. Rejects
 * when a minute of that was not enough.
 */
async function startAgain(member: Member): Promise<void> {
  const end = Date.now() + START_MS;
  for (;;) {
    try {
      return await member.start();
    } catch (error) {
      await member.kill();
      if (Date.now() > end) throw error;
      await wait(AGAIN_MS);
    }
  }
}

function restarted(engine: Engine, target: "postgres" | "redis"): Fault[] {
  return [
    { target, part: target, what: "kill", weight: 6, held: SHORT, begin: engine.kill, mend: engine.start },
  ];
}

const frozen = (redis: Cluster["redis"]): Fault => ({
  target: "redis",
  what: "pause",
  weight: 1,
  part: "redis",
  held: LONG,
  begin: redis.pause,
  mend: redis.resume,
});

function broken(line: FaultProxy, part: string, target: Target): Fault[] {
  const common = { target, part, weight: 0.4, mend: line.heal };
  return [
    { ...common, what: "cut", held: [0, 0], begin: line.cut },
    { ...common, what: "reset", held: [0, 0], begin: line.reset },
    { ...common, what: "half-open", held: LONG, begin: line.halfOpen },
    { ...common, what: "black hole", held: LONG, begin: () => line.trouble({ blackHole: true }) },
    { ...common, what: "one-way", held: LONG, begin: () => line.trouble({ blackHole: true }, "down") },
    { ...common, what: "latency", held: LONG, begin: () => line.trouble({ latencyMs: 150 }) },
    { ...common, what: "throttle", held: LONG, begin: () => line.trouble({ bytesPerSecond: 20_000 }) },
    {
      ...common,
      what: "refuse",
      held: SHORT,
      begin: () => {
        line.refuse(true);
        line.reset();
      },
    },
  ];
}
