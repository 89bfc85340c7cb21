/** What is refused, and that nothing was changed by it: files that are not whole, stores that are not empty. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { type Address, createDatabase, run } from "../../../../../../test/engines/databases.ts";
import { type Postgres15, startPostgres15 } from "../../../../../../test/engines/postgres15.ts";
import { needs } from "../../../../../../test/engines.ts";
import { type FreshStores, freshStores, openOn } from "../contract/fresh.test-suite.ts";
import { MIGRATIONS } from "../migrations/all.ts";
import { BackupFault } from "./format.ts";
import { verify } from "./read.ts";
import { aFolder, backUp, contents, fill, linesOf, restoreFrom, zipped } from "./world.test-code.ts";

const needed = needs("postgres15");

describe("restoring refuses", needed, () => {
  const folder = aFolder();
  const good = folder.path("good");
  let postgres: Postgres15;
  let stores: FreshStores;
  let source: Address;
  before(async () => {
    postgres = await startPostgres15();
    stores = await freshStores(postgres.connection);
    source = await stores.database();
    await fill(source);
    await backUp(source, good);
  });
  after(async () => {
    await postgres?.stop();
    folder.remove();
  });
  const empty = (): Promise<Address> => createDatabase(postgres.connection);
  const refused = (pattern: RegExp) => (error: unknown) => {
    assert.ok(error instanceof BackupFault, String(error));
    assert.match(error.message, pattern);
    assert.ok(!error.message.includes("\n"));
    return true;
  };
  const tablesIn = async (database: Address): Promise<number> =>
    Number(
      (
        await run(
          database,
          "select count(*)::int as n from pg_class where relnamespace = 'public'::regnamespace",
        )
      )[0]?.n,
    );

  /** Both readings find it: the first, and the one within the transaction. */
  async function isRefused(content: Uint8Array, pattern: RegExp): Promise<void> {
    const path = folder.path("bad");
    writeFileSync(path, content);
    const file = await open(path);
    await assert.rejects(verify(file), refused(pattern));
    await file.close();
    const target = await empty();
    await assert.rejects(restoreFrom(target, path), refused(pattern));
    assert.equal(await tablesIn(target), 0);
  }

  test("what is no backup", async () => {
    for (const content of [
      Buffer.alloc(0),
      Buffer.from("PGDMP\u0001"),
      zipped(["hello"]),
      zipped(['{"format":"tar"}']),
    ])
      await isRefused(content, /not a backup of ServerEye/);
  });

  test("what is cut short", async () => {
    const whole = readFileSync(good);
    const lines = linesOf(good);
    await isRefused(whole.subarray(0, whole.length - 1), /cut short/);
    await isRefused(whole.subarray(0, whole.length >> 1), /cut short/);
    await isRefused(zipped(lines.slice(0, -1)), /cut short/);
    await isRefused(gzipSync(lines.join("\n").slice(0, -5)), /cut short/);
  });

  test("what was changed", async () => {
    const flipped = Buffer.from(readFileSync(good));
    flipped.writeUInt8(flipped.readUInt8(flipped.length >> 1) ^ 0x10, flipped.length >> 1);
    await isRefused(flipped, /damaged/);
    const lines = linesOf(good);
    const at = lines.findIndex((line) => line.startsWith('["hub.seed"'));
    assert.ok(at > 0);
    await isRefused(zipped(lines.with(at, '["hub.seed","mine"]')), /damaged \(its digest/);
    await isRefused(zipped(lines.toSpliced(at, 1)), /damaged \(its digest/);
    await isRefused(zipped(lines.with(at, '["hub.seed"]')), /damaged \(a row fits/);
    await isRefused(zipped([...lines, lines[at] ?? ""]), /damaged \(something follows/);
  });

  test("a newer format, and a schema this version does not know", async () => {
    const [header = "", ...rest] = linesOf(good);
    await isRefused(
      zipped([header.replace('"version":1', '"version":2'), ...rest]),
      /has format 2.*or a newer one/,
    );
    const migrations = { ...MIGRATIONS, "9001-future": { up: async () => undefined } };
    const newer = await empty();
    await restoreFrom(newer, good, { migrations });
    await backUp(newer, folder.path("newer"));
    const target = await empty();
    await assert.rejects(
      restoreFrom(target, folder.path("newer")),
      refused(/schema \(9001-future\).*or a newer one/),
    );
    assert.equal(await tablesIn(target), 0);
    await assert.rejects(restoreFrom(newer, good, { replace: true }), refused(/9001-future.*does not know/));
  });

  test("a store that is not empty, unless it is to be replaced, and then takes away what is its own alone", async () => {
    const target = await stores.database();
    const secrets = await fill(target);
    await run(target, "create table others (id int); insert into others values (1)");
    const was = await contents(target);
    await assert.rejects(
      restoreFrom(target, good),
      refused(/not empty \(persons: 3, servers: 6, audit entries: 3\).*--replace/),
    );
    assert.deepEqual(await contents(target), was);
    await run(target, "create view watching as select name from persons");
    await assert.rejects(
      restoreFrom(target, good, { replace: true }),
      refused(/not ServerEye's hangs on its tables/),
    );
    await run(target, "drop view watching");
    assert.deepEqual(await contents(target), was);
    await restoreFrom(target, good, { replace: true });
    const { others, ...all } = await contents(target);
    assert.deepEqual(others, ["(1)"]);
    assert.deepEqual(all, await contents(source));
    const store = await openOn(target);
    assert.notEqual(await store.settings.get("hub.seed"), secrets.seed);
    await store.close();
    // What is not ServerEye's is carried and not restored: said, and no reason to fail.
    await backUp(target, folder.path("others"));
    const again = await empty();
    assert.deepEqual((await restoreFrom(again, folder.path("others"))).leftOut, ["others"]);
    assert.deepEqual(await contents(again), all);
  });

  test("nothing of what a hub's first start has made", async () => {
    const target = await stores.database();
    const store = await openOn(target);
    await store.people.admit({ channel: "local", externalId: "owner" }, { name: "Owner", admin: true });
    await store.settings.setOnce("hub.seed", "new");
    await store.close();
    await restoreFrom(target, good);
    assert.deepEqual(await contents(target), await contents(source));
  });

  test("a store on which a hub lives", async () => {
    const target = await stores.database();
    await run(
      target,
      `insert into hubs (id, region, version, has_broker, expires)
        values ('h', '', '1', false, now() + interval '1 hour'), ('dead', '', '1', false, now() - interval '1 second')`,
    );
    await assert.rejects(restoreFrom(target, good), refused(/A hub runs on this database/));
    await run(target, "update hubs set expires = now() where id = 'h'");
    await restoreFrom(target, good);
    assert.deepEqual(await run(target, "select * from hubs"), []);
  });

  test("a database with another program's tables", async () => {
    const target = await empty();
    await run(target, "create table persons (id int)");
    await assert.rejects(restoreFrom(target, good), refused(/tables of another program.*persons/));
    assert.equal(await tablesIn(target), 1);
  });
});
