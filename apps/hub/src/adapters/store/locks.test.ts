/** Rows of the inbox that several statements change at the same time: none waits for one that waits for it. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import pg from "pg";
import { run } from "../../../../../test/engines/databases.ts";
import { needs } from "../../../../../test/engines.ts";
import type { Store } from "../../core/ports/store.ts";
import { openOn, storesOnPostgres15 } from "./contract/fresh.test-suite.ts";

const TTL = 3_600_000;
/** Written from the last to the first, so that the order in which they lie is not that of their keys. */
const IDS = Array.from({ length: 30 }, (_, n) => 30 - n);

describe("rows of the inbox", needs("postgres15"), () => {
  const stores = storesOnPostgres15();

  async function filled(t: TestContext) {
    const address = await stores().database();
    const store = await openOn(address);
    t.after(() => store.close());
    for (const hub of ["a", "b"])
      await store.hubs.join({ hub, region: "", version: "", broker: true }, [], TTL);
    for (const id of IDS) await store.inbox.take("a", [{ id, body: { n: id }, chat: "c", owner: "a" }]);
    const other = new pg.Client(address);
    await other.connect();
    t.after(() => other.end());
    return { address, store, other };
  }

  const changes: Array<[string, (store: Store) => Promise<unknown>]> = [
    ["ending updates", (store) => Promise.all(IDS.map((id) => store.inbox.done(id)))],
    ["leaving", (store) => store.hubs.leave("a")],
    ["taking over", (store) => store.inbox.adopt("b", [{ chat: "c", owner: "b" }], [])],
  ];
  for (const [name, change] of changes)
    test(`${name} has no row locked while it waits for the first`, async (t) => {
      const { address, store, other } = await filled(t);
      if (name === "taking over") await run(address, "delete from hubs where id = 'a'");
      await other.query("begin");
      await other.query("select from inbox where id = 1 for update");
      const changed = change(store);
      const waits = "select from pg_locks where not granted and locktype = 'transactionid'";
      while ((await run(address, waits)).length === 0);
      const { rows } = await other.query("select id from inbox where id > 1 for update skip locked");
      assert.equal(rows.length, IDS.length - 1);
      await other.query("commit");
      await changed;
    });

  test("the end of an update that PostgreSQL took back for others' sake is noted all the same", async (t) => {
    const { address, store } = await filled(t);
    await run(address, "create sequence tried");
    await run(
      address,
      `create function in_the_way() returns trigger language plpgsql as $$
        begin
          if nextval('tried') <= 2 then raise exception 'deadlock detected' using errcode = '40P01'; end if;
          return new;
        end $$`,
    );
    await run(
      address,
      "create trigger in_the_way before update on inbox for each row execute function in_the_way()",
    );
    await Promise.all(IDS.map((id) => store.inbox.done(id)));
    assert.deepEqual((await store.inbox.waiting("a", [])).own, []);
  });
});
