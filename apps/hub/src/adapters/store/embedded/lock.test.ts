/** One hub a data folder, by whatever name it is reached and however the holder dies. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { needs } from "../../../../../../test/engines.ts";
import { DataFolderLocked, StoreStartFault } from "./fault.ts";
import { hubLike, processesIn, quiet, temporaryFolder } from "./hub-like.fixture.ts";
import { lockDataFolder } from "./lock.ts";
import { startEmbeddedPostgres } from "./start.ts";

test("a folder is made, closed to others, and held once", (t) => {
  const dataDir = join(temporaryFolder(t), "a", "b");
  const lock = lockDataFolder(dataDir);
  assert.equal(statSync(dataDir).mode & 0o777, 0o700);
  assert.throws(
    () => lockDataFolder(dataDir),
    (error: unknown) => error instanceof DataFolderLocked && error.pid === process.pid,
  );
  lock.release();
  lock.release();
  lockDataFolder(dataDir).release();
});

test("a second hub is refused by another name of the folder, with the first one's pid, before it touches anything", async (t) => {
  const root = temporaryFolder(t);
  symlinkSync(join(root, "data"), join(root, "alias"));
  const hub = await hubLike(t, join(root, "data"));
  const before = readdirSync(join(root, "data"));
  const began = performance.now();
  await assert.rejects(startEmbeddedPostgres(quiet(join(root, "alias"))), (error: unknown) => {
    assert.ok(error instanceof DataFolderLocked && error instanceof StoreStartFault);
    assert.equal(error.pid, hub.pid);
    assert.match(error.message, new RegExp(`process ${hub.pid}.*SERVEREYE_DATA_DIR`));
    return true;
  });
  assert.ok(performance.now() - began < 1_000);
  assert.deepEqual(readdirSync(join(root, "data")), before);
});

test("of many that start at once after a SIGKILL exactly one gets the folder", async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  const first = await hubLike(t, dataDir);
  first.kill("SIGKILL");
  await first.exited;
  const hubs = await Promise.all(Array.from({ length: 5 }, () => hubLike(t, dataDir)));
  assert.equal(hubs.filter((hub) => "adopted" in hub.first).length, 1);
  assert.equal(hubs.filter((hub) => hub.first.refused === "DataFolderLocked").length, 4);
});

test("a lock given to the store stays the giver's", async (t) => {
  const lock = lockDataFolder(join(temporaryFolder(t), "data"));
  const store = await startEmbeddedPostgres({ ...quiet(lock.dataDir), lock });
  await store.stop();
  assert.throws(() => lockDataFolder(lock.dataDir), DataFolderLocked);
  lock.release();
  assert.deepEqual(processesIn(lock.dataDir), []);
});

test("a folder that holds something else keeps its mode", (t) => {
  const root = temporaryFolder(t);
  writeFileSync(join(root, "somebody's"), "");
  lockDataFolder(root).release();
  assert.equal(statSync(root).mode & 0o777, 0o755);
});

test("a file in the folder's place is a fault that names the variable", (t) => {
  const file = join(temporaryFolder(t), "file");
  writeFileSync(file, "");
  assert.throws(
    () => lockDataFolder(file),
    (error: unknown) => error instanceof StoreStartFault && /SERVEREYE_DATA_DIR/.test(error.message),
  );
});

test("a folder of another account is a fault that says so", needs("root"), async (t) => {
  const dataDir = join(temporaryFolder(t), "data");
  mkdirSync(dataDir);
  chmodSync(dataDir, 0o700);
  const hub = await hubLike(t, dataDir, { uid: 65_534, gid: 65_534 });
  assert.equal(hub.first.refused, "StoreStartFault");
  assert.match(String(hub.first.message), /account that owns it/);
});
