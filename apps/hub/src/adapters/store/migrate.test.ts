/** Migrations: from nothing, again, by many at once, half done, and a schema from the future. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Fault } from "@servereye/contract";
import { type Kysely, sql } from "kysely";
import { type Address, createDatabase, run } from "../../../../../test/engines/databases.ts";
import { type Postgres15, startPostgres15 } from "../../../../../test/engines/postgres15.ts";
import { needs } from "../../../../../test/engines.ts";
import { openOn } from "./contract/fresh.test-suite.ts";
import { atOnce, faultOf, keepingLog } from "./contract/world.test-suite.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/all.ts";

const needed = needs("postgres15");
const names = Object.keys(MIGRATIONS);

describe("migrations", needed, () => {
  let postgres: Postgres15 | undefined;
  before(async () => {
    postgres = await startPostgres15();
  });
  after(() => postgres?.stop());

  const empty = (): Promise<Address> => {
    assert.ok(postgres);
    return createDatabase(postgres.connection);
  };
  const migrated = (connection: Address, migrations = MIGRATIONS) =>
    migrate({ connection, connectionDeadline: 3_000, log: keepingLog(), migrations });

  const fresh = async (): Promise<Address> => {
    const database = await empty();
    await migrated(database);
    return database;
  };
  /** Every column, constraint and index, as text. */
  const schemaOf = async (database: Address): Promise<unknown[]> => [
    await run(
      database,
      `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
        where table_schema = 'public' order by table_name, column_name`,
    ),
    await run(
      database,
      `select conname, pg_get_constraintdef(oid) as def from pg_constraint
        where connamespace = 'public'::regnamespace order by conname`,
    ),
    await run(database, "select indexdef from pg_indexes where schemaname = 'public' order by indexname"),
  ];

  test("run once from an empty database, and not again", async () => {
    const database = await empty();
    assert.deepEqual(await migrated(database), names);
    assert.deepEqual(await migrated(database), []);
    const store = await openOn(database);
    assert.equal((await store.figures()).persons, 0);
    await store.close();
  });

  test("run once when many hubs start at the same time", async () => {
    const database = await empty();
    const ran = await atOnce(8, () => migrated(database));
    assert.deepEqual(
      ran.filter((one) => one.length > 0),
      [names],
    );
    assert.deepEqual(
      (await run(database, "select name from kysely_migration order by name")).map((row) => row.name),
      names,
    );
  });

  test("are refused when the schema is newer, and leave it as it is", async () => {
    const database = await empty();
    await migrated(database);
    await run(database, "insert into kysely_migration values ('9999-future', '2030-01-01T00:00:00.000Z')");
    const refusal = await migrated(database).catch((error: unknown) => error);
    assert.ok(refusal instanceof Fault);
    assert.equal(refusal.code, "UNSUPPORTED");
    assert.match(refusal.message, /9999-future.*newer than this version of ServerEye/);
    await assert.rejects(openOn(database), faultOf("UNSUPPORTED"));
  });

  test("that fail on the way leave nothing behind, and can be run again", async () => {
    const database = await empty();
    const next = (statement: string) => ({
      ...MIGRATIONS,
      "0901-good": { up: async (db: Kysely<unknown>) => void (await sql`create table extra ()`.execute(db)) },
      "0902-next": { up: async (db: Kysely<unknown>) => void (await sql.raw(statement).execute(db)) },
    });
    const refusal = await migrated(database, next("create table broken (")).catch((error: unknown) => error);
    assert.ok(faultOf("INTERNAL")(refusal));
    assert.match(String(refusal), /syntax error/, "the reason is told, and not what came of it");
    const [left] = await run(
      database,
      "select to_regclass('extra') as extra, to_regclass('persons') as persons",
    );
    assert.deepEqual(left, { extra: null, persons: null });
    assert.deepEqual(await migrated(database, next("create table last ()")), [
      ...names,
      "0901-good",
      "0902-next",
    ]);
  });

  test("bring the schema of each release up to this one, with all that is in it", async () => {
    const folder = join(import.meta.dirname, "migrations/released");
    const released = readdirSync(folder);
    assert.ok(released.length > 0);
    for (const file of released) {
      const database = await empty();
      await run(database, readFileSync(join(folder, file), "utf8"));
      const before = file.replace(".sql", "");
      assert.deepEqual(
        await migrated(database),
        names.filter((name) => name.slice(0, 4) > before),
      );
      assert.deepEqual(await schemaOf(database), await schemaOf(await fresh()), file);
      const store = await openOn(database);
      const actor = await store.people.actor({ channel: "telegram", externalId: "1001" }, "telegram:1001");
      assert.deepEqual(
        [actor?.person.name, actor?.person.language, actor?.chosen],
        ["Ann", "ru", "ab".repeat(16)],
      );
      assert.deepEqual(
        actor?.servers.map(({ name, role, number }) => [name, role, number]),
        [
          ["web", "owner", 1],
          ["db", "owner", 2],
        ],
      );
      assert.equal((await store.servers.members("ab".repeat(16))).length, 2);
      assert.equal((await store.buttons.find("token-once"))?.action.kind, "do");
      assert.equal(await store.buttons.spend("token-once"), false, "what was spent stays spent");
      assert.equal(await store.settings.get("hub.key"), "a-seed");
      assert.equal((await store.audit.recent({ limit: 5 })).length, 1);
      assert.equal((await run(database, "select * from inbox where handled_at is null")).length, 1);
      await store.close();
    }
  });

  test("are refused on a database that is not in UTF-8", async () => {
    assert.ok(postgres);
    const { connection } = postgres;
    await run(connection, "create database latin template template0 encoding 'LATIN1' locale 'C'");
    await assert.rejects(migrated({ ...connection, database: "latin" }), faultOf("UNSUPPORTED"));
  });

  test("keep the audit log append only", async () => {
    const database = await empty();
    await migrated(database);
    await run(
      database,
      `insert into audit (at, "from", what, result, detail) values (1, 'hub', 'x', 'done', '{}')`,
    );
    for (const change of ["update audit set what = 'y'", "delete from audit", "truncate audit"])
      await assert.rejects(run(database, change), /append only/, change);
    assert.equal((await run(database, "select * from audit")).length, 1);
  });

  test("let in no role, number, key or name that makes no sense", async () => {
    const database = await empty();
    await migrated(database);
    const id = crypto.randomUUID();
    const server = "ab".repeat(16);
    await run(database, `insert into persons values ('${id}', 'Ann', null, false, 0)`);
    const add = (key: string, hash: string) =>
      `insert into servers values ('${key}', 'web', '', decode(repeat('00', ${hash}), 'hex'), null, null, 0)`;
    await run(database, add(server, "32"));
    const member = (role: string, number: number, person = id) =>
      `insert into memberships values ('${server}', '${person}', '${role}', ${number}, 0)`;
    for (const [statement, constraint] of [
      [`insert into persons values ('${crypto.randomUUID()}', '', null, false, 0)`, "persons_name"],
      [add("AB".repeat(16), "32"), "servers_id"],
      [add("cd".repeat(16), "31"), "servers_public_key"],
      [member("king", 1), "memberships_role"],
      [member("viewer", 0), "memberships_number"],
      [member("viewer", 1, crypto.randomUUID()), "memberships_person"],
      [`insert into choices values ('${id}', 'chat', '${server}')`, "choices_membership"],
    ] as const)
      await assert.rejects(run(database, statement), (error: Error & { constraint?: string }) => {
        assert.equal(error.constraint, constraint);
        return true;
      });
  });
});
