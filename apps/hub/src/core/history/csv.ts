/** History as CSV (RFC 4180), piece by piece: a line a step of time, a column a series, an empty cell where nothing was measured. */
import type { Series } from "@servereye/contract";
import type { History } from "../ports/history.ts";

/** Lines that one question to the history is asked for: its answer is all that is held besides the text. */
const LINES_AT_ONCE = 360;
/** Digits of a number: more than any measure is kept with. */
const DIGITS = 10;

export interface CsvWish {
  serverId: string;
  series: readonly Series[];
  /** Epoch ms; `from` on a whole step. */
  from: number;
  to: number;
  stepMs: number;
}

export const columnOf = ({ key, of }: Series): string => (of === undefined ? key : `${key} ${of}`);

/** First the head, then lines with their line ends; averages of each step. Times in UTC, ISO 8601. */
export async function* csvOf(history: Pick<History, "query">, wish: CsvWish): AsyncGenerator<string> {
  const { serverId, series, from, to, stepMs } = wish;
  const columns = series.map(columnOf);
  const placeOf = new Map(columns.map((column, at) => [column, at]));
  yield line(["time", ...columns]);
  for (let begin = from; begin < to; begin += LINES_AT_ONCE * stepMs) {
    const end = Math.min(to, begin + LINES_AT_ONCE * stepMs);
    const found = await history.query({
      ...{ serverIds: [serverId], series, from: begin, to: end },
      points: Math.max(2, Math.ceil((end - begin) / stepMs)),
    });
    const rows = new Map<number, Array<{ sum: number; count: number } | undefined>>();
    for (const { series: one, points } of found) {
      const place = placeOf.get(columnOf(one));
      if (place === undefined) continue;
      for (const { at, value } of points) {
        if (value === null || at < begin || at >= end) continue;
        const when = from + Math.floor((at - from) / stepMs) * stepMs;
        const row = rows.get(when) ?? [];
        rows.set(when, row);
        const count = Math.max(1, value.count);
        const before = row[place] ?? { sum: 0, count: 0 };
        row[place] = { sum: before.sum + value.avg * count, count: before.count + count };
      }
    }
    for (const [when, row] of [...rows].sort(([a], [b]) => a - b))
      yield line([isoOf(when), ...cells(row, columns.length)]);
  }
}

const isoOf = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");

const cells = (row: ReadonlyArray<{ sum: number; count: number } | undefined>, count: number): string[] =>
  Array.from({ length: count }, (_, at) => {
    const cell = row[at];
    return cell === undefined ? "" : String(Number((cell.sum / cell.count).toPrecision(DIGITS)));
  });

/** Names come from machines: quoted where they need it. A column begins with its measure's key, so none is a formula. */
const line = (fields: readonly string[]): string =>
  `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",")}\r\n`;
