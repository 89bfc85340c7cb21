/** The numbers that stand for servers, boots, series and layouts, kept at hand: most batches need no look at all. */
import type { SampleBatch, Series } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import type { Newest } from "../../../core/history/times.ts";
import type { Tables } from "../tables.ts";
import { dayOf } from "./units.ts";

export interface Boot {
  id: number;
  /** The newest that this hub knows of; another hub may have taken newer ones. */
  newest: Newest | undefined;
}

export interface Layout {
  id: number;
  /** Numbers of the series, and the quantum of each. */
  series: readonly number[];
  quanta: readonly number[];
}

interface KnownServer {
  id: number;
  boots: Map<string, Boot>;
  layouts: Map<string, Layout & { used: number }>;
}

export interface Names {
  /** The server's; undefined where there is no such server (any more). */
  server(serverId: string): Promise<KnownServer | undefined>;
  boot(server: KnownServer, boot: string): Promise<Boot>;
  /** Notes on the first use of each day that it is used. */
  layout(server: KnownServer, series: SampleBatch["series"], now: number): Promise<Layout>;
  /** By their numbers; those that are gone are missing. */
  layouts(ids: Iterable<number>): Promise<Map<number, Layout>>;
  forget(serverId: string): void;
}

/** At hand at most: servers, and boots and layouts of each. The oldest makes room. */
const MOST_SERVERS = 20_000;
const MOST_BOOTS = 4;
const MOST_LAYOUTS = 32;
const MOST_LAYOUTS_READ = 5_000;

export function namesIn(db: Kysely<Tables>, quantumOf: (key: string) => number): Names {
  const servers = new Map<string, KnownServer>();
  const read = new Map<number, Layout>();

  async function seriesOf(server: number, series: SampleBatch["series"], day: number): Promise<number[]> {
    const keys = series.map(({ key }) => key);
    const things = series.map(({ of }) => of ?? "");
    await sql`insert into history_series (server, key, "of", seen)
      select ${server}::integer, u.key, u.thing, ${day}
      from (select distinct key, thing from unnest(${keys}::text[], ${things}::text[]) as u (key, thing)) as u
      where not exists (select from history_series s where s.server = ${server} and s.key = u.key and s."of" = u.thing)
      order by u.key, u.thing on conflict do nothing`.execute(db);
    const { rows } = await sql<{ id: number }>`select s.id
      from unnest(${keys}::text[], ${things}::text[]) with ordinality as u (key, thing, n)
      join history_series s on s.server = ${server} and s.key = u.key and s."of" = u.thing
      order by u.n`.execute(db);
    return rows.map(({ id }) => id);
  }

  async function layoutOf(
    server: number,
    batch: SampleBatch["series"],
    quanta: number[],
    day: number,
  ): Promise<Layout> {
    const series = await seriesOf(server, batch, day);
    const { rows } = await sql<{ id: number }>`
      with found as (
        update history_layouts set used = greatest(used, ${day}) where id = (
          select id from history_layouts where server = ${server} and series = ${series}::integer[]
            and quanta = ${quanta}::double precision[] order by id limit 1)
        returning id
      ), made as (
        insert into history_layouts (server, series, quanta, used)
          select ${server}::integer, ${series}::integer[], ${quanta}::double precision[], ${day}
          where not exists (select from found)
        returning id
      ), seen as (
        update history_series set seen = ${day} where id = any(${series}::integer[]) and seen < ${day}
      )
      select id from found union all select id from made`.execute(db);
    const [row] = rows;
    if (row === undefined) throw new Error("neither was the layout there nor could it be made");
    return { id: row.id, series, quanta };
  }

  return {
    async server(serverId) {
      const known = servers.get(serverId);
      if (known !== undefined) return known;
      await sql`insert into history_servers (server_id)
        select s.id from servers s where s.id = ${serverId}
          and not exists (select from history_servers h where h.server_id = s.id)
        on conflict do nothing`.execute(db);
      const { rows } = await sql<{ id: number }>`
        select id from history_servers where server_id = ${serverId}`.execute(db);
      const [row] = rows;
      if (row === undefined) return undefined;
      const fresh: KnownServer = { id: row.id, boots: new Map(), layouts: new Map() };
      makeRoom(servers, MOST_SERVERS);
      servers.set(serverId, fresh);
      return fresh;
    },

    async boot(server, boot) {
      const known = server.boots.get(boot);
      if (known !== undefined) return known;
      await sql`insert into history_boots (server, boot) select ${server.id}::integer, ${boot}::text
        where exists (select from history_servers where id = ${server.id})
          and not exists (select from history_boots where server = ${server.id} and boot = ${boot})
        on conflict do nothing`.execute(db);
      const { rows } = await sql<{ id: number; seen: number; seq: number | null }>`
        select id, seen, upper(kept) - 1 as seq from history_boots
        where server = ${server.id} and boot = ${boot}`.execute(db);
      const [row] = rows;
      // Gone with its server: what keeps the samples says so again, and the server is looked up anew.
      const fresh: Boot = {
        id: row?.id ?? 0,
        newest: row === undefined || row.seq === null ? undefined : { seq: row.seq, at: row.seen },
      };
      makeRoom(server.boots, MOST_BOOTS);
      server.boots.set(boot, fresh);
      return fresh;
    },

    async layout(server, series, now) {
      const day = dayOf(now);
      const quanta = series.map(({ key }) => quantumOf(key));
      const sign = JSON.stringify([series.map(({ key, of }: Series) => [key, of]), quanta]);
      const known = server.layouts.get(sign);
      if (known?.used === day) return known;
      const layout = await layoutOf(server.id, series, quanta, day);
      makeRoom(server.layouts, MOST_LAYOUTS);
      server.layouts.set(sign, { ...layout, used: day });
      return layout;
    },

    async layouts(ids) {
      const wanted = new Set(ids);
      const missing = [...wanted].filter((id) => !read.has(id));
      if (missing.length > 0) {
        const { rows } = await sql<Layout>`
          select id, series, quanta from history_layouts where id = any(${missing}::integer[])`.execute(db);
        for (const row of rows) {
          makeRoom(read, MOST_LAYOUTS_READ);
          read.set(row.id, row);
        }
        // More at once than are kept: they are given all the same.
        const found = new Map(rows.map((row) => [row.id, row]));
        return new Map([...wanted].flatMap((id) => entry(id, found.get(id) ?? read.get(id))));
      }
      return new Map([...wanted].flatMap((id) => entry(id, read.get(id))));
    },

    forget: (serverId) => void servers.delete(serverId),
  };
}

const entry = (id: number, layout: Layout | undefined): Array<[number, Layout]> =>
  layout === undefined ? [] : [[id, layout]];

function makeRoom(map: Map<unknown, unknown>, most: number): void {
  if (map.size < most) return;
  const [oldest] = map.keys();
  map.delete(oldest);
}
