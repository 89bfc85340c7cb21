/** History in VictoriaMetrics, single or cluster: written by its import, read back with MetricsQL. */
import type { Series } from "@servereye/contract";
import type { Arrivals } from "../../../core/ports/arrivals.ts";
import type { History } from "../../../core/ports/history.ts";
import type { Clock, Log } from "../../../core/ports/process.ts";
import { knownOf, vectorOf } from "./answers.ts";
import { keeperIn } from "./keep.ts";
import { inGroups, selector, seriesOf } from "./names.ts";
import type { VictoriaPlace } from "./place.ts";
import { queriesIn, seconds } from "./query.ts";
import { victoriaWire } from "./wire.ts";

const DAY_MS = 86_400_000;
const TIDY_EVERY_MS = 3_600_000;
/** Whole days that its index is asked about at a time; of more than 40 it would give all it ever had. */
const MOST_DAYS = 30;

export interface VictoriaHistoryOptions {
  place: VictoriaPlace;
  /** Settles when each sample was, since VictoriaMetrics knows a sample by its time alone. */
  arrivals: Arrivals;
  clock: Clock;
  log: Log;
}

export function openVictoriaHistory({ place, arrivals, clock, log }: VictoriaHistoryOptions): History {
  const wire = victoriaWire(place);
  let tidied = Number.NEGATIVE_INFINITY;
  let looked = false;

  /** Doubles of a hub that was killed between writing and noting it are left out by VictoriaMetrics, when it is told to. */
  async function lookAtFlags(): Promise<void> {
    const flag = /^flag\{name="dedup\.minScrapeInterval", value="([^"]*)"/m.exec(await wire.figures())?.[1];
    if (flag !== undefined && flag !== "1ms") log.warn("history.victoria_flags", { dedup: flag });
  }

  /** Series that have a value in a time; read value by value, so for a day at most. */
  async function seen(serverId: string, from: number, to: number): Promise<Series[]> {
    if (to <= from) return [];
    const query = `count_over_time(${selector([serverId])}[${to - from}ms])`;
    const text = await wire.read("/api/v1/query", [
      ["query", query],
      ["time", seconds(to - 1)],
      ["nocache", "1"],
    ]);
    return vectorOf(text).flatMap(({ metric }) => seriesOf(metric)?.series ?? []);
  }

  /** Series of whole days, from VictoriaMetrics' index, which goes by days. */
  async function indexed(serverId: string, from: number, to: number): Promise<Series[]> {
    const text = await wire.read("/api/v1/series", [
      ["match[]", selector([serverId])],
      ["start", seconds(from)],
      ["end", seconds(to - 1)],
    ]);
    return knownOf(text).flatMap((labels) => seriesOf(labels)?.series ?? []);
  }

  return {
    ingest: keeperIn(wire, arrivals),
    query: queriesIn(wire),

    async latest(serverIds, key, maxAgeMs) {
      const found: Awaited<ReturnType<History["latest"]>> = [];
      const now = clock.now();
      for (const ids of inGroups(serverIds)) {
        // A window begins after its begin: one ms more takes what is exactly that old.
        const window = `${selector(ids, key === undefined ? undefined : { key })}[${Math.max(1, Math.floor(maxAgeMs)) + 1}ms]`;
        const text = await wire.read("/api/v1/query", [
          ["query", `aggr_over_time(("last_over_time","tlast_over_time"), ${window})`],
          ["time", seconds(now)],
          ["nocache", "1"],
        ]);
        const told = new Map<string, { value?: number; at?: number; whose: ReturnType<typeof seriesOf> }>();
        for (const { metric, value } of vectorOf(text)) {
          const name = `${metric.server} ${metric.measure} ${metric.of}`;
          const one = told.get(name) ?? { whose: seriesOf(metric) };
          if (metric.rollup === "last_over_time") one.value = Number(value[1]);
          if (metric.rollup === "tlast_over_time") one.at = Math.round(Number(value[1]) * 1_000);
          told.set(name, one);
        }
        for (const { whose, at, value } of told.values())
          if (whose !== undefined && at !== undefined && value !== undefined)
            found.push({ ...whose, at, value });
      }
      return found;
    },

    async series(serverId, from, to) {
      if (to <= from) return [];
      const [first, last] = [Math.ceil(from / DAY_MS) * DAY_MS, Math.floor(to / DAY_MS) * DAY_MS];
      const parts =
        first >= last
          ? [await seen(serverId, from, to)]
          : [await seen(serverId, from, first), await seen(serverId, last, to)];
      for (let begin = first; begin < last; begin += MOST_DAYS * DAY_MS)
        parts.push(await indexed(serverId, begin, Math.min(last, begin + MOST_DAYS * DAY_MS)));
      const all = new Map(parts.flat().map((one) => [`${one.key} ${one.of ?? ""}`, one]));
      return [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    },

    // VictoriaMetrics packs and drops by itself (-retentionPeriod).
    async tend(now) {
      if (Math.abs(now - tidied) < TIDY_EVERY_MS) return false;
      tidied = now;
      await arrivals.tidy(now);
      return false;
    },

    async check() {
      await wire.health();
      if (looked) return;
      looked = true;
      // Its figures may be nobody's to see: then nothing is known, which is no fault.
      await lookAtFlags().catch((error: unknown) => log.debug("history.victoria_flags_unread", { error }));
    },

    close: () => Promise.resolve(),
  };
}
