/** The server key: made once, kept, and refused when it is not private. */
import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { SERVER_KEY } from "@servereye/contract";
import { MemoryDisk } from "./disk.fixture.ts";
import { nodeDisk } from "./host/files.ts";
import { StartRefused, serverKey } from "./key.ts";
import { lineLog } from "./log.ts";
import { readPin, writePin } from "./pin.ts";

const TEXT = `srv_${"ab".repeat(32)}\n`;

describe("on a real disk", () => {
  let folder: string;
  const user = process.getuid?.() ?? -1;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "agent-key-"));
  });
  after(() => rm(folder, { recursive: true }));

  test("is made with mode 600 and is the same at the next start", async () => {
    const path = join(folder, "server.key");
    const first = await serverKey(nodeDisk, path, user);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.match((await readFile(path, "utf8")).trim(), SERVER_KEY);
    const second = await serverKey(nodeDisk, path, user);
    assert.deepEqual([first.created, second.created], [true, false]);
    assert.equal(second.identity.serverId, first.identity.serverId);
  });

  test("two agents that start at once end with one key", async () => {
    const path = join(folder, "shared.key");
    const made = await Promise.allSettled([1, 2, 3].map(() => serverKey(nodeDisk, path, user)));
    const ids = made.flatMap((one) => (one.status === "fulfilled" ? [one.value.identity.serverId] : []));
    assert.equal(new Set(ids).size, 1);
    assert.ok(made.every((one) => one.status === "fulfilled" || one.reason instanceof StartRefused));
  });

  test("is refused when the group or others can read it", async () => {
    const path = join(folder, "open.key");
    await writeFile(path, TEXT);
    for (const mode of [0o644, 0o640, 0o604, 0o620]) {
      await chmod(path, mode);
      await assert.rejects(serverKey(nodeDisk, path, user), /chmod 600/);
    }
    await chmod(path, 0o400);
    assert.equal((await serverKey(nodeDisk, path, user)).created, false);
  });

  test("the pin is written whole, and a damaged one is refused", async () => {
    const path = join(folder, "hub.json");
    assert.equal(await readPin(nodeDisk, path), undefined);
    const pin = { hubKey: "k".repeat(43), serverId: "0".repeat(32) };
    await writePin(nodeDisk, path, pin);
    assert.deepEqual(await readPin(nodeDisk, path), pin);
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    await writeFile(path, '{"hubKey":');
    await assert.rejects(readPin(nodeDisk, path), StartRefused);
  });
});

describe("in the system's folder", () => {
  const path = "/etc/servereye/server.key";
  test("is root's, and the service's group may read it", async () => {
    const disk = new MemoryDisk();
    assert.equal((await serverKey(disk, path, 0)).created, true);
    assert.equal(disk.files.get(path)?.mode, 0o640);
    assert.equal((await serverKey(disk, path, 990)).created, false);
  });
  test("others may not, nor may the group write", async () => {
    for (const mode of [0o644, 0o660]) {
      const disk = new MemoryDisk();
      disk.put(path, TEXT, mode, 0);
      await assert.rejects(serverKey(disk, path, 990), StartRefused);
    }
  });
  test("another user's key is refused", async () => {
    const disk = new MemoryDisk();
    disk.put("/home/x/server.key", TEXT, 0o600, 1001);
    await assert.rejects(serverKey(disk, "/home/x/server.key", 1000), /belongs to another user/);
  });
});

test("text that is no key is refused without being shown", async () => {
  const disk = new MemoryDisk();
  disk.put("/k", "srv_secretbutbroken", 0o600, 1000);
  await assert.rejects(serverKey(disk, "/k", 1000), (error: Error) => !error.message.includes("secretbut"));
});

test("a key that got into a log field is not printed", () => {
  for (const friendly of [true, false]) {
    const lines: string[] = [];
    lineLog((line) => lines.push(line), { friendly, now: () => 0 }).error("x", { reason: `bad ${TEXT}` });
    assert.doesNotMatch(lines.join(""), /abab/);
    assert.equal(lines.length, 1);
  }
});
