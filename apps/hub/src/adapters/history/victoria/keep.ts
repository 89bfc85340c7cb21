/** Keeps samples in VictoriaMetrics, each at one time alone, so that one that is written twice is one. */
import { timesOf } from "../../../core/history/times.ts";
import type { Arrivals, Mark } from "../../../core/ports/arrivals.ts";
import type { History, Ingest } from "../../../core/ports/history.ts";
import { inGroups, labelsOf } from "./names.ts";
import type { VictoriaWire } from "./wire.ts";

/** Batches that are settled together, and letters of one request from which on the next begins. */
const MOST_BATCHES = 500;
const MUCH_TEXT = 1_048_576;

type Settled = Mark & { at: number };

const bootKey = ({ serverId, boot }: Pick<Mark, "serverId" | "boot">): string => `${serverId} ${boot}`;
const markKey = (mark: Mark): string => `${bootKey(mark)} ${mark.seq}`;

export function keeperIn(wire: VictoriaWire, arrivals: Arrivals): History["ingest"] {
  /** When each sample was by what is known of its boot; the second batch of a boot follows the first. */
  async function marksOf(batches: readonly Ingest[]): Promise<Settled[][]> {
    const boots = new Map(
      batches.map(({ serverId, batch: { boot } }) => [bootKey({ serverId, boot }), { serverId, boot }]),
    );
    const known = await arrivals.newest([...boots.values()]);
    const newest = new Map([...boots.keys()].map((key, at) => [key, known[at]]));
    return batches.map((ingest) => {
      const { serverId, batch, arrived } = ingest;
      const key = bootKey({ serverId, boot: batch.boot });
      const times = timesOf(ingest, newest.get(key));
      return batch.samples.map(({ seq }, n) => {
        const at = times[n] ?? arrived;
        const before = newest.get(key);
        if (before === undefined || seq > before.seq) newest.set(key, { seq, at });
        return { serverId, boot: batch.boot, seq, at };
      });
    });
  }

  async function keep(batches: readonly Ingest[]): Promise<void> {
    const marks = await marksOf(batches);
    const settled = await arrivals.claim(marks.flat());
    const written = new Map<string, Mark>();
    let lines: string[] = [];
    let letters = 0;
    let next = 0;
    for (const [n, { serverId, batch }] of batches.entries()) {
      const times = (marks[n] ?? []).map((mark) => {
        const at = settled[next++];
        const key = markKey(mark);
        if (at === undefined || written.has(key)) return undefined;
        written.set(key, mark);
        return at;
      });
      for (const line of linesOf(serverId, batch, times)) {
        lines.push(line);
        letters += line.length;
      }
      if (letters < MUCH_TEXT) continue;
      await wire.write(lines.join("\n"));
      lines = [];
      letters = 0;
    }
    if (lines.length > 0) await wire.write(lines.join("\n"));
    if (written.size > 0) await arrivals.kept([...written.values()]);
  }

  return async (batches) => {
    for (const group of inGroups(batches, MOST_BATCHES)) await keep(group);
  };
}

/** A line for each series that has a value at a time that is to be written. */
function* linesOf(
  serverId: string,
  { series, samples }: Ingest["batch"],
  times: ReadonlyArray<number | undefined>,
): Generator<string> {
  for (const [place, one] of series.entries()) {
    const values: number[] = [];
    const timestamps: number[] = [];
    for (const [n, sample] of samples.entries()) {
      const at = times[n];
      const value = sample.values[place] ?? null;
      if (at === undefined || value === null) continue;
      values.push(value);
      timestamps.push(at);
    }
    if (values.length > 0) yield JSON.stringify({ metric: labelsOf(serverId, one), values, timestamps });
  }
}
