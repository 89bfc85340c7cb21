/** Rolls up one day of one server: steps of ten minutes and of an hour, made of its chunks. */
import { sql } from "kysely";
import { CODEC, packSlots } from "../../../core/history/codec/chunk.ts";
import { slots, statOf } from "../../../core/history/stat.ts";
import type { Ground } from "./ground.ts";
import { pacer } from "./pace.ts";
import type { Parts } from "./parts.ts";
import { type HistoryReader, markKey } from "./read.ts";
import { finest } from "./seal.ts";
import { squeeze } from "./squeeze.ts";
import { DAY_MS, HOUR_MS, ROLLUP_STEPS, type RollupStep, SECOND_MS, spanOf } from "./units.ts";

/** After a day's end, ms: its last hour is sealed by then. */
const GRACE_MS = 15 * 60_000;

export function rollerIn({ db }: Ground, reader: HistoryReader, parts: Parts) {
  /** The day that waits longest; false: none is over. */
  return async (now: number): Promise<boolean> => {
    const before = Math.floor((now - GRACE_MS) / DAY_MS);
    const { rows } = await sql<{ server: number; day: number; revision: number }>`
      select d.server, d.day, d.revision from history_due d join history_servers s on s.id = d.server
      where d.day < ${before} and s.server_id is not null order by d.day, d.server limit 1`.execute(db);
    const [next] = rows;
    if (next === undefined) return false;
    const { server, day, revision } = next;
    const rolled = await rollDay(server, day);
    const span = spanOf(day);
    await parts.need("history_rollups", span);
    await db.transaction().execute(async (trx) => {
      const done = await sql`delete from history_due
        where server = ${server} and day = ${day} and revision = ${revision} returning 1`.execute(trx);
      // A chunk changed meanwhile: the next step begins anew.
      if (done.rows.length === 0) return;
      for (const [step, { series, columns }] of rolled) {
        if (series.length === 0) continue;
        await sql`insert into history_rollups (span, server, step, day, codec, series, columns)
          values (${span}, ${server}, ${step / SECOND_MS}, ${day}, ${CODEC}, ${series}::integer[], ${columns}::bytea[])
          on conflict (server, step, day, span) do update
            set codec = excluded.codec, series = excluded.series, columns = excluded.columns`.execute(trx);
      }
    });
    return true;
  };

  async function rollDay(server: number, day: number) {
    const { chunks } = await reader.chunks(server, { from: day * 24, to: (day + 1) * 24 });
    chunks.sort((a, b) => a.hour - b.hour || a.part - b.part);
    const quanta = new Map<number, number>();
    for (const { columns } of chunks) for (const [id, { quantum }] of columns) finest(quanta, id, quantum);
    const seen = new Set<string>();
    const isNew = chunks.map(({ hour, part, marks }) => {
      const beside = part > 0 || chunks.some((one) => one.hour === hour && one.part > 0);
      if (!beside) return undefined;
      return marks.map((mark) => {
        const fresh = !seen.has(markKey(mark));
        seen.add(markKey(mark));
        return fresh;
      });
    });
    const rolled = new Map<RollupStep, { series: number[]; columns: Buffer[] }>(
      ROLLUP_STEPS.map((step) => [step, { series: [], columns: [] }]),
    );
    const breathe = pacer();
    for (const [id, quantum] of quanta) {
      const minutes = slots(day * DAY_MS, ROLLUP_STEPS[0], DAY_MS / ROLLUP_STEPS[0]);
      for (const [n, { marks, columns }] of chunks.entries()) {
        const values = columns.get(id)?.values ?? [];
        for (const [at, value] of values.entries())
          if (value !== null && isNew[n]?.[at] !== false) minutes.add(marks[at]?.at ?? 0, statOf(value));
        await breathe();
      }
      const hours = slots(day * DAY_MS, HOUR_MS, 24);
      for (const [n, stat] of minutes.stats.entries())
        if (stat !== null) hours.add(day * DAY_MS + n * ROLLUP_STEPS[0], stat);
      for (const [step, { stats }] of [
        [ROLLUP_STEPS[0], minutes],
        [HOUR_MS, hours],
      ] as const) {
        rolled.get(step)?.series.push(id);
        rolled.get(step)?.columns.push(Buffer.from(packSlots(stats, quantum, squeeze)));
      }
      await breathe();
    }
    return rolled;
  }
}
