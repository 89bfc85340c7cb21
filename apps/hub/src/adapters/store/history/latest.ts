/** One measure of many servers, or every one of them, now. */
import { sql } from "kysely";
import type { History } from "../../../core/ports/history.ts";
import type { Ground } from "./ground.ts";
import type { HistoryReader, HotSample } from "./read.ts";
import { dayOf } from "./units.ts";

type Latest = Awaited<ReturnType<History["latest"]>>;

/** Samples of a boot that are looked through for a measure that is not in each of them. */
const MOST_BACK = 100;

export function latestIn({ db, clock }: Ground, reader: HistoryReader): History["latest"] {
  /** The newest samples of each boot that was heard of since, newest first. */
  async function newest(
    boots: ReadonlyArray<{ boot: number }>,
    since: number,
    many: number,
  ): Promise<HotSample[]> {
    const { rows } = await sql<Parameters<HistoryReader["samplesOf"]>[0][number]>`
      select h.* from unnest(${boots.map(({ boot }) => boot)}::integer[]) as b (id)
      cross join lateral (
        select h.boot, h.seq, h.at, h.layout, h.packed from history_samples h
        where h.boot = b.id and h.at >= ${since} and h.day >= ${dayOf(since) - 1} order by h.at desc limit ${many}
      ) as h`.execute(db);
    return reader.samplesOf(rows);
  }

  return async (serverIds, key, maxAgeMs) => {
    const since = clock.now() - maxAgeMs;
    const { rows: boots } = await sql<{
      boot: number;
      serverId: string;
      wanted: number[];
      keys: string[];
      of: string[];
    }>`
      select b.id as boot, s.server_id as "serverId", m.wanted, m.keys, m."of"
      from history_servers s
      join history_boots b on b.server = s.id and b.seen >= ${since}
      join lateral (select array_agg(e.id) as wanted, array_agg(e.key) as keys, array_agg(e."of") as "of"
        from history_series e where e.server = s.id and (${key ?? null}::text is null or e.key = ${key ?? null})) as m on m.wanted is not null
      where s.server_id = any(${serverIds}::text[])`.execute(db);
    const found = new Map<number, Latest[number]>();
    const byBoot = new Map(boots.map((one) => [one.boot, one]));
    const take = (samples: readonly HotSample[]): void => {
      for (const { boot, at, layout, values } of samples) {
        const server = byBoot.get(boot);
        for (const [n, id] of (server?.wanted ?? []).entries()) {
          const place = layout.series.indexOf(id);
          const value = place < 0 ? null : (values[place] ?? null);
          if (server === undefined || value === null || (found.get(id)?.at ?? since - 1) >= at) continue;
          const [measure = "", of = ""] = [server.keys[n], server.of[n]];
          const series = of === "" ? { key: measure } : { key: measure, of };
          found.set(id, { serverId: server.serverId, series, at, value });
        }
      }
    };
    take(await newest(boots, since, 1));
    // What is measured less often, or stopped a moment ago, is in an earlier one.
    const missing = boots.filter(({ wanted }) => wanted.some((id) => !found.has(id)));
    if (missing.length > 0) take(await newest(missing, since, MOST_BACK));
    return [...found.values()];
  };
}
