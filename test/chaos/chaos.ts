/** One chaos run: a cluster under traffic, broken by a seed's choice, mended, and its history judged. */
import { setTimeout as wait } from "node:timers/promises";
import { type Cluster, openCluster } from "../system/cluster.ts";
import { chanceOf } from "./chance.ts";
import { check, type Figures, type Violation } from "./checker.ts";
import { keepEvidence } from "./evidence.ts";
import { createNemesis } from "./nemesis.ts";
import { createTraffic, type Person } from "./traffic.ts";

export interface ChaosOptions {
  seed: number;
  /** How long things are broken; mending and judging come on top. */
  seconds: number;
  hubs?: number;
  agents?: number;
  persons?: number;
  /** Told what is done, as it is done. */
  tell?: (line: string) => void;
}

export interface Outcome {
  figures: Figures;
  violations: readonly Violation[];
  /** From the mending of everything until the last agent was in again, ms. */
  recoveredMs: number;
  /** Where everything about the run is kept, when something was violated. */
  evidence: string | undefined;
}

const NAMES = ["alpha", "bravo", "delta", "gamma", "kappa", "omega", "sigma", "theta"];

/** How often something new is broken, ms: from and to. */
const PACE_MS = [200, 2_500] as const;
/** An agent that lost its hub often dials at most a minute apart (apps/agent/src/link/backoff.ts). */
const AGENTS_BACK_MS = 75_000;
/** Everything works: what is still open has so long to end. */
const DRAIN_MS = 60_000;
/** After a mended fault, how long its faults may still be told: a question's own 5 s, and a busy machine. */
const RECOVERY_MS = 15_000;
/** A hub shares a question for 100 ms and an agent a run for 250 (shared.ts, runs.ts); the rest is for a busy machine. */
const SHARED_MS = 600;

export async function chaos(options: ChaosOptions): Promise<Outcome> {
  const { seed, seconds, hubs = 3, agents = 3, persons: crowd = 6, tell = () => undefined } = options;
  const cluster = await openCluster({ hubs, redis: hubs > 1 });
  try {
    const servers = NAMES.slice(0, agents);
    for (const name of servers) await cluster.addAgent(name);
    const persons: Person[] = [];
    for (let id = 11; id < 11 + crowd; id++) {
      // Nobody sees all of them, so that an answer to the wrong person shows.
      const seen = servers.filter((_, at) => agents === 1 || at !== id % agents);
      persons.push({ actor: await cluster.addPerson(id, seen), servers: seen });
    }
    return await run(cluster, persons, { seed, seconds, tell });
  } finally {
    await cluster.close();
  }
}

async function run(
  cluster: Cluster,
  persons: readonly Person[],
  { seed, seconds, tell }: Required<Pick<ChaosOptions, "seed" | "seconds" | "tell">>,
): Promise<Outcome> {
  const chance = chanceOf(seed);
  const traffic = createTraffic(cluster, persons);
  const nemesis = createNemesis(cluster, chance, tell);
  const enough = traffic.go(chanceOf(seed + 1));
  const mending = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; ) {
    const mended = nemesis.strike()?.catch((error: unknown) => failures.push(error));
    if (mended !== undefined) {
      const one = mended.then(() => void mending.delete(one));
      mending.add(one);
    }
    await wait(chance.between(...PACE_MS));
  }
  await Promise.all(mending);
  const violations: Violation[] = failures.map((error) => ({ kind: "did not start", detail: String(error) }));
  await nemesis.healAll();
  tell("everything is mended");

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
  const history = traffic.history(nemesis.disturbances);
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

/** The outcome in a few lines. */
export function summary({ figures, violations, recoveredMs, evidence }: Outcome): string {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, times]) => `${name} ${times}`)
      .join(", ") || "none";
  const failed = Object.values(figures.failed).reduce((sum, times) => sum + times, 0);
  return [
    `invoked ${figures.invoked}: ok ${figures.ok}, failed ${failed} (${list(figures.failed)}), unknown ${figures.unknown}`,
    `executed at agents ${figures.executed}; doubled by a crash ${figures.doubled}; agents back after ${recoveredMs} ms`,
    `broken: ${list(figures.disturbances)}`,
    violations.length === 0
      ? "no violation"
      : [
          `${violations.length} violations, everything about them in ${evidence}:`,
          ...violations.map(({ kind, detail }) => `  ${kind}: ${detail}`),
        ].join("\n"),
  ].join("\n");
}
