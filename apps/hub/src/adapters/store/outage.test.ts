/** A store that is slow, busy, going or gone: a Fault within the deadline, never a crash, and back by itself. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Fault } from "@servereye/contract";
import { sql } from "kysely";
import { type Address, run } from "../../../../../test/engines/databases.ts";
import { type Postgres15, startPostgres15 } from "../../../../../test/engines/postgres15.ts";
import { needs } from "../../../../../test/engines.ts";
import { PATIENCE } from "./breaker.ts";
import { DEADLINES, openDatabase } from "./connection.ts";
import { type FreshStores, freshStores, openOn } from "./contract/fresh.test-suite.ts";
import {
  aButton,
  aServer,
  atOnce,
  chance,
  faultOf,
  keepingLog,
  somebody,
  standingClock,
} from "./contract/world.test-suite.ts";
import { openStore } from "./store.ts";

/** Short enough to wait for in a test, ms. */
const deadlines = { connection: 300, statement: 400 };

describe("a store in trouble", needs("postgres15"), () => {
  let postgres: Postgres15 | undefined;
  let stores: FreshStores | undefined;
  before(async () => {
    postgres = await startPostgres15();
    stores = await freshStores(postgres.connection);
  });
  after(() => postgres?.stop());

  const database = async (): Promise<Address> => {
    assert.ok(stores);
    return stores.database();
  };

  /** Runs it, expecting STORE_UNAVAILABLE with a cause in at most `within` ms. */
  async function unavailable(within: number, attempt: () => Promise<unknown>): Promise<Fault> {
    const began = performance.now();
    const fault = await attempt().then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.ok(fault instanceof Fault, String(fault));
    assert.equal(fault.code, "STORE_UNAVAILABLE");
    assert.ok(fault.cause instanceof Error);
    // Twice the deadline and a second for a machine that is busy with other tests.
    assert.ok(performance.now() - began < within * 2 + 1_000, `took ${performance.now() - began} ms`);
    return fault;
  }

  test("a pool with no free connection refuses within its deadline, and serves again", async () => {
    const log = keepingLog();
    const { db, close } = openDatabase({
      ...{ connection: await database(), poolSize: 2, log },
      deadlines: { connection: 300, statement: 10_000 },
    });
    const free = Promise.withResolvers<void>();
    const holders = [0, 1].map(() => db.connection().execute(() => free.promise));
    const fault = await unavailable(300, () => sql`select 1`.execute(db));
    assert.match(fault.message, /timeout exceeded/);
    free.resolve();
    await Promise.all(holders);
    await sql`select 1`.execute(db);
    await close();
  });

  test("a statement that takes too long is ended by the server, and its connection goes on", async () => {
    const { db, close } = openDatabase({
      connection: await database(),
      poolSize: 1,
      log: keepingLog(),
      deadlines,
    });
    const pid = async () =>
      (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]?.pid;
    const before = await pid();
    const fault = await unavailable(deadlines.statement, () => sql`select pg_sleep(30)`.execute(db));
    assert.match(fault.message, /statement timeout/);
    assert.equal(await pid(), before);
    await close();
  });

  test("a row locked by somebody else for too long is a fault for those who need it", async () => {
    const address = await database();
    const store = await openOn(address, { deadlines });
    const { person } = await somebody(store);
    const held = openDatabase({ connection: address, poolSize: 1, log: keepingLog(), deadlines });
    await held.db
      .transaction()
      .execute(async (trx) => {
        await trx.selectFrom("persons").select("id").forUpdate().execute();
        await unavailable(deadlines.statement, () => store.servers.add(aServer(person.id)));
      })
      // The holder itself was idle in its transaction for about as long: it may have lost its connection by now.
      .catch((error: unknown) => assert.ok(faultOf("STORE_UNAVAILABLE")(error), String(error)));
    assert.equal((await store.servers.add(aServer(person.id))).name, "web");
    await Promise.all([store.close(), held.close()]);
  });

  test("a server that does not answer at all is waited for once, by nobody after that, and found again", async () => {
    assert.ok(postgres?.pid);
    const address = await database();
    const log = keepingLog();
    // With deadlines as they are: it is not they that help.
    const store = await openOn(address, { poolSize: 2, log });
    await store.check();
    const backends = await run(postgres.connection, "select pid from pg_stat_activity where datname = $1", [
      address.database,
    ]);
    assert.ok(backends.length > 0);
    // The kernel still takes what is sent to a stopped process: only the client's own patience helps.
    const pids = [postgres.pid, ...backends.map((backend) => Number(backend.pid))];
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    try {
      const most = PATIENCE.slow + PATIENCE.probe;
      const waited = await atOnce(5, () => unavailable(most, () => store.check()));
      assert.match(waited[0]?.message ?? "", /no sign of life within 650 ms/);
      const began = performance.now();
      for (let n = 0; n < 100; n++) await unavailable(0, () => store.check());
      assert.ok(performance.now() - began < most, "those after it wait for nothing");
    } finally {
      for (const pid of pids) process.kill(pid, "SIGCONT");
    }
    await log.until("store.answers");
    await store.check();
    assert.equal(log.events.filter(({ event }) => event === "store.silent").length, 1);
    await store.close();
  });

  test("a statement that is only slow is waited for, and keeps nobody else from the store", async () => {
    const log = keepingLog();
    const { db, close } = openDatabase({
      ...{ connection: await database(), poolSize: 2, log, deadlines: DEADLINES },
      patience: { slow: 50, probe: 2_000, every: 50 },
    });
    const slow = sql<{ said: string }>`select 'late' as said, pg_sleep(0.6)`.execute(db);
    await sql`select 1`.execute(db);
    assert.equal((await slow).rows[0]?.said, "late");
    assert.deepEqual(
      log.events.filter(({ event }) => event === "store.silent"),
      [],
    );
    await close();
  });

  test("a killed server is a fault at once, and when it is back the store works, with all it was told", async () => {
    assert.ok(postgres);
    const log = keepingLog();
    const store = await openOn(await database(), { deadlines, log });
    const { account, person } = await somebody(store);
    await atOnce(10, () => store.check());
    const busy = Promise.allSettled(atTimes(50, () => store.buttons.save([aButton()])));
    await postgres.kill();
    await busy;
    await unavailable(deadlines.connection, () => store.people.actor(account, "chat"));
    await unavailable(deadlines.connection, () => store.settings.get("key"));
    await unavailable(deadlines.connection, () => store.buttons.save([aButton()]));
    await postgres.start();
    assert.deepEqual((await store.people.actor(account, "chat"))?.person, person);
    await store.buttons.save([aButton()]);
    assert.ok(log.events.some(({ event }) => event === "store.connection_lost"));
    await store.close();
  });

  test("a connection that is ended between two statements of a transaction ends nothing else", async () => {
    const address = await database();
    const { db, close } = openDatabase({ connection: address, poolSize: 2, log: keepingLog(), deadlines });
    await unavailable(deadlines.statement, () =>
      db.transaction().execute(async (trx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
        await run(address, "select pg_terminate_backend($1, 5000)", [rows[0]?.pid]);
        // The socket's end reaches this process in one of the next turns, with no statement under way.
        await run(address, "select 1");
        await sql`select 1`.execute(trx);
      }),
    );
    await sql`select 1`.execute(db);
    await close();
  });

  test("opening a store that is not there fails within the deadline and tells no secret", async () => {
    const open = (connectionString: string) =>
      openStore({
        ...{ connection: { connectionString }, clock: standingClock(), chance },
        ...{ log: keepingLog(), deadlines },
      });
    const refused = await unavailable(300, () => open("postgres://me:hunter2@127.0.0.1:1/nothing"));
    assert.match(refused.message, /ECONNREFUSED/);
    assert.doesNotMatch(shown(refused), /hunter2/);
    for (const bad of ["postgres://me:hunter2@[::1/x", "mysql://me:hunter2@host/x", "me:hunter2"]) {
      const fault = await open(bad).catch((error: unknown) => error);
      assert.ok(faultOf("STORE_UNAVAILABLE")(fault));
      assert.doesNotMatch(shown(fault), /hunter2/);
    }
  });

  test("a connection string works as the parts do", async () => {
    const { host, user, database: name } = await database();
    const connectionString = `postgres://${user}@${encodeURIComponent(host)}/${name}`;
    const store = await openStore({
      ...{ connection: { connectionString }, clock: standingClock(), chance, log: keepingLog() },
    });
    await store.check();
    await store.close();
  });
});

const atTimes = <T>(times: number, run: () => Promise<T>) => Array.from({ length: times }, run);

/** An error with its causes, as a log would have it. */
function shown(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? shown(error.cause) : "";
  return `${error instanceof Error ? error.stack : error} ${JSON.stringify(error)} ${cause}`;
}
