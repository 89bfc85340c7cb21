/** What goes over the wire: one prepared statement for the hot path, one for writes that come together. */

import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { describe, test } from "node:test";
import { sql } from "kysely";
import { needs } from "../../../../../test/engines.ts";
import { buttonsIn } from "./buttons.ts";
import { DEADLINES, openDatabase } from "./connection.ts";
import { storesOnPostgres15 } from "./contract/fresh.test-suite.ts";
import {
  aButton,
  aServer,
  atOnce,
  chance,
  keepingLog,
  NOW,
  standingClock,
} from "./contract/world.test-suite.ts";
import { inboxIn } from "./inbox.ts";
import { peopleIn } from "./people.ts";
import { serversIn } from "./servers.ts";

describe("statements", needs("postgres15"), () => {
  const stores = storesOnPostgres15();

  /** A database behind one connection, whose prepared statements can be asked for. */
  async function oneConnection() {
    const connection = await stores().database();
    const { db, close } = openDatabase({ connection, poolSize: 1, deadlines: DEADLINES, log: keepingLog() });
    /** How often each statement ran that has `part` in it. */
    const runs = async (part: string): Promise<number[]> => {
      const { rows } = await sql<{ runs: number }>`select generic_plans + custom_plans as runs
        from pg_prepared_statements where not from_sql and statement ilike ${`%${part}%`}
        and statement not ilike '%pg_prepared%'`.execute(db);
      return rows.map((row) => row.runs);
    };
    return { db, close, runs };
  }

  test("who may see what is one prepared statement", async () => {
    const { db, close, runs } = await oneConnection();
    const clock = standingClock();
    const people = peopleIn(db, clock, chance);
    const account = { channel: "local", externalId: "owner" } as const;
    const person = await people.admit(account, { name: "Ann", admin: true });
    await serversIn(db, clock).servers.add(aServer(person.id));
    for (let n = 0; n < 7; n++) await people.actor(account, `chat ${n}`);
    assert.deepEqual(await runs("left join choices"), [7]);
    assert.deepEqual(await runs("json_agg"), [7]);
    await close();
  });

  test("buttons, ends of updates and signs of life that come together share a statement", async () => {
    const { db, close, runs } = await oneConnection();
    const clock = standingClock();
    const { buttons } = buttonsIn(db, clock);
    const { inbox } = inboxIn(db, clock);
    const { servers } = serversIn(db, clock);
    await atOnce(100, () => buttons.save([aButton()]));
    assert.deepEqual(await runs("insert into buttons"), [1]);
    const taken = await atOnce(100, (id) =>
      inbox.take("hub", [{ id: id % 60, body: {}, chat: `${id}`, owner: "hub" }]),
    );
    assert.equal(taken.flat().length, 60);
    assert.deepEqual(await runs("inbox_take"), [1]);
    await atOnce(100, (id) => inbox.done(id));
    assert.deepEqual(await runs("update inbox"), [1]);
    await atOnce(100, (n) => servers.seen([{ serverId: "ab".repeat(16), at: NOW + n }]));
    assert.deepEqual(await runs("update servers"), [1]);
    await close();
  });

  test("a sign of life does not wait for the disk, and what comes after it does again", async () => {
    const { db, close } = await oneConnection();
    const clock = standingClock();
    const { servers } = serversIn(db, clock);
    const people = peopleIn(db, clock, chance);
    const person = await people.admit({ channel: "local", externalId: "o" }, { name: "Ann", admin: false });
    const server = aServer(person.id);
    await servers.add(server);
    // What the setting is while the row changes, kept by the change itself.
    await sql`create table noticed (setting text)`.execute(db);
    await sql
      .raw(`create function notice() returns trigger language plpgsql as $$
        begin insert into noticed values (current_setting('synchronous_commit')); return new; end $$`)
      .execute(db);
    await sql`create trigger notice after update on servers for each row execute function notice()`.execute(
      db,
    );
    await servers.seen([{ serverId: server.id, at: NOW }]);
    await servers.rename(server.id, "other");
    const { rows } = await sql<{ setting: string }>`select setting from noticed`.execute(db);
    assert.deepEqual(
      rows.map((row) => row.setting),
      ["off", "on"],
    );
    await close();
  });

  test("two hubs given the same updates in opposite orders do not block each other", {
    timeout: 20_000,
  }, async () => {
    const connection = await stores().database();
    const open = (poolSize: number) =>
      openDatabase({ connection, poolSize, deadlines: DEADLINES, log: keepingLog() });
    const [hubs, holder] = [open(2), open(2)];
    const [one, other] = [inboxIn(hubs.db, standingClock()), inboxIn(hubs.db, standingClock())];
    const update = (id: number) => ({ id, body: {}, chat: `${id}`, owner: "hub" });
    const taking = await holder.db.transaction().execute(async (trx) => {
      // Both come as far as this update and wait for it, each holding what it has so far.
      const digest = hash("md5", "{}", "base64url");
      await sql`insert into inbox (id, digest, body, taken_at) values (2, ${digest}, '{}', 0)`.execute(trx);
      const both = Promise.allSettled([
        one.inbox.take("hub", [update(1), update(2), update(3)]),
        other.inbox.take("hub", [update(3), update(2), update(1)]),
      ]);
      for (let waiting = 0; waiting < 2; ) {
        const { rows } = await sql<{ count: number }>`select count(*) as count from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`.execute(holder.db);
        waiting = rows[0]?.count ?? 0;
      }
      return { both };
    });
    const taken = (await taking.both).map((outcome) => {
      if (outcome.status === "rejected") throw outcome.reason;
      return outcome.value?.map(({ id }) => id) ?? [];
    });
    // The later one is given both of the earlier one's too: as far as it says, it does not know them.
    assert.deepEqual([...new Set(taken.flat())].toSorted(), [1, 3]);
    await Promise.all([hubs.close(), holder.close()]);
  });

  test("what is looked up on the way of a message or a press is found by an index", async () => {
    const { db, close } = await oneConnection();
    // With so few rows a plan without an index would be cheaper, and say nothing.
    await sql`set enable_seqscan = off`.execute(db);
    for (const query of [
      "select * from accounts where channel = 'local' and external_id = 'x'",
      "select * from memberships where person_id = '00000000-0000-4000-8000-000000000000' order by number",
      "select * from memberships where server_id = 'x'",
      "select * from choices where person_id = '00000000-0000-4000-8000-000000000000' and chat_id = 'x'",
      "select * from buttons where token = 'x'",
      "delete from buttons where expires < 5",
      "delete from buttons where server_id = 'x'",
      "select * from inbox where handled_at is null order by taken_at, id",
      "delete from inbox where handled_at < 5",
      "select * from tickets where hash = 'x'",
      `select * from audit where "on" = 'x' order by id desc limit 5`,
      "select * from sessions where hash = 'x'",
    ]) {
      const { rows } = await sql.raw<Record<string, string>>(`explain ${query}`).execute(db);
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      assert.match(plan, /Index/, query);
      assert.doesNotMatch(plan, /Seq Scan/, query);
    }
    await close();
  });
});
