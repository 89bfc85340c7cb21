/** How servers stand now by their newest samples: each with its worst value of a measure, the worst of them first. */
import { measures } from "@servereye/commands/hub";
import { type Level, levelOf, type Measure } from "@servereye/contract";
import type { SeenServer } from "../../ports/people.ts";
import type { Turn } from "../turn.ts";

/** Older than this a number is not how it is now, ms: an agent sends one a minute at the least. */
const FRESH_MS = 150_000;

export interface Now {
  value: number;
  /** Which disk, interface, container it is of. */
  of: string | undefined;
  level: Level;
}

export interface Standing {
  server: SeenServer;
  online: boolean;
  /** By key; without a number of late it is not in it. */
  now: ReadonlyMap<string, Now>;
}

const WEIGHT = { ok: 0, warn: 1, bad: 2 } as const;
const sign = ({ worse }: Pick<Measure, "worse">): number => (worse === "lower" ? -1 : 1);

/** One look for all servers and keys together. */
export async function standingsOf(
  { deps }: Pick<Turn, "deps">,
  servers: readonly SeenServer[],
  keys: readonly string[],
): Promise<Standing[]> {
  const ids = servers.map(({ id }) => id);
  const [presence, ...latest] = await Promise.all([
    deps.fleet.presenceOf(ids),
    ...keys.map((key) => deps.history.latest(ids, key, FRESH_MS)),
  ]);
  const byServer = new Map<string, Map<string, Now>>(ids.map((id) => [id, new Map()]));
  for (const { serverId, series, value } of latest.flat()) {
    const mine = byServer.get(serverId);
    const measure = measures.get(series.key);
    if (mine === undefined || measure === undefined) continue;
    const before = mine.get(series.key);
    if (before !== undefined && sign(measure) * before.value >= sign(measure) * value) continue;
    mine.set(series.key, { value, of: series.of, level: levelOf(measure, value) });
  }
  return servers.map((server) => ({
    server,
    online: presence.has(server.id),
    now: byServer.get(server.id) ?? new Map(),
  }));
}

/** Who is away first, then who is beyond a threshold, then who is fullest. */
export function worstFirst(standings: readonly Standing[]): Standing[] {
  const urgency = ({ online, now }: Standing): number =>
    online
      ? Math.max(-1, ...[...now.values()].map(({ level, value }) => 1_000 * WEIGHT[level] + value))
      : 1e6;
  return standings.toSorted((a, b) => urgency(b) - urgency(a) || a.server.number - b.server.number);
}

/** By one measure, the worst or most first; who has no number of it last. */
export function rankedBy(standings: readonly Standing[], measure: Measure): Standing[] {
  const rank = ({ now }: Standing): number => {
    const value = now.get(measure.key)?.value;
    return value === undefined ? Number.NEGATIVE_INFINITY : sign(measure) * value;
  };
  return standings.toSorted((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? a.server.number - b.server.number : second - first;
  });
}
