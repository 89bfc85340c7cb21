/** Moving between majors and back, every row of it; what older schemas become; one moment while others write. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { toBase64Url } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import { type Address, createDatabase, run } from "../../../../../../test/engines/databases.ts";
import { type Postgres15, startPostgres15 } from "../../../../../../test/engines/postgres15.ts";
import { needs } from "../../../../../../test/engines.ts";
import { hubHere } from "../../../../../../test/system/hubs.ts";
import { hubKeyPair } from "../../../identity.ts";
import { openOn } from "../contract/fresh.test-suite.ts";
import { keepingLog, NOW } from "../contract/world.test-suite.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../embedded/start.ts";
import { migrate } from "../migrate.ts";
import { MIGRATIONS } from "../migrations/all.ts";
import { aFolder, backUp, contents, fill, linesOf, ODD, restoreFrom } from "./world.test-code.ts";

const needed = needs("postgres15");

describe("a backup", needed, () => {
  const folder = aFolder();
  let embedded: EmbeddedPostgres;
  let postgres15: Postgres15;
  before(async () => {
    postgres15 = await startPostgres15();
    embedded = await startEmbeddedPostgres({ dataDir: folder.path("data"), log: () => undefined });
  });
  after(async () => {
    await embedded?.stop();
    await postgres15?.stop();
    folder.remove();
  });
  const migrated = async (server: Address, migrations = MIGRATIONS): Promise<Address> => {
    const connection = await createDatabase(server);
    await migrate({ connection, connectionDeadline: 3_000, log: keepingLog(), migrations });
    return connection;
  };

  test("moves a store from 18 to 15 and back, row by row, and the hub on it is the same hub", async () => {
    const source = await migrated(embedded.connection);
    const secrets = await fill(source);
    const was = await contents(source);
    for (const [table, rows] of Object.entries(was)) assert.ok(rows.length > 0, `${table} is not filled`);

    const rows = await backUp(source, folder.path("18"));
    assert.deepEqual(
      rows,
      Object.fromEntries(Object.entries(was).map(([table, all]) => [table, all.length])),
    );
    const middle = await createDatabase(postgres15.connection);
    await restoreFrom(middle, folder.path("18"));
    assert.deepEqual(await contents(middle), was);

    await backUp(middle, folder.path("15"));
    const back = await createDatabase(embedded.connection);
    await restoreFrom(back, folder.path("15"));
    assert.deepEqual(await contents(back), was);

    const store = await openOn(middle);
    assert.ok(await store.sessions.find(secrets.session, NOW));
    for (const text of ODD) assert.ok(Object.values(secrets.settings).includes(text));
    for (const [key, value] of Object.entries(secrets.settings))
      assert.equal(await store.settings.get(key), value);
    // New rows get numbers after those that came along, and the audit log is append only again.
    const [next] = await run(
      middle,
      `insert into audit (at, "from", what, result, detail) values (1, 'x', 'y', 'done', '{}') returning id`,
    );
    assert.equal(Number(next?.id), (was.audit?.length ?? 0) + 1);
    await assert.rejects(run(middle, "delete from audit"), /append only/);
    await assert.rejects(
      run(middle, `insert into choices values (gen_random_uuid(), 'c', 's')`),
      /choices_membership/,
    );
    const key = toBase64Url((await hubKeyPair(store.settings)).publicKey);
    await store.close();

    const { host, port, user, database } = middle;
    const hub = await hubHere({
      SERVEREYE_DATA_DIR: folder.path("hub"),
      SERVEREYE_HTTP_PORT: "0",
      DATABASE_URL: `postgres://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`,
    });
    try {
      assert.equal(hub.hubKey, key);
      const answer = await fetch(`${hub.url}/api/v1/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: secrets.login }),
      });
      assert.equal(answer.status, 204);
    } finally {
      await hub.stop();
    }
  });

  test("of an older schema is brought to this one's, whatever types and references that has", async () => {
    const more = {
      ...MIGRATIONS,
      "9001-more": {
        up: async (db: Kysely<unknown>) => {
          await sql.raw(TYPES).execute(db);
          // What a migration makes of rows that were there.
          await sql.raw(`insert into extra (name) select 'of ' || name from persons`).execute(db);
        },
      },
    };
    const old = await migrated(postgres15.connection);
    await fill(old);
    await backUp(old, folder.path("old"));
    const grown = await createDatabase(embedded.connection);
    await restoreFrom(grown, folder.path("old"), { migrations: more });
    assert.equal((await contents(grown)).extra?.length, 3);

    await run(grown, VALUES);
    const was = await contents(grown);
    await backUp(grown, folder.path("grown"));
    const again = await createDatabase(postgres15.connection);
    await restoreFrom(again, folder.path("grown"), { migrations: more });
    assert.deepEqual(await contents(again), was);
    await assert.rejects(
      run(again, "insert into extra (name, parent) values ('x', 999)"),
      /extra_parent_fkey/,
    );
  });

  test("is one moment: what is written together is in it together, or not at all", async () => {
    const source = await migrated(postgres15.connection);
    let pairs = 0;
    const writePair = async (): Promise<void> => {
      pairs += 1;
      await run(
        source,
        `with one as (insert into settings values ('pair ${pairs}', ''))
         insert into audit (at, "from", what, result, detail) values (${pairs}, 'x', 'pair', 'done', '{}')`,
      );
    };
    for (let n = 0; n < 120; n++) await writePair();
    // A pair more before each piece that is written: audit is read long before settings.
    const rows = await backUp(source, folder.path("moment"), writePair);
    assert.ok(pairs > 130, "nothing was written meanwhile");
    assert.deepEqual([rows.audit, rows.settings], [120, 120]);
    const keys = linesOf(folder.path("moment")).filter((line) => line.startsWith('["pair '));
    assert.equal(keys.length, 120);
  });
});

const TYPES = `
  create type mood as enum ('sad', 'it''s fine');
  create table extra (
    id integer generated by default as identity primary key, parent integer references extra, name text,
    feeling mood, at timestamptz, plain timestamp, day date, span interval, exact numeric(30, 10), double float8,
    single real, body jsonb, list text[], grid integer[][], bits bit varying(9), address inet, raw bytea,
    twice integer generated always as (id * 2) stored, range int4range, code char(5), "odd ""Name" text
  );
  create function extra_made() returns trigger language plpgsql as $$ begin new.name := new.name || '!'; return new; end $$;
  create trigger extra_made before insert on extra for each row execute function extra_made()`;

const VALUES = `
  insert into extra (id, parent, name, feeling, at, plain, day, span, exact, double, single, body, list, grid, bits, address,
    raw, range, code, "odd ""Name")
  select n, nullif(n + 1, 109), 'n', 'it''s fine', '2026-11-23 12:00:00.123456+03', '2026-11-23 12:00:00.123456', '0044-03-15 BC',
    '1 year 2 mons -3 days 04:05:06.789', 12345678901234567890.0123456789, case n when 107 then 'NaN' when 108 then 1e-310
    else 0.1 + 0.2 end, 3.14159274, '{"b": [1, null, "\\"\\\\"], "a": 123456789012345678901234567890}', array['a,"b"', null, ''],
    '{{1,2},{3,4}}', b'10101', '2001:db8::1/64', '\\x00ff0a', '[1,10)', 'ab', 'x'
  from generate_series(107, 108) as n`;
