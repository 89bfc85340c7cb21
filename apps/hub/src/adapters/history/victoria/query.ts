/** Lines by MetricsQL: the values themselves where they are few, else what it reckons of each step. */
import type { Series } from "@servereye/contract";
import { type Stat, slots, statOf } from "../../../core/history/stat.ts";
import { gridOf, leastStep } from "../../../core/history/steps.ts";
import type { History, HistoryQuery, Line } from "../../../core/ports/history.ts";
import { exportOf, matrixOf } from "./answers.ts";
import { inGroups, selector, seriesOf } from "./names.ts";
import type { VictoriaWire } from "./wire.ts";

const SECOND_MS = 1_000;
/**
 * From steps of so long on VictoriaMetrics reckons: no agent measures less often than each minute, so that none is empty
 * for want of punctuality. (Of shorter ones it would also fill up the newest ones with what was before: its
 * `-search.latencyOffset`, for steps under a minute.)
 */
const RECKONED_STEP_MS = 120_000;
/** Ms of values themselves for one query, over all its servers: a day and a half of four, at one in 10 s. */
const MOST_RAW_MS = 6 * 86_400_000;

/** MetricsQL's names of what a step is told by. */
const FIELDS: ReadonlyMap<string, keyof Stat> = new Map([
  ["min_over_time", "min"],
  ["max_over_time", "max"],
  ["sum_over_time", "sum"],
  ["last_over_time", "last"],
  ["count_over_time", "count"],
]);
const ALL = `(${[...FIELDS.keys()].map((name) => `"${name}"`).join(",")})`;

interface Piece {
  at: number;
  stat: Stat;
}

/** One series' pieces. */
interface Found {
  serverId: string;
  series: Series;
  pieces: Piece[];
}

export const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

export function queriesIn(wire: VictoriaWire): History["query"] {
  /** The values as they were kept. */
  async function values(selected: string, { from, to }: HistoryQuery): Promise<Found[]> {
    const text = await wire.read("/api/v1/export", [
      ["match[]", selected],
      ["start", seconds(from)],
      ["end", seconds(to - 1)],
    ]);
    return exportOf(text).flatMap(({ metric, values: told, timestamps }) => {
      const whose = seriesOf(metric);
      if (whose === undefined) return [];
      const pieces = told.flatMap((value, n) => {
        const at = timestamps[n];
        return value === null || at === undefined ? [] : [{ at, stat: statOf(value) }];
      });
      return [{ ...whose, pieces }];
    });
  }

  /** Each step's smallest, largest, sum, newest and count. */
  async function reckoned(selected: string, query: HistoryQuery): Promise<Found[]> {
    const { from, stepMs, length } = gridOf(query.from, query.to, query.points, RECKONED_STEP_MS);
    // A window is what is after its begin, up to its end: that of a step ends with its last millisecond.
    const end = from + stepMs - 1;
    const text = await wire.read("/api/v1/query_range", [
      ["query", `aggr_over_time(${ALL}, ${selected}[${stepMs}ms])`],
      ["start", seconds(end)],
      ["end", seconds(end + (length - 1) * stepMs)],
      ["step", seconds(stepMs)],
      ["nocache", "1"],
    ]);
    const found = new Map<string, Found & { stats: Map<number, Stat> }>();
    for (const { metric, values: told } of matrixOf(text)) {
      const whose = seriesOf(metric);
      const field = FIELDS.get(metric.rollup ?? "");
      if (whose === undefined || field === undefined) continue;
      const key = keyOf(whose);
      const one = found.get(key) ?? { ...whose, pieces: [], stats: new Map<number, Stat>() };
      found.set(key, one);
      for (const [time, value] of told) {
        const at = Math.round(time * 1_000) - stepMs + 1;
        const stat = one.stats.get(at) ?? { min: 0, max: 0, sum: 0, last: 0, count: 0 };
        stat[field] = Number(value);
        one.stats.set(at, stat);
      }
    }
    return [...found.values()].map(({ stats, ...one }) => ({
      ...one,
      pieces: [...stats].flatMap(([at, stat]) => (stat.count > 0 ? [{ at, stat }] : [])),
    }));
  }

  return async (query) => {
    const { serverIds, series, from, to, points } = query;
    if (to <= from || serverIds.length === 0) return [];
    const wide = gridOf(from, to, points, SECOND_MS).stepMs >= RECKONED_STEP_MS;
    const raw = !wide && (to - from) * serverIds.length <= MOST_RAW_MS;
    const found = new Map<string, Found>();
    for (const ids of inGroups(serverIds)) {
      for (const wanted of series) {
        const seen = new Set(found.keys());
        const some = await (raw ? values : reckoned)(selector(ids, wanted), query);
        for (const one of some) {
          const key = keyOf(one);
          // Asked for twice (all of a measure, and one of it), or told in two pieces.
          if (seen.has(key)) continue;
          const before = found.get(key);
          if (before === undefined) found.set(key, one);
          else before.pieces = before.pieces.concat(one.pieces);
        }
      }
    }
    return [...found.values()]
      .filter(({ pieces }) => pieces.length > 0)
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map((one) => lineOf(one, query, raw ? SECOND_MS : RECKONED_STEP_MS));
  };
}

function lineOf({ serverId, series, pieces }: Found, query: HistoryQuery, leastMs: number): Line {
  pieces.sort((a, b) => a.at - b.at);
  // Of one value each: they come that seldom, and steps of their own width would be empty now and then.
  const seldom = pieces.every(({ stat }) => stat.count === 1);
  const least = seldom ? Math.max(leastMs, leastStep(pieces.map(({ at }) => at))) : leastMs;
  const grid = gridOf(query.from, query.to, query.points, least);
  const filled = slots(grid.from, grid.stepMs, grid.length);
  for (const { at, stat } of pieces) filled.add(at, stat);
  const points = filled.stats.map((stat, n) => {
    const at = grid.from + n * grid.stepMs;
    if (stat === null) return { at, value: null };
    const { min, max, sum, last, count } = stat;
    // One of many equal values is not told as another one because their sum was rounded.
    return { at, value: { min, max, avg: Math.min(max, Math.max(min, sum / count)), last, count } };
  });
  return { serverId, series, stepMs: grid.stepMs, points };
}

/** In the order in which lines are given. */
const keyOf = ({ serverId, series }: Pick<Found, "serverId" | "series">): string =>
  `${series.key} ${series.of ?? ""} ${serverId}`;
