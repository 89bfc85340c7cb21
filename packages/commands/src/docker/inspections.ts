/** Inspections of many containers, kept as long as the engine's list proves that nothing has begun or ended since. */
import type { Host } from "../host.ts";
import { inspectContainer } from "./calls.ts";
import { inParallel } from "./parallel.ts";
import { type Inspected, momentIn } from "./shapes/inspected.ts";
import { type ContainerSummary, nameIn } from "./shapes/summary.ts";

/** At a time, and how long one may take, ms. */
const AT_ONCE = 8;
const CALL_MS = 2_000;

/**
 * How long one is good, ms. Of a running container limits and the memory killer's mark change without a word in the
 * list, and what began or ended in this minute may do so again. Else it is less than the minute within which the
 * engine counts seconds: what began or ended since the inspection stands there as so many seconds.
 */
const GOOD_MS = { moving: 2_000, lying: 50_000 };
/** The engine's words about less than a minute: `Up 4 seconds`, `Exited (1) Less than a second ago`. */
const JUST_NOW = /\b(\d+|Less than a) seconds?\b/;
/** The engine cuts seconds off, and its clock is read a moment before ours. */
const SLACK_MS = 1_500;
/** The states in which a container can stay; in the others it is about to become something else. */
const STEADY = new Set(["created", "running", "exited"]);

interface Kept {
  at: number;
  state: string;
  name: string;
  inspected: Inspected;
}

const kept = new WeakMap<object, Map<string, Kept>>();

/**
 * By id. Not in it: containers that are gone. `undefined`: those of which the engine did not tell by `until`
 * (monotonic ms), or told an error.
 */
export async function inspectAll(
  host: Host,
  summaries: readonly ContainerSummary[],
  until: number,
): Promise<Map<string, Inspected | undefined>> {
  const known = kept.get(host.docker) ?? new Map<string, Kept>();
  kept.set(host.docker, known);
  const found = new Map<string, Inspected | undefined>();
  await inParallel(summaries, AT_ONCE, async (summary) => {
    const { Id: id, State: state } = summary;
    const last = known.get(id);
    const left = until - host.monotonic();
    if (last !== undefined && isGood(last, summary, host)) found.set(id, last.inspected);
    else if (left <= 0) found.set(id, undefined);
    else {
      const at = host.monotonic();
      try {
        const inspected = await inspectContainer(host, id, Math.min(CALL_MS, left));
        if (inspected === undefined) return;
        known.set(id, { at, state, name: nameIn(summary), inspected });
        found.set(id, inspected);
      } catch {
        // One that is being removed may answer with an error; it is told as far as the list knows it.
        found.set(id, undefined);
      }
    }
  });
  return found;
}

function isGood({ at, state, name, inspected }: Kept, summary: ContainerSummary, host: Host): boolean {
  const { State, Status } = summary;
  if (state !== State || name !== nameIn(summary) || !STEADY.has(State)) return false;
  const [, seconds] = JUST_NOW.exec(Status) ?? [];
  const isMoving = State === "running" || seconds !== undefined;
  if (host.monotonic() - at > (isMoving ? GOOD_MS.moving : GOOD_MS.lying)) return false;
  if (seconds === undefined) return true;
  // By its seconds it is the same beginning or end that was inspected.
  const since = momentIn(State === "running" ? inspected.State.StartedAt : inspected.State.FinishedAt);
  const told = (Number.parseInt(seconds, 10) || 0) * 1_000 + 500;
  return since !== undefined && Math.abs(host.now() - since - told) <= SLACK_MS;
}

/** Lets go of what the list has no more. */
export function forgetOthers(host: Host, summaries: readonly ContainerSummary[]): void {
  const there = new Set(summaries.map(({ Id }) => Id));
  const known = kept.get(host.docker);
  for (const id of known?.keys() ?? []) if (!there.has(id)) known?.delete(id);
}
