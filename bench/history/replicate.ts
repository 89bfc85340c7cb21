/** One server's history copied to others, and its day to ninety days: what takes a day to make, in some seconds. */
import type pg from "pg";

const HOUR_MS = 3_600_000;
/** Numbers of a copy's series, layouts and boots are so far from the first one's. */
const APART = 1_000_000;

/** The first of `serverIds` has samples, chunks and a rolled-up day; when this resolves, all have, for 90 days. */
export async function replicate(client: pg.Client, serverIds: readonly string[], now: number): Promise<void> {
  const first = await client.query<{ id: number }>("select id from history_servers where server_id = $1", [
    serverIds[0],
  ]);
  const source = Number(first.rows[0]?.id);
  await client.query("delete from history_due");
  await client.query("create temporary table copies (n integer, server integer)");
  for (const [n, serverId] of serverIds.entries()) {
    const made = await client.query<{ id: number }>(
      "insert into history_servers (server_id) values ($1) on conflict (server_id) do update set server_id = excluded.server_id returning id",
      [serverId],
    );
    const server = Number(made.rows[0]?.id);
    if (server === source) continue;
    for (const table of [
      "history_series",
      "history_layouts",
      "history_boots",
      "history_chunks",
      "history_rollups",
    ])
      await client.query(`delete from ${table} where server = $1`, [server]);
    await client.query("insert into copies values ($1, $2)", [n + 1, server]);
  }
  const mapped = (column: string) =>
    `(select array_agg(x + n * ${APART} order by k) from unnest(${column}) with ordinality as u (x, k))`;
  const id = (column: string) => `${column} + n * ${APART}`;
  const of = "from copies c cross join lateral (select * from";
  const where = `where server = ${source}) as s`;
  for (const statement of [
    `insert into history_series (id, server, key, "of", seen) overriding system value
      select ${id("s.id")}, c.server, s.key, s."of", s.seen ${of} history_series ${where}`,
    `insert into history_layouts (id, server, series, quanta, used) overriding system value
      select ${id("s.id")}, c.server, ${mapped("s.series")}, s.quanta, s.used ${of} history_layouts ${where}`,
    `insert into history_boots (id, server, boot, kept, open, seen) overriding system value
      select ${id("s.id")}, c.server, s.boot, s.kept, s.open, s.seen ${of} history_boots ${where}`,
    `insert into history_samples select s.day, ${id("s.boot")}, ${id("s.layout")}, s.seq, s.at, s.packed
      ${of} history_samples where at >= ${now - 2 * HOUR_MS}
        and boot in (select id from history_boots where server = ${source})) as s`,
    `insert into history_chunks select s.week, c.server, s.hour, s.part, s.codec, s.samples, s.head, ${mapped("s.series")}, s.columns
      ${of} history_chunks ${where}`,
  ])
    await client.query(statement);
  // The source's one day of steps of an hour for 90 days, and of ten minutes for a week.
  await client.query(`insert into copies values (0, ${source})`);
  const day = Math.floor(now / 86_400_000);
  for (const [step, days] of [
    [3_600, 90],
    [600, 8],
  ] as const) {
    for (let ago = 0; ago <= days; ago += 28)
      await client.query("select history_part('history_rollups', $1)", [Math.floor((day - ago) / 28)]);
    await client.query("select history_part('history_rollups', $1)", [Math.floor((day - days) / 28)]);
    await client.query(`insert into history_rollups
      select (${day} - ago) / 28, c.server, s.step, ${day} - ago, s.codec, ${mapped("s.series")}, s.columns
      from copies c cross join generate_series(1, ${days}) as ago cross join lateral (
        select * from history_rollups where server = ${source} and step = ${step} order by day desc limit 1) as s
      on conflict do nothing`);
  }
  await client.query("vacuum analyze");
}
