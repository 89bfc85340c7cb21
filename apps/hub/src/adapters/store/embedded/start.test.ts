/** A private PostgreSQL that starts, starts again, says why it cannot, and ends. */
import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { needs } from "../../../../../../test/engines.ts";
import { installedBinaries } from "./binaries.ts";
import { StoreStartFault } from "./fault.ts";
import {
  hubLike,
  postmasterOf,
  processesIn,
  quiet,
  sql,
  temporaryFolder,
  until,
} from "./hub-like.fixture.ts";
import { startEmbeddedPostgres } from "./start.ts";

test("first and warm start: rows stay, nothing is left running, no TCP, the folders are closed", async (t) => {
  const dataDir = join(temporaryFolder(t), 'data, "with" spaces');
  const told: string[] = [];
  const first = await startEmbeddedPostgres({ ...quiet(dataDir), progress: (text) => told.push(text) });
  assert.match(first.version, /^18\./);
  assert.equal(first.adopted, false);
  assert.deepEqual(told, ["Setting up the private PostgreSQL (first start only)"]);
  await sql(first, "CREATE TABLE kept (id int)", "INSERT INTO kept VALUES (7)");
  const shown = await sql(
    first,
    `SELECT name, setting FROM pg_settings WHERE name IN
       ('listen_addresses', 'fsync', 'synchronous_commit', 'data_checksums', 'server_encoding', 'max_wal_size')`,
  );
  assert.deepEqual(Object.fromEntries(shown.map((row) => [row.name, row.setting])), {
    listen_addresses: "",
    fsync: "on",
    synchronous_commit: "on",
    data_checksums: "on",
    server_encoding: "UTF8",
    max_wal_size: "256",
  });
  for (const name of ["", "postgres", "run"]) assert.equal(statSync(join(dataDir, name)).mode & 0o077, 0);
  await first.stop();
  await first.stop();
  assert.deepEqual(processesIn(dataDir), []);

  const began = performance.now();
  const again = await startEmbeddedPostgres(quiet(dataDir));
  t.diagnostic(`warm start: ${Math.round(performance.now() - began)} ms`);
  assert.deepEqual(await sql(again, "SELECT id FROM kept"), [{ id: 7 }]);
  await again.stop();
});

test("PostgreSQL sees none of the hub's secrets", needs("procfs"), async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  t.after(() => delete process.env.TELEGRAM_BOT_TOKEN);
  process.env.TELEGRAM_BOT_TOKEN = "1:not-for-others";
  const store = await startEmbeddedPostgres(quiet(dataDir));
  assert.doesNotMatch(readFileSync(`/proc/${postmasterOf(dataDir)}/environ`, "utf8"), /not-for-others/);
  await store.stop();
});

test("Ctrl-C reaches the hub alone, which still writes and then stops all of it", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  const hub = await hubLike(t, dataDir);
  process.kill(-hub.pid, "SIGINT");
  assert.deepEqual(await hub.next(), { flushed: true });
  assert.deepEqual(await hub.exited, [0, null]);
  assert.deepEqual(processesIn(dataDir), []);
});

test("a server that hangs is ended within 1.5 s", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  const store = await startEmbeddedPostgres(quiet(dataDir));
  process.kill(postmasterOf(dataDir), "SIGSTOP");
  const began = performance.now();
  await store.stop();
  assert.ok(performance.now() - began < 1_500);
  await until(() => processesIn(dataDir).length === 0);
});

test("a path too long for a socket gets one in the temporary folder", async (t) => {
  const dataDir = join(temporaryFolder(t), "x".repeat(60), "ы".repeat(40));
  const store = await startEmbeddedPostgres(quiet(dataDir));
  t.after(() => rmSync(store.connection.host, { recursive: true }));
  assert.ok(store.connection.host.startsWith(join(tmpdir(), "servereye-")));
  assert.equal(statSync(store.connection.host).mode & 0o777, 0o700);
  assert.deepEqual(await sql(store, "SELECT 1 AS one"), [{ one: 1 }]);
  await store.stop();
});

test("a folder keeps the major it was made with", needs("postgres15"), async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  const old = () => installedBinaries().filter((one) => one.major === 15);
  const { usableAccounts } = await import("./account.ts");
  const made = await startEmbeddedPostgres(quiet(dataDir), { accounts: usableAccounts, installed: old });
  assert.match(made.version, /^15\.\d+$/);
  await made.stop();
  const again = await startEmbeddedPostgres(quiet(dataDir));
  assert.match(again.version, /^15\./);
  await again.stop();
});

test("a folder that is not whole, or of a major that is not here, is told apart and left alone", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  await (await startEmbeddedPostgres(quiet(dataDir))).stop();
  const version = join(dataDir, "postgres", "PG_VERSION");
  const faults: [string, RegExp][] = [
    ["99\n", /made by PostgreSQL 99, and its programs are not here \(found: 18/],
    ["\u0000\u0001", /PG_VERSION that is not a version/],
    ["", /PG_VERSION that is not a version/],
  ];
  for (const [written, words] of faults) {
    writeFileSync(version, written);
    await assert.rejects(
      startEmbeddedPostgres(quiet(dataDir)),
      (error: unknown) => error instanceof StoreStartFault && words.test(error.message),
    );
  }
  rmSync(version);
  await assert.rejects(startEmbeddedPostgres(quiet(dataDir)), /has no readable PG_VERSION/);
  writeFileSync(version, "18\n");
  await (await startEmbeddedPostgres(quiet(dataDir))).stop();
});

test("a server that cannot start is quoted", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  await (await startEmbeddedPostgres(quiet(dataDir))).stop();
  truncateSync(join(dataDir, "postgres", "global", "pg_control"), 10);
  await assert.rejects(startEmbeddedPostgres(quiet(dataDir)), (error: unknown) => {
    assert.ok(error instanceof StoreStartFault);
    assert.match(
      error.message,
      /could not start \(ended with SIGABRT\)\. PANIC.*pg_control.*postgres\.log.*DATABASE_URL/,
    );
    return true;
  });
  assert.deepEqual(processesIn(dataDir), []);
});
