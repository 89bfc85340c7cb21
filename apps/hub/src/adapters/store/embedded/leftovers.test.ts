/** What a killed hub or a killed PostgreSQL leaves behind is taken over or cleared, and loses nothing. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { needs } from "../../../../../../test/engines.ts";
import {
  hubLike,
  postmasterOf,
  processesIn,
  quiet,
  sql,
  temporaryFolder,
  until,
} from "./hub-like.fixture.ts";
import { runsOn } from "./postmaster.ts";
import { startEmbeddedPostgres } from "./start.ts";

test("the server of a killed hub is adopted, watched and stopped", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  const hub = await hubLike(t, dataDir);
  const pid = postmasterOf(dataDir);
  hub.kill("SIGKILL");
  await hub.exited;

  const store = await startEmbeddedPostgres(quiet(dataDir));
  assert.equal(store.adopted, true);
  assert.equal(postmasterOf(dataDir), pid);
  assert.deepEqual(await sql(store, "SELECT 1 AS one"), [{ one: 1 }]);
  await store.stop();
  assert.deepEqual(processesIn(dataDir), []);
});

test("a server of a killed hub that hangs is replaced", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  const hub = await hubLike(t, dataDir);
  const pid = postmasterOf(dataDir);
  hub.kill("SIGKILL");
  await hub.exited;
  process.kill(pid, "SIGSTOP");

  const options = quiet(dataDir);
  const store = await startEmbeddedPostgres(options);
  assert.equal(store.adopted, false);
  assert.ok(options.events.includes("store.replaced"));
  assert.notEqual(postmasterOf(dataDir), pid);
  await store.stop();
});

test("rows outlive a SIGKILL of PostgreSQL, and the hub is told of it", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  const store = await startEmbeddedPostgres(quiet(dataDir));
  const ended = Promise.withResolvers<string>();
  store.onExit(ended.resolve);
  await sql(store, "CREATE TABLE kept (id int)", "INSERT INTO kept SELECT generate_series(1, 1000)");
  process.kill(postmasterOf(dataDir), "SIGKILL");
  assert.match(await ended.promise, /has ended; see .*postgres\.log/);

  const again = await startEmbeddedPostgres(quiet(dataDir));
  assert.equal(again.adopted, false);
  assert.deepEqual(await sql(again, "SELECT count(*)::int AS rows FROM kept"), [{ rows: 1000 }]);
  await store.stop();
  assert.deepEqual(await sql(again, "SELECT 1 AS one"), [{ one: 1 }]);
  await again.stop();
});

test(
  "a pid that lives again as another process, or another's PostgreSQL, stops nothing",
  needs("procfs"),
  async (t) => {
    const root = temporaryFolder(t);
    const neighbour = await startEmbeddedPostgres(quiet(join(root, "neighbour")));
    const dataDir = join(root, "data");
    for (const recycled of [await sleeper(t), postmasterOf(join(root, "neighbour")), process.ppid]) {
      await leaveBehind(dataDir, recycled);
      const store = await startEmbeddedPostgres(quiet(dataDir));
      assert.equal(store.adopted, false);
      await store.stop();
    }
    assert.deepEqual(await sql(neighbour, "SELECT 1 AS one"), [{ one: 1 }]);
    await neighbour.stop();
  },
);

test("a zombie is dead", needs("procfs"), async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  // The child ends only when its parent is no shell any more: a shell would bury it.
  const keeper = spawn("sh", ["-c", "cat <&3 & echo $!; exec sleep 600"], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  t.after(() => keeper.kill("SIGKILL"));
  const [, said, , rope] = keeper.stdio;
  assert.ok(said && rope);
  const zombie = Number(String((await once(said, "data"))[0]));
  await until(() => readFileSync(`/proc/${keeper.pid}/comm`, "utf8") === "sleep\n");
  rope.destroy();
  await until(() => readFileSync(`/proc/${zombie}/stat`, "utf8").includes(") Z "));
  assert.equal(runsOn(zombie, dataDir), false);

  await leaveBehind(dataDir, zombie);
  const store = await startEmbeddedPostgres(quiet(dataDir));
  assert.equal(store.adopted, false);
  await store.stop();
});

test("a set-up cut short is begun again", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  mkdirSync(join(dataDir, "postgres.new-0badcafe", "base"), { recursive: true });
  writeFileSync(join(dataDir, "hub.lock"), "");
  const store = await startEmbeddedPostgres(quiet(dataDir));
  assert.deepEqual(
    readdirSync(dataDir).filter((name) => name.startsWith("postgres.new-")),
    [],
  );
  await store.stop();
});

/** Makes the folder look as if its server had died and `pid` had since been given to another process. */
async function leaveBehind(dataDir: string, pid: number): Promise<void> {
  const store = await startEmbeddedPostgres(quiet(dataDir));
  const file = join(dataDir, "postgres", "postmaster.pid");
  const socketLock = join(dataDir, "run", ".s.PGSQL.5432.lock");
  const [left, leftSocket] = [readFileSync(file, "utf8"), readFileSync(socketLock, "utf8")];
  await store.stop();
  writeFileSync(file, left.replace(/^\d+/, String(pid)), { mode: 0o600 });
  writeFileSync(socketLock, leftSocket.replace(/^\d+/, String(pid)), { mode: 0o600 });
}

async function sleeper(t: TestContext): Promise<number> {
  const child = spawn("sleep", ["600"]);
  t.after(() => child.kill("SIGKILL"));
  await once(child, "spawn");
  return child.pid ?? 0;
}
