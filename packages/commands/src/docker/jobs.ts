/** Work that goes on after its answer: a few at once, each known by its id while it runs and for a while after. */
import { Fault } from "@servereye/contract";
import type { Host } from "../host.ts";
import { EngineRefusal, type JobState, type JobStep, type Jobs } from "./engine.ts";

/** Jobs that run at once. */
export const MOST_JOBS = 4;
/** Steps kept of a job. */
export const MOST_STEPS = 64;
/** How long what ended is known, ms. */
export const KNOWN_MS = 15 * 60_000;
/** Jobs known at once; beyond it the one that ended first is forgotten early. */
export const MOST_KNOWN = 128;
/** Characters of a step's name, and of what is said to it. */
export const LONGEST_WHAT = 128;
export const LONGEST_SAID = 300;

interface Entry {
  id: string;
  kind: string;
  began: number;
  ended?: number;
  steps: readonly JobStep[];
  outcome?: { result: unknown } | { fault: Fault };
}

/** An engine's "no" as the domain's fault (value `reason`: its words); whatever else was thrown as a fault. */
export const engineFault = (error: unknown): Fault =>
  error instanceof EngineRefusal
    ? new Fault("CONTAINER_ACTION_FAILED", error.said, { values: { reason: error.said }, cause: error })
    : Fault.of(error);

export function createJobs(clock: Pick<Host, "monotonic">): Jobs {
  /** In the order they began. */
  const known = new Map<string, Entry>();

  /** Lets go of what ended long ago and, of too many, of what ended first. Those that run are few and stay. */
  function tidy(): void {
    const ended = [...known.values()]
      .filter((entry) => entry.ended !== undefined)
      .sort((a, b) => (a.ended ?? 0) - (b.ended ?? 0));
    const many = known.size - MOST_KNOWN;
    for (const [at, { id, ended: end = 0 }] of ended.entries())
      if (at < many || clock.monotonic() - end >= KNOWN_MS) known.delete(id);
  }

  async function work(
    entry: Entry,
    run: (progress: { steps: (steps: readonly JobStep[]) => void }) => Promise<unknown>,
  ): Promise<void> {
    const steps = (told: readonly JobStep[]): void => {
      // What a run tells after its end is no news.
      if (entry.ended === undefined) entry.steps = told.slice(0, MOST_STEPS).map(fitting);
    };
    try {
      const result = await run({ steps });
      entry.outcome = { result };
    } catch (error) {
      entry.outcome = { fault: engineFault(error) };
    }
    entry.ended = clock.monotonic();
    tidy();
  }

  function stateOf({ id, kind, began, ended, steps, outcome }: Entry): JobState {
    const told = { id, kind, tookMs: Math.round((ended ?? clock.monotonic()) - began), steps };
    if (outcome === undefined) return { ...told, state: "running" };
    if ("fault" in outcome) return { ...told, state: "failed", fault: outcome.fault.toBody() };
    return { ...told, state: "done", ...(outcome.result === undefined ? {} : { result: outcome.result }) };
  }

  return {
    begin(id, kind, run) {
      tidy();
      const before = known.get(id);
      if (before !== undefined) return stateOf(before);
      const running = [...known.values()].filter((entry) => entry.ended === undefined).length;
      if (running >= MOST_JOBS)
        throw new Fault("AGENT_BUSY", `${MOST_JOBS} jobs are running already`, {
          values: { limit: MOST_JOBS },
        });
      const entry: Entry = { id, kind, began: clock.monotonic(), steps: [] };
      known.set(id, entry);
      // Never rejects: how it ended is kept in its entry.
      void work(entry, run);
      return stateOf(entry);
    },

    get(id) {
      tidy();
      const entry = known.get(id);
      return entry === undefined ? undefined : stateOf(entry);
    },
  };
}

/** As long as it may be on the wire, and in whole characters. */
const cut = (text: string, most: number): string => text.slice(0, most).toWellFormed();

const fitting = (step: JobStep): JobStep => ({
  ...step,
  what: cut(step.what, LONGEST_WHAT),
  ...(step.said === undefined ? {} : { said: cut(step.said, LONGEST_SAID) }),
});
