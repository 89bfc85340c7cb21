/** The containers that run, by a list once a minute and an inspection of each that is new. */
import { Fault } from "@servereye/contract";
import { inspectContainer, listContainers } from "../docker/calls.ts";
import { groupOf } from "../docker/groups.ts";
import { inParallel } from "../docker/parallel.ts";
import { nameIn } from "../docker/shapes/summary.ts";
import type { Host } from "../host.ts";

/** Containers that have series: beyond these the oldest stay. */
const MOST_CONTAINERS = 100;
/** The list is asked for after this, ms; sooner when one of them is gone, but no sooner than each `SOON_MS`. */
const LIST_MS = 60_000;
const SOON_MS = 10_000;
/** No engine: looked for again so seldom that it costs nothing, ms. */
const AWAY_MS = 300_000;
const CALL_MS = 1_500;
const AT_ONCE = 8;

export interface Running {
  id: string;
  /** Its id and its first process: one that was started again counts anew. */
  key: string;
  pid: number;
  name: string;
  /** False: its interfaces are the machine's, or another container's. */
  ownNetwork: boolean;
  hasLimit: boolean;
  /** Its control groups were seen from here. */
  wasGroup: boolean;
}

export function runningContainers(host: Host) {
  let known: Running[] = [];
  let nextAt = -Infinity;
  let listedAt = -Infinity;
  return {
    get known(): number {
      return known.length;
    },
    /** One of them is gone. */
    changed(): void {
      nextAt = Math.min(nextAt, listedAt + SOON_MS);
    },
    async now(): Promise<readonly Running[]> {
      const at = host.monotonic();
      if (at < nextAt) return known;
      listedAt = at;
      nextAt = at + LIST_MS;
      try {
        known = await lookedFor(host, known);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        // An engine that does not answer in time leaves those it had; without one there are none.
        if (error.values.reason !== "silent") known = [];
        if (error.values.reason === "absent" || error.values.reason === "denied") nextAt = at + AWAY_MS;
      }
      return known;
    },
  };
}

async function lookedFor(host: Host, before: readonly Running[]): Promise<Running[]> {
  const { summaries } = await listContainers(host, CALL_MS);
  const up = summaries
    .filter(({ State }) => State === "running" || State === "paused")
    .slice(-MOST_CONTAINERS);
  const found: Running[] = [];
  await inParallel(up, AT_ONCE, async (summary) => {
    const { Id: id } = summary;
    const name = nameIn(summary) || id.slice(0, 12);
    const last = before.find((one) => one.id === id);
    // The same process as before: nothing of it needs to be asked.
    if (last?.wasGroup && groupOf(host, last.pid, id) !== undefined) {
      found.push({ ...last, name });
      return;
    }
    // One that is gone by now, or that the engine does not tell about, comes with the next list.
    const inspected = await inspectContainer(host, id, CALL_MS).catch(() => undefined);
    const pid = inspected?.State.Pid ?? 0;
    if (inspected === undefined || pid <= 0) return;
    const { NetworkMode, Memory } = inspected.HostConfig;
    const ownNetwork = !/^(host|none$|container:)/.test(NetworkMode);
    found.push({
      ...{ id, pid, name, ownNetwork },
      key: `${id} ${pid}`,
      hasLimit: Memory > 0,
      wasGroup: false,
    });
  });
  return found;
}
