/** Seals one hour of one server: its samples become a chunk, or join the one that is there. */
import { sql } from "kysely";
import { CODEC, type Mark, packColumn, packMarks } from "../../../core/history/codec/chunk.ts";
import type { Ground } from "./ground.ts";
import { pacer } from "./pace.ts";
import type { Parts } from "./parts.ts";
import { type Chunk, type HistoryReader, type HotSample, markKey } from "./read.ts";
import { squeeze } from "./squeeze.ts";
import { HOUR_MS, weekOf } from "./units.ts";

/** After an hour's end, ms: what is on its way comes in time for its chunk, mostly. */
const GRACE_MS = 5 * 60_000;

interface Packed {
  head: Uint8Array;
  samples: number;
  series: number[];
  columns: Buffer[];
}

export function sealerIn({ db }: Ground, reader: HistoryReader, parts: Parts) {
  /** The hour that waits longest; false: none is over. */
  return async (now: number): Promise<boolean> => {
    const due = Math.floor((now - GRACE_MS) / HOUR_MS);
    const { rows } = await sql<{ server: number; hour: number }>`
      select b.server, lower(b.open) as hour from history_boots b join history_servers s on s.id = b.server
      where not isempty(b.open) and lower(b.open) < ${due} and s.server_id is not null
      order by lower(b.open), b.server limit 1`.execute(db);
    const [next] = rows;
    if (next === undefined) return false;
    const { server, hour } = next;
    const boots = await bootsOf(server, hour);
    const { samples, rows: read } = await reader.hotHour(boots, hour);
    const { chunks, unreadable } = await reader.chunks(server, { from: hour, to: hour + 1 });
    const sealed = new Set(chunks.flatMap(({ marks }) => marks.map(markKey)));
    const fresh = samples.filter((sample) => !sealed.has(markKey(sample)));
    const week = weekOf(Math.floor(hour / 24));
    await parts.need("history_chunks", week);
    const packed = fresh.length === 0 ? undefined : await pack(chunks, fresh);
    // What can not be read stays, and the rest is put beside it.
    const part = unreadable.reduce((most, one) => Math.max(most, one.part + 1), 0);
    await db.transaction().execute(async (trx) => {
      const still = await sql<{ open: boolean }>`select open @> ${hour}::integer as open from history_boots
        where id = any(${boots}::integer[]) order by id for no key update`.execute(trx);
      // Sealed by another hub meanwhile, which had the lease before and does not know that it lost it.
      if (still.rows.length < boots.length || still.rows.some(({ open }) => !open)) return;
      const counted = await sql<{ count: number }>`
        select count(*) as count from history_samples where boot = any(${boots}::integer[])
          and at >= ${hour * HOUR_MS} and at < ${(hour + 1) * HOUR_MS} and day >= ${Math.floor(hour / 24) - 1}`.execute(
        trx,
      );
      // Others came meanwhile: it stays open, and the next step takes them too.
      if (Number(counted.rows[0]?.count) > read) return;
      if (packed !== undefined) {
        await sql`delete from history_chunks where server = ${server} and hour = ${hour} and week = ${week}
          and part = any(${chunks.map((chunk) => chunk.part)}::integer[])`.execute(trx);
        await sql`insert into history_chunks (week, server, hour, part, codec, samples, head, series, columns)
          values (${week}, ${server}, ${hour}, ${part}, ${CODEC}, ${packed.samples}, ${packed.head},
            ${packed.series}::integer[], ${packed.columns}::bytea[])`.execute(trx);
        await sql`insert into history_due as d (server, day) values (${server}, ${Math.floor(hour / 24)})
          on conflict (server, day) do update set revision = d.revision + 1`.execute(trx);
      }
      await sql`update history_boots set open = open - int4multirange(int4range(${hour}, ${hour}, '[]'))
        where id = any(${boots}::integer[])`.execute(trx);
    });
    return true;
  };

  async function bootsOf(server: number, hour: number): Promise<number[]> {
    const { rows } = await sql<{ id: number }>`select id from history_boots
      where server = ${server} and open @> ${hour}::integer order by id`.execute(db);
    return rows.map(({ id }) => id);
  }
}

/** Everything in one, in the order of its time. */
async function pack(chunks: readonly Chunk[], fresh: readonly HotSample[]): Promise<Packed> {
  const breathe = pacer();
  const all: Array<{ mark: Mark; chunk?: Chunk; place: number; sample?: HotSample }> = [
    ...chunks.flatMap((chunk) => chunk.marks.map((mark, place) => ({ mark, chunk, place }))),
    ...fresh.map((sample) => ({ mark: sample, sample, place: 0 })),
  ];
  all.sort(
    ({ mark: a }, { mark: b }) => a.at - b.at || (a.boot === b.boot ? a.seq - b.seq : a.boot - b.boot),
  );
  const quanta = new Map<number, number>();
  const places = new Map<HotSample["layout"], Map<number, number>>();
  for (const { columns } of chunks) for (const [id, { quantum }] of columns) finest(quanta, id, quantum);
  for (const { layout } of fresh) {
    if (places.has(layout)) continue;
    places.set(layout, new Map(layout.series.map((id, at) => [id, at])));
    for (const [at, id] of layout.series.entries()) finest(quanta, id, layout.quanta[at]);
  }
  const series: number[] = [];
  const columns: Buffer[] = [];
  for (const [id, quantum] of [...quanta].sort(([a], [b]) => a - b)) {
    const values = all.map(({ chunk, place, sample }) => {
      if (sample === undefined) return chunk?.columns.get(id)?.values[place] ?? null;
      const at = places.get(sample.layout)?.get(id);
      return at === undefined ? null : (sample.values[at] ?? null);
    });
    if (values.every((value) => value === null)) continue;
    series.push(id);
    columns.push(Buffer.from(packColumn(values, quantum, squeeze)));
    await breathe();
  }
  const head = packMarks(
    all.map(({ mark }) => mark),
    squeeze,
  );
  return { head, samples: all.length, series, columns };
}

/** Of two quanta of a series the finer one: it can say what the other said. */
export function finest(quanta: Map<number, number>, id: number, quantum: number | undefined): void {
  if (quantum !== undefined) quanta.set(id, Math.min(quantum, quanta.get(id) ?? quantum));
}
