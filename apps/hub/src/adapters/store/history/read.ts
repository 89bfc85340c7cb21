/** Reads what is kept of one server: samples that are not sealed yet, chunks, roll-ups. What can not be read is told and skipped. */
import { sql } from "kysely";
import {
  CODEC,
  type Mark,
  unpackColumn,
  unpackMarks,
  unpackSlots,
} from "../../../core/history/codec/chunk.ts";
import type { Column } from "../../../core/history/codec/column.ts";
import { unpackSample } from "../../../core/history/codec/sample.ts";
import type { Stat } from "../../../core/history/stat.ts";
import type { Ground } from "./ground.ts";
import type { Layout, Names } from "./names.ts";
import { pacer } from "./pace.ts";
import { squeeze } from "./squeeze.ts";
import { DAY_MS, dayOf, HOUR_MS, type RollupStep, SECOND_MS, spanOf, weekOf } from "./units.ts";

export interface HotSample extends Mark {
  layout: Layout;
  values: Array<number | null>;
}

export interface Chunk {
  hour: number;
  part: number;
  marks: Mark[];
  /** By series. */
  columns: Map<number, Column>;
}

/** One series' steps of a day. */
export interface RolledDay {
  day: number;
  series: number;
  stats: Array<Stat | null>;
}

/** Hours from `from` to `to`, `to` not included. */
export interface Hours {
  from: number;
  to: number;
}

/** Samples of an hour at most: more than ten a second of two boots are a fault of their sender. */
const MOST_IN_HOUR = 50_000;

export const markKey = ({ boot, seq }: Mark): string => `${boot} ${seq}`;

export function readerIn(ground: Ground, names: Names) {
  const { db, unreadable } = ground;

  /** Decodes one after the other, letting others have their turn. */
  async function samplesOf(rows: ReadonlyArray<Mark & { layout: number; packed: Buffer }>) {
    const layouts = await names.layouts(rows.map(({ layout }) => layout));
    const samples: HotSample[] = [];
    const breathe = pacer();
    for (const { packed, layout: number, ...mark } of rows) {
      const layout = layouts.get(number);
      try {
        if (layout === undefined) throw new Error("its layout is not known");
        samples.push({ ...mark, layout, values: unpackSample(packed, layout.quanta) });
      } catch (reason) {
        unreadable("sample", { boot: mark.boot, seq: mark.seq }, reason);
      }
      await breathe();
    }
    return samples;
  }

  return {
    samplesOf,

    /** Hours of which samples are not all in their chunks, and days whose roll-ups are not of all their chunks. */
    async unsettled(server: number): Promise<{ open: Hours[]; due: number[] }> {
      const { rows } = await sql<{ open: boolean; from: number; to: number }>`
        select true as open, lower(o) as "from", upper(o) as "to"
        from history_boots b cross join lateral unnest(b.open) as o where b.server = ${server} and not isempty(b.open)
        union all select false, day, day + 1 from history_due where server = ${server}`.execute(db);
      return {
        open: rows.filter(({ open }) => open),
        due: rows.filter(({ open }) => !open).map(({ from }) => from),
      };
    },

    /** Samples of open hours from `from` to `to`, epoch ms. */
    async hot(server: number, from: number, to: number): Promise<HotSample[]> {
      const { rows } = await sql<Mark & { layout: number; packed: Buffer }>`
        select h.boot, h.seq, h.at, h.layout, h.packed
        from history_boots b cross join lateral unnest(b.open) as o
        join history_samples h on h.boot = b.id and h.day >= ${dayOf(from) - 1}
          and h.at >= greatest(lower(o) * ${HOUR_MS}::bigint, ${from})
          and h.at < least(upper(o) * ${HOUR_MS}::bigint, ${to})
        where b.server = ${server} and not isempty(b.open)`.execute(db);
      return samplesOf(rows);
    },

    /** All samples of an hour that still are as they came, sealed or not, by the boots given. */
    async hotHour(boots: readonly number[], hour: number): Promise<{ samples: HotSample[]; rows: number }> {
      const { rows } = await sql<Mark & { layout: number; packed: Buffer }>`
        select boot, seq, at, layout, packed from history_samples
        where boot = any(${boots}::integer[]) and at >= ${hour * HOUR_MS} and at < ${(hour + 1) * HOUR_MS}
          and day >= ${Math.floor(hour / 24) - 1}
        order by at limit ${MOST_IN_HOUR}`.execute(db);
      return { samples: await samplesOf(rows), rows: rows.length };
    },

    /** Chunks of these hours without those of the days named, of some series or all. */
    async chunks(
      server: number,
      hours: Hours,
      options: { series?: readonly number[]; without?: readonly number[] } = {},
    ): Promise<{ chunks: Chunk[]; unreadable: Array<{ hour: number; part: number }> }> {
      const { series, without = [] } = options;
      if (hours.from >= hours.to) return { chunks: [], unreadable: [] };
      const weeks = [weekOf(Math.floor(hours.from / 24)), weekOf(Math.floor((hours.to - 1) / 24))];
      const where = sql`c.server = ${server} and c.week between ${weeks[0]} and ${weeks[1]}
        and c.hour >= ${hours.from} and c.hour < ${hours.to} and c.hour / 24 <> all(${without}::integer[])`;
      const wanted = series === undefined ? sql`true` : sql`u.series = any(${series}::integer[])`;
      // In one statement: a chunk may be made anew at any time, and a head fits its own columns only.
      const { rows } = await sql<{
        hour: number;
        part: number;
        codec: number;
        series: number | null;
        packed: Buffer;
      }>`
        select c.hour, c.part, c.codec, null::integer as series, c.head as packed
          from history_chunks c where ${where}
        union all select c.hour, c.part, c.codec, u.series, u.packed
          from history_chunks c cross join lateral unnest(c.series, c.columns) as u (series, packed)
          where ${where} and ${wanted}`.execute(db);
      const chunks = new Map<string, Chunk>();
      const bad: Array<{ hour: number; part: number }> = [];
      const breathe = pacer();
      for (const { hour, part, codec, packed, ...row } of rows.toSorted(headsFirst)) {
        const key = `${hour} ${part}`;
        const chunk = chunks.get(key);
        try {
          if (codec !== CODEC) throw new Error(`its codec is ${codec}`);
          if (row.series === null)
            chunks.set(key, { hour, part, marks: unpackMarks(packed, squeeze), columns: new Map() });
          else chunk?.columns.set(row.series, unpackColumn(packed, chunk.marks.length, squeeze));
        } catch (reason) {
          if (bad.some((one) => one.hour === hour && one.part === part)) continue;
          unreadable("chunk", { server, hour, part }, reason);
          bad.push({ hour, part });
          chunks.delete(key);
        }
        await breathe();
      }
      return { chunks: [...chunks.values()], unreadable: bad };
    },

    /** Rolled-up days from `from` to `to` (epoch ms), without those named, of these series. */
    async rolled(
      server: number,
      step: RollupStep,
      { from, to }: { from: number; to: number },
      options: { series: readonly number[]; without: readonly number[] },
    ): Promise<{ days: number[]; rolled: RolledDay[] }> {
      const [first, last] = [dayOf(from), dayOf(to - 1)];
      const { rows } = await sql<{
        day: number;
        codec: number;
        series: number | null;
        packed: Buffer | null;
      }>`
        select r.day, r.codec, u.series, u.packed
        from history_rollups r
        left join lateral unnest(r.series, r.columns) as u (series, packed)
          on u.series = any(${options.series}::integer[])
        where r.server = ${server} and r.step = ${step / SECOND_MS} and r.day between ${first} and ${last}
          and r.span between ${spanOf(first)} and ${spanOf(last)}
          and r.day <> all(${options.without}::integer[])
        order by r.day`.execute(db);
      const rolled: RolledDay[] = [];
      const breathe = pacer();
      for (const { day, codec, series, packed } of rows) {
        if (series === null || packed === null) continue;
        try {
          if (codec !== CODEC) throw new Error(`its codec is ${codec}`);
          rolled.push({ day, series, stats: unpackSlots(packed, DAY_MS / step, squeeze) });
        } catch (reason) {
          unreadable("rollup", { server, day, step }, reason);
        }
        await breathe();
      }
      return { days: [...new Set(rows.map(({ day }) => day))], rolled };
    },
  };
}

const headsFirst = (
  a: { series: number | null; hour: number },
  b: { series: number | null; hour: number },
): number =>
  a.series === null || b.series === null
    ? Number(a.series !== null) - Number(b.series !== null)
    : a.hour - b.hour;

export type HistoryReader = ReturnType<typeof readerIn>;
