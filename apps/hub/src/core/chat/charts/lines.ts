/** Lines of history put in an order to be looked at: what is worst, or busiest, first, and each by its name. */
import type { Measure } from "@servereye/contract";
import type { Line } from "../../ports/history.ts";

export interface Thing {
  /** Undefined: the server as a whole. */
  of: string | undefined;
  lines: readonly Line[];
}

/** Things of a server (disks, interfaces ...) with their lines, the worst or busiest first. Without a number: left out. */
export function thingsOf(lines: readonly Line[], measures: readonly Measure[]): Thing[] {
  const by = new Map<string | undefined, Line[]>();
  for (const line of lines) {
    if (!line.points.some(({ value }) => value !== null)) continue;
    by.set(line.series.of, [...(by.get(line.series.of) ?? []), line]);
  }
  const order = (line: Line) => measures.findIndex(({ key }) => key === line.series.key);
  return [...by]
    .map(([of, mine]) => ({ of, lines: mine.toSorted((a, b) => order(a) - order(b)) }))
    .map((thing) => ({ thing, urgency: urgencyOf(thing.lines, measures[0]) }))
    .sort((a, b) => b.urgency - a.urgency || String(a.thing.of).localeCompare(String(b.thing.of)))
    .map(({ thing }) => thing);
}

/** The worst value where one way is worse, how much there was of it where neither is. */
function urgencyOf(lines: readonly Line[], measure: Measure | undefined): number {
  const values = lines.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  if (measure?.worse === "lower") return -Math.min(...values.map(({ min }) => min));
  if (measure?.worse === "higher") return values.reduce((most, { max }) => Math.max(most, max), -Infinity);
  return values.reduce((sum, { avg, count }) => sum + avg * Math.max(1, count), 0);
}

/** When the first number is, epoch ms; undefined: there is none. */
export function firstOf(lines: readonly Line[]): number | undefined {
  const firsts = lines.flatMap(({ points }) => points.find(({ value }) => value !== null)?.at ?? []);
  return firsts.length === 0 ? undefined : Math.min(...firsts);
}
