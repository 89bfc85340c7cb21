/** A cluster under traffic: broken by a seed's choice, or restarted hub by hub; then mended, and its history judged. */
import { setTimeout as wait } from "node:timers/promises";
import { type Cluster, openCluster } from "../system/cluster.ts";
import { chanceOf } from "./chance.ts";
import { check, type Violation } from "./checker.ts";
import { keepEvidence } from "./evidence.ts";
import type { Disturbance } from "./history.ts";
import { createNemesis } from "./nemesis.ts";
import type { Outcome } from "./outcome.ts";
import { startRogue } from "./rogue.ts";
import { createTraffic, type Person, type Traffic } from "./traffic.ts";

export interface Size {
  hubs?: number;
  agents?: number;
  persons?: number;
  /** Told what is done, as it is done. */
  tell?: (line: string) => void;
}

/** What was broken, and what could not be mended. */
interface Damage {
  disturbances: readonly Disturbance[];
  failures: readonly unknown[];
}

const NAMES = ["alpha", "bravo", "delta", "gamma", "kappa", "omega", "sigma", "theta"];

/** How often something new is broken, ms: from and to. */
const PACE_MS = [200, 2_500] as const;
/** An agent that lost its hub often dials at most a minute apart (apps/agent/src/link/backoff.ts). */
const AGENTS_BACK_MS = 75_000;
const SETTLED_MS = 2_000;
/** Everything works: what is still open has so long to end. */
const DRAIN_MS = 60_000;
/** After a mended fault, how long its faults may still be told: a question's own 5 s, and a busy machine. */
const RECOVERY_MS = 15_000;
/** A hub shares a question for 100 ms and an agent a run for 250 (shared.ts, runs.ts); the rest is for a busy machine. */
const SHARED_MS = 600;

/** Servers and persons of a cluster. Nobody sees every server, so that an answer to the wrong person shows. */
export async function populate(
  cluster: Cluster,
  { agents = 3, persons: crowd = 6 }: Size,
): Promise<Person[]> {
  const servers = NAMES.slice(0, agents);
  for (const name of servers) await cluster.addAgent(name);
  const persons: Person[] = [];
  for (let id = 11; id < 11 + crowd; id++) {
    const seen = servers.filter((_, at) => agents === 1 || at !== id % agents);
    persons.push({ actor: await cluster.addPerson(id, seen), servers: seen });
  }
  return persons;
}

/** Breaks whatever `seed` chooses for so many seconds. */
export function chaos({
  seed,
  seconds,
  ...size
}: Size & { seed: number; seconds: number }): Promise<Outcome> {
  return underTraffic(seed, size, async (cluster, tell) => {
    const chance = chanceOf(seed);
    const nemesis = createNemesis(cluster, chance, tell);
    const rogue = cluster.redis.there ? await startRogue(cluster.redis.port, chanceOf(seed + 2)) : undefined;
    const replays: Disturbance = { target: "rogue", what: "replay", at: Date.now(), until: undefined };
    const mending = new Set<Promise<void>>();
    const failures: unknown[] = [];
    for (const end = Date.now() + seconds * 1_000; Date.now() < end; ) {
      const mended = nemesis.strike()?.catch((error: unknown) => void failures.push(error));
      if (mended !== undefined) {
        const one = mended.then(() => void mending.delete(one));
        mending.add(one);
      }
      await wait(chance.between(...PACE_MS));
    }
    await Promise.all(mending);
    await nemesis.healAll();
    rogue?.stop();
    replays.until = Date.now();
    tell(`everything is mended; ${rogue?.replayed() ?? 0} messages were replayed on Redis`);
    const disturbances = [...nemesis.disturbances, ...(rogue === undefined ? [] : [replays])];
    return { disturbances, failures };
  });
}

/** Stops and starts each hub in turn, all of them `rolls` times, as an update of ServerEye would. */
export function rolling({ seed, rolls, ...size }: Size & { seed: number; rolls: number }): Promise<Outcome> {
  return underTraffic(seed, size, (cluster, tell) => roll(cluster, rolls, tell));
}

export async function roll(cluster: Cluster, rolls: number, tell: (line: string) => void): Promise<Damage> {
  const disturbances: Disturbance[] = [];
  const failures: unknown[] = [];
  for (let turn = 1; turn <= rolls; turn++)
    for (const hub of cluster.hubs) {
      const one: Disturbance = { target: "hub", what: "stop", at: Date.now(), until: undefined };
      disturbances.push(one);
      const how = await hub.stop();
      if (how !== 0) failures.push(new Error(`${hub.name} stopped with ${how}`));
      const stopped = Date.now();
      await hub.start();
      one.until = Date.now();
      tell(`roll ${turn}: ${hub.name} stopped in ${stopped - one.at} ms, ready in ${one.until - stopped} ms`);
    }
  return { disturbances, failures };
}

async function underTraffic(
  seed: number,
  { hubs = 3, tell = () => undefined, ...size }: Size,
  breakIt: (cluster: Cluster, tell: (line: string) => void) => Promise<Damage>,
): Promise<Outcome> {
  const cluster = await openCluster({ hubs, redis: hubs > 1 });
  try {
    const persons = await populate(cluster, size);
    // What was done is noted in batches: a kill right now would bring the last of the setting up once more.
    await wait(SETTLED_MS);
    const traffic = createTraffic(cluster, persons);
    const enough = traffic.go(chanceOf(seed + 1));
    const damage = await breakIt(cluster, tell);
    return await judge(cluster, traffic, persons, enough, damage);
  } finally {
    await cluster.close();
  }
}

/** Lets everything come to its end, asks everything once more, and judges. `enough` ends the traffic. */
export async function judge(
  cluster: Cluster,
  traffic: Traffic,
  persons: readonly Person[],
  enough: () => Promise<void>,
  { disturbances, failures }: Damage,
): Promise<Outcome> {
  const violations: Violation[] = failures.map((error) => ({ kind: "did not start", detail: String(error) }));
  const began = Date.now();
  for (const agent of cluster.agents)
    if (!(await linked(agent, began + AGENTS_BACK_MS)))
      violations.push({ kind: "did not come back", detail: `agent ${agent.name}` });
  const recoveredMs = Date.now() - began;
  await wait(RECOVERY_MS);
  await enough();
  await traffic.drained(DRAIN_MS);
  // Nothing is broken and nothing was for a while: everybody is answered by every server, or it is a violation.
  for (const person of persons) {
    for (const server of person.servers) traffic.ask(person, server);
    traffic.mark(person);
  }
  await traffic.drained(DRAIN_MS);
  const history = traffic.history(disturbances);
  const verdict = check(history, { recoveryMs: RECOVERY_MS, sharedMs: SHARED_MS });
  violations.push(...verdict.violations);
  for (const { name, fallen } of [...cluster.hubs, ...cluster.agents])
    for (const how of fallen) violations.push({ kind: "fell", detail: `${name} ended by itself: ${how}` });
  return {
    figures: verdict.figures,
    violations,
    recoveredMs,
    evidence: violations.length === 0 ? undefined : keepEvidence(cluster, history, violations),
  };
}

/** Whether an agent has a hub, by its own words; waits for it until then. */
async function linked(agent: Cluster["agents"][number], until: number): Promise<boolean> {
  for (;;) {
    const output = agent.process?.output() ?? "";
    if (output.lastIndexOf('"link.connected"') > output.lastIndexOf('"link.lost"')) return true;
    if (Date.now() > until) return false;
    await wait(100);
  }
}
