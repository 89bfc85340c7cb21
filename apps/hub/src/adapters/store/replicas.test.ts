/** Reads that may be a moment old, on a replica that streams: used in turn, passed over when it is away, lags or is none. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Kysely, sql } from "kysely";
import { run } from "../../../../../test/engines/databases.ts";
import { type Postgres15, REPLICATED, startPostgres15 } from "../../../../../test/engines/postgres15.ts";
import { needs } from "../../../../../test/engines.ts";
import { turnedClock } from "../../core/fleet/doubles.test-code.ts";
import { type Database, DEADLINES, openDatabase, type StoreConnection } from "./connection.ts";
import { chance, keepingLog } from "./contract/world.test-suite.ts";
import { openReplicas, type Replicas } from "./replicas.ts";
import { openStore } from "./store.ts";
import type { Tables } from "./tables.ts";

describe("replicas", needs("postgres15"), () => {
  let primary: Postgres15;
  let replica: Postgres15;
  before(async () => {
    primary = await startPostgres15({ settings: REPLICATED });
    await run(primary.connection, "create table moved (n int)");
    replica = await startPostgres15({ settings: REPLICATED, replicaOf: primary });
  });
  after(async () => {
    await replica?.stop();
    await primary?.stop();
  });

  const open: Array<{ close(): Promise<void> }> = [];
  const clock = turnedClock();
  const log = keepingLog();
  function replicasOf(...connections: StoreConnection[]): { db: Database["db"]; replicas: Replicas } {
    const { db, close } = openDatabase({
      ...{ connection: primary.connection, poolSize: 2, deadlines: DEADLINES, log },
    });
    const replicas = openReplicas({ primary: db, connections, poolSize: 2, clock, log });
    open.push(replicas, { close });
    return { db, replicas };
  }
  after(async () => {
    for (const one of open) await one.close();
  });

  const isReplica = async (db: Kysely<Tables>): Promise<boolean> => {
    const { rows } = await sql<{ follows: boolean }>`select pg_is_in_recovery() as follows`.execute(db);
    return rows[0]?.follows ?? false;
  };
  /** Resolves when the replica has replayed all that the primary wrote. */
  async function caughtUp(): Promise<void> {
    const [row] = await run(primary.connection, "select pg_current_wal_flush_lsn()::text as position");
    for (let there: unknown; there !== true; ) {
      const [at] = await run(replica.connection, "select pg_last_wal_replay_lsn() >= $1::pg_lsn as there", [
        row?.position,
      ]);
      there = at?.there;
    }
  }
  /** A look that began before the clock was turned says nothing about now: the one after it does. */
  async function looked(replicas: Replicas): Promise<void> {
    await replicas.look();
    await replicas.look();
  }
  const write = () => run(primary.connection, "insert into moved values (1)");

  test("one that is well is read, one that is away is not, and the primary is when there is no other", async () => {
    const nobody: StoreConnection = { connectionString: "postgres://tester@127.0.0.1:1/postgres" };
    const { replicas } = replicasOf(nobody, replica.connection);
    await caughtUp();
    await looked(replicas);
    assert.equal(replicas.usable(), 1);
    for (let n = 0; n < 4; n++) assert.equal(await replicas.read(isReplica), true);
    const none = replicasOf(nobody).replicas;
    await looked(none);
    assert.equal(await none.read(isReplica), false);
  });

  test("the primary itself and another cluster are no replicas", async () => {
    const stranger = await startPostgres15();
    const { replicas } = replicasOf(primary.connection, stranger.connection);
    await looked(replicas);
    assert.equal(replicas.usable(), 0);
    assert.equal(await replicas.read(isReplica), false);
    await stranger.stop();
  });

  test("a primary that stands idle makes no replica old; replay that is paused does, and only once there is more to replay", async () => {
    const { replicas } = replicasOf(replica.connection);
    await caughtUp();
    await looked(replicas);
    clock.turn(600_000);
    await looked(replicas);
    assert.equal(await replicas.read(isReplica), true);

    await run(replica.connection, "select pg_wal_replay_pause()");
    try {
      await write();
      await looked(replicas);
      clock.turn(4_000);
      await looked(replicas);
      assert.equal(await replicas.read(isReplica), true, "a moment old is good enough");
      clock.turn(2_000);
      await looked(replicas);
      assert.equal(replicas.usable(), 0);
      assert.equal(await replicas.read(isReplica), false);
    } finally {
      await run(replica.connection, "select pg_wal_replay_resume()");
    }
    await caughtUp();
    await looked(replicas);
    assert.equal(await replicas.read(isReplica), true);
  });

  test("one that fails a read, and one that is killed, cost no answer; back again, they are used again", async () => {
    const { replicas } = replicasOf(replica.connection);
    await caughtUp();
    await looked(replicas);
    assert.equal(replicas.usable(), 1);
    await replica.kill();
    // A process of it may live for a moment longer and answer; every read is answered, soon by the primary.
    while (await replicas.read(isReplica));
    assert.equal(replicas.usable(), 0, "and nobody else tries it");
    await replica.start();
    await caughtUp();
    await looked(replicas);
    assert.equal(await replicas.read(isReplica), true);
  });

  test("a mistake in a read is the caller's own, and no reason to ask the primary", async () => {
    const { replicas } = replicasOf(replica.connection);
    await caughtUp();
    await looked(replicas);
    await assert.rejects(
      replicas.read((db) => sql`select nothing from nowhere`.execute(db)),
      { code: "INTERNAL" },
    );
    assert.equal(replicas.usable(), 1);
  });

  test("the store shows figures, members and audit from a replica, and decides by the primary", async () => {
    const store = await openStore({
      ...{ connection: primary.connection, clock, chance, log, replicas: [replica.connection] },
    });
    open.push(store);
    await log.until("store.replica_used");
    await caughtUp();
    clock.turn(1_000);
    await run(replica.connection, "select pg_wal_replay_pause()");
    try {
      const account = { channel: "local", externalId: "owner" } as const;
      const person = await store.people.admit(account, { name: "Ann", admin: false });
      const server = {
        id: "ab".repeat(16),
        name: "web",
        region: "",
        publicKey: new Uint8Array(32),
        owner: person.id,
      };
      await store.servers.add(server);
      await store.audit.record({
        ...{ at: 1, personId: null, from: "hub", what: "x", on: server.id, result: "done", detail: {} },
      });
      assert.equal((await store.servers.members(server.id)).length, 1);
      assert.equal((await store.people.actor(account, "chat"))?.servers.length, 1);
      assert.deepEqual(await store.servers.members(server.id, { mayBeOld: true }), []);
      assert.deepEqual(await store.audit.recent({ serverId: server.id, limit: 5 }), []);
      assert.equal((await store.figures()).persons, 0);
    } finally {
      await run(replica.connection, "select pg_wal_replay_resume()");
    }
    await caughtUp();
    assert.equal((await store.servers.members("ab".repeat(16), { mayBeOld: true })).length, 1);
  });
});
