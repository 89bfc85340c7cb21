/** Lines over any time: open hours, chunks and roll-ups put together without a seam. */
import type { Series } from "@servereye/contract";
import { sql } from "kysely";
import { type Stat, slots, statOf } from "../../../core/history/stat.ts";
import { gridOf, leastStep } from "../../../core/history/steps.ts";
import type { HistoryQuery, Line, Point } from "../../../core/ports/history.ts";
import type { Ground } from "./ground.ts";
import { pacer } from "./pace.ts";
import { type HistoryReader, markKey } from "./read.ts";
import { DAY_MS, dayOf, HOUR_MS, hourOf, ROLLUP_STEPS, type RollupStep, SECOND_MS, weekOf } from "./units.ts";

/** Servers that one query reads at a time: a connection is left for others. */
const LANES = 3;

interface Wanted {
  id: number;
  server: number;
  serverId: string;
  series: Series;
}

interface Piece {
  at: number;
  stat: Stat;
}

export function queriesIn(ground: Ground, reader: HistoryReader) {
  const { db, clock, retention } = ground;

  /** Epoch ms from which on there are chunks for certain. */
  const fullSince = (): number => clock.now() - retention.fullDays * DAY_MS;

  async function wantedOf({ serverIds, series }: HistoryQuery): Promise<Wanted[]> {
    const { rows } = await sql<{ id: number; server: number; serverId: string; key: string; of: string }>`
      select distinct s.id, s.server, h.server_id as "serverId", s.key, s."of"
      from history_servers h join history_series s on s.server = h.id
      join unnest(${series.map(({ key }) => key)}::text[], ${series.map(({ of }) => of ?? null)}::text[]) as w (key, thing)
        on s.key = w.key and (w.thing is null or s."of" = w.thing)
      where h.server_id = any(${serverIds}::text[])
      order by s.key, s."of"`.execute(db);
    return rows.map(({ key, of, ...row }) => ({ ...row, series: of === "" ? { key } : { key, of } }));
  }

  /** Roll-ups of which step are fine enough, undefined when none is. */
  function tierOf({ from, to, points }: HistoryQuery): RollupStep | undefined {
    const { stepMs } = gridOf(from, to, points, SECOND_MS);
    const step = ROLLUP_STEPS.findLast((one) => one <= stepMs);
    return step ?? (from < fullSince() ? ROLLUP_STEPS[0] : undefined);
  }

  /** What there is of one server's series, by series, in the order of time. */
  async function piecesOf(server: number, ids: number[], query: HistoryQuery, tier: RollupStep | undefined) {
    const { to } = query;
    // A whole step more, since the first step may begin before.
    const from = tier === undefined ? query.from : Math.floor(query.from / tier) * tier;
    const { open, due } = await reader.unsettled(server);
    // Before the chunks: what is sealed in between is in both, and not in neither.
    const hot = open.length === 0 ? [] : await reader.hot(server, from, to);
    const unsettled = new Set(due);
    for (const hours of open)
      for (let day = Math.floor(hours.from / 24); day * 24 < hours.to; day++) unsettled.add(day);
    const { days, rolled } =
      tier === undefined
        ? { days: [], rolled: [] }
        : await reader.rolled(server, tier, { from, to }, { series: ids, without: [...unsettled] });
    const hours = { from: hourOf(from), to: hourOf(to - 1) + 1 };
    const { chunks } = await reader.chunks(server, hours, { series: ids, without: days });

    const pieces = new Map<number, Piece[]>(ids.map((id) => [id, []]));
    const put = (id: number, at: number, stat: Stat): void => {
      if (at >= from && at < to) pieces.get(id)?.push({ at, stat });
    };
    for (const { day, series, stats } of rolled)
      for (const [n, stat] of stats.entries())
        if (stat !== null && tier !== undefined) put(series, day * DAY_MS + n * tier, stat);
    const breathe = pacer();
    const seen = new Set<string>();
    const wanted = new Set(ids);
    const hotHours = new Set<number>();
    for (const sample of hot) {
      seen.add(markKey(sample));
      hotHours.add(hourOf(sample.at));
      for (const [at, id] of sample.layout.series.entries()) {
        const value = wanted.has(id) ? (sample.values[at] ?? null) : null;
        if (value !== null) put(id, sample.at, statOf(value));
      }
      await breathe();
    }
    for (const { hour, part, marks, columns } of chunks) {
      const doubles =
        part > 0 || hotHours.has(hour) || chunks.some((one) => one.hour === hour && one.part > 0);
      const isNew = doubles ? marks.map((mark) => !seen.has(markKey(mark))) : undefined;
      for (const [id, { values }] of columns)
        for (const [at, value] of values.entries())
          if (value !== null && isNew?.[at] !== false) put(id, marks[at]?.at ?? 0, statOf(value));
      if (doubles) for (const mark of marks) seen.add(markKey(mark));
      await breathe();
    }
    for (const list of pieces.values()) list.sort((a, b) => a.at - b.at);
    return pieces;
  }

  function lineOf(
    wanted: Wanted,
    pieces: readonly Piece[],
    query: HistoryQuery,
    tier: RollupStep | undefined,
  ) {
    const least = tier ?? Math.max(SECOND_MS, leastStep(pieces.map(({ at }) => at)));
    const grid = gridOf(query.from, query.to, query.points, least);
    const filled = slots(grid.from, grid.stepMs, grid.length);
    for (const { at, stat } of pieces) filled.add(at, stat);
    return {
      ...{ serverId: wanted.serverId, series: wanted.series, stepMs: grid.stepMs },
      points: filled.stats.map((stat, n) => pointOf(grid.from + n * grid.stepMs, stat)),
    };
  }

  return {
    async query(query: HistoryQuery): Promise<Line[]> {
      if (query.to <= query.from) return [];
      const wanted = await wantedOf(query);
      const tier = tierOf(query);
      const lines = new Map<Wanted, Line>();
      const servers = [...new Set(wanted.map((one) => one.server))];
      const lane = async (): Promise<void> => {
        for (let server = servers.shift(); server !== undefined; server = servers.shift()) {
          const own = wanted.filter((one) => one.server === server);
          const ids = own.map(({ id }) => id);
          const pieces = await piecesOf(server, ids, query, tier);
          const breathe = pacer();
          for (const one of own) {
            const found = pieces.get(one.id) ?? [];
            if (found.length > 0) lines.set(one, lineOf(one, found, query, tier));
            await breathe();
          }
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      return wanted.flatMap((one) => lines.get(one) ?? []);
    },

    async series(serverId: string, from: number, to: number): Promise<Series[]> {
      if (to <= from) return [];
      const full = Math.max(from, fullSince());
      const [first, last] = [dayOf(from), dayOf(to - 1)];
      const { rows } = await sql<{ key: string; of: string }>`
        with of_server as (select id from history_servers where server_id = ${serverId}),
        found as (
          select unnest(r.series) as id from of_server o join history_rollups r on r.server = o.id
            where r.step = ${HOUR_MS / SECOND_MS} and r.day between ${first} and ${last} and r.day < ${dayOf(full)}
          union
          select unnest(c.series) from of_server o join history_chunks c on c.server = o.id
            where c.hour between ${hourOf(full)} and ${hourOf(to - 1)}
              and c.week between ${weekOf(dayOf(full))} and ${weekOf(last)}
          union
          select unnest(l.series) from (
            select distinct h.layout from of_server o join history_boots b on b.server = o.id
            cross join lateral unnest(b.open) as u
            join history_samples h on h.boot = b.id and h.day >= ${dayOf(full) - 1}
              and h.at >= greatest(lower(u) * ${HOUR_MS}::bigint, ${full}) and h.at < least(upper(u) * ${HOUR_MS}::bigint, ${to})
          ) as used join history_layouts l on l.id = used.layout
        )
        select s.key, s."of" from found join history_series s on s.id = found.id
        order by s.key, s."of"`.execute(db);
      return rows.map(({ key, of }) => (of === "" ? { key } : { key, of }));
    },
  };
}

function pointOf(at: number, stat: Stat | null): Point {
  if (stat === null) return { at, value: null };
  const { min, max, sum, last, count } = stat;
  // One of many equal values is not told as another one because their sum was rounded.
  return { at, value: { min, max, avg: Math.min(max, Math.max(min, sum / count)), last, count } };
}
