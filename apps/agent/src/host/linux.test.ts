/** The host on the real kernel: its files, its constants, and mounts that hang. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, statfsSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Space } from "@servereye/commands/agent";
import { absentDocker } from "../../../../packages/commands/src/kernel/fake-host.ts";
import { kernelConstants } from "./auxv.ts";
import { Gate } from "./gate.ts";
import { type HungMount, hungMount } from "./hung-mount.fixture.ts";
import { linuxHost } from "./linux.ts";
import { countOnline } from "./online.ts";
import { Spaces } from "./space.ts";
import { printedSpace, spaceOf } from "./statfs.ts";
import { Users, usersOf } from "./users.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const STATFS: [string, ...string[]] = [process.execPath, main, "--statfs"];
const host = linuxHost({ statfs: STATFS, docker: absentDocker() });
const folder = mkdtempSync(join(tmpdir(), "agent-host-"));
after(() => rmSync(folder, { recursive: true }));
const getconf = (name: string) => Number(execFileSync("getconf", [name], { encoding: "utf8" }));

describe("the kernel's files", () => {
  test("are read whole, at any size, into one buffer", () => {
    for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
      const path = join(folder, `f${size}`);
      writeFileSync(path, "x".repeat(size));
      assert.equal(host.peek(path)?.length, size);
    }
    writeFileSync(join(folder, "huge"), Buffer.alloc(5 * 1024 * 1024));
    assert.equal(host.peek(join(folder, "huge"))?.length, 4 * 1024 * 1024);
    const first = host.peek("/proc/self/stat");
    const second = host.peek("/proc/self/stat");
    assert.equal(first?.buffer, second?.buffer);
  });
  test("of a process and of the system are the ones cat shows", () => {
    assert.match(host.peekText(`/proc/${process.pid}/stat`) ?? "", new RegExp(`^${process.pid} \\(.*\\) R `));
    assert.equal(
      host.peekText("/proc/version"),
      execFileSync("cat", ["/proc/version"], { encoding: "utf8" }),
    );
    assert.match(host.peekText(`/proc/${process.pid}/status`) ?? "", /nonvoluntary_ctxt_switches:\t\d+\n$/);
  });
  test("that are not there, are folders, or are pipes nobody writes to, are undefined or empty at once", () => {
    execFileSync("mkfifo", [join(folder, "pipe")]);
    assert.equal(host.peek("/proc/no"), undefined);
    assert.equal(host.peekText(folder), undefined);
    assert.equal(host.peekText(join(folder, "pipe")), "");
    assert.equal(host.list("/no"), undefined);
    assert.equal(host.readLink("/proc/version"), undefined);
    symlinkSync("/nowhere", join(folder, "link"));
    assert.equal(host.readLink(join(folder, "link")), "/nowhere");
    assert.ok(host.list("/proc")?.includes(String(process.pid)));
  });
});

describe("constants", () => {
  test("are what getconf says", () => {
    assert.equal(host.ticksPerSecond, getconf("CLK_TCK"));
    assert.equal(host.pageSize, getconf("PAGESIZE"));
    assert.equal(host.processors(), getconf("_NPROCESSORS_ONLN"));
  });
  test("come from any word size, and have defaults", () => {
    const words = new Uint32Array([6, 65_536, 17, 250, 0, 0]);
    assert.deepEqual(kernelConstants(new Uint8Array(words.buffer), "arm"), {
      pageSize: 65_536,
      ticksPerSecond: 250,
    });
    assert.deepEqual(kernelConstants(undefined, "x64"), { pageSize: 4096, ticksPerSecond: 100 });
    assert.deepEqual(kernelConstants(new Uint8Array(3), "x64"), { pageSize: 4096, ticksPerSecond: 100 });
  });
  test("processors are counted from the kernel's list", () => {
    assert.deepEqual(["0", "0-3\n", "0-3,6,8-11", "", "x", undefined].map(countOnline), [
      1,
      4,
      9,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("users", () => {
  test("have the names of the machine's list, the first of a number, or the number", () => {
    assert.equal(host.userName(0), "root");
    assert.equal(host.userName(3_999_999_999), "3999999999");
    assert.deepEqual(
      [...usersOf("a:x:1:1::/:/b\nb:x:1:1\n\n:x:2\nc:x:three\nимя:x:4:4")],
      [
        [1, "a"],
        [4, "имя"],
      ],
    );
  });
  test("are read again when the list changed", () => {
    let now = 0;
    const path = join(folder, "passwd");
    writeFileSync(path, "anna:x:1000:1000::/:/bin/sh\n");
    const users = new Users(path, () => now);
    assert.equal(users.name(1000), "anna");
    appendFileSync(path, "boris:x:1001:1001::/:/bin/sh\n");
    assert.equal(users.name(1001), "1001");
    now = 1_000;
    assert.equal(users.name(1001), "boris");
    rmSync(path);
    now = 2_000;
    assert.equal(users.name(1000), "1000");
  });
});

describe("space", () => {
  test("is the kernel's, asked here or by a child", async () => {
    const kernel = spaceOf(statfsSync("/"));
    for (const remote of [false, true]) {
      const space = await host.space("/", { remote, deadlineMs: 10_000 });
      assert.ok(typeof space === "object");
      assert.equal(space.total, kernel.total);
      assert.ok(Math.abs(space.free - kernel.free) < 1024 ** 3);
      assert.equal(await host.space("/no/such", { remote, deadlineMs: 10_000 }), undefined);
    }
  });
  test("counts in fragments where they differ from blocks", () => {
    const figures = { bsize: 1_048_576, blocks: 10, bfree: 5, bavail: 4, files: 3, ffree: 2 };
    assert.equal(spaceOf({ ...figures, frsize: 4_096 }).total, 40_960);
    assert.equal(spaceOf({ ...figures, frsize: 0 }).total, 10_485_760);
  });
  test("a child that prints nonsense gives none", () => {
    for (const text of ["", "{", "[]", "null", '{"total":-1}']) assert.equal(printedSpace(text), undefined);
  });
});

test("a local mount that hangs is remembered and keeps one place; others go another way", async () => {
  let answer = (_space: Space | undefined): void => undefined;
  const hung = new Promise<Space | undefined>((resolve) => {
    answer = resolve;
  });
  let asked = 0;
  const spaces = new Spaces(STATFS, () => {
    asked++;
    return hung;
  });
  assert.equal(await spaces.of("/dead", false, 20), "hung");
  assert.equal(await spaces.of("/dead", false, 60_000), "hung");
  assert.equal(asked, 1);
  // The only place for local ones is taken, so this one is asked by a child.
  assert.equal(typeof (await spaces.of("/", false, 10_000)), "object");
  assert.equal(spaces.outstanding, 1);
  answer(undefined);
  await hung;
});

test("a gate lets no more through than it has places, and its waiters give up in time", async () => {
  const gate = new Gate(2);
  const never = new Promise<never>(() => undefined);
  let asked = 0;
  const ask = () => {
    asked++;
    return never;
  };
  const ends = await Promise.all([1, 2, 3, 4].map(() => gate.ask(10, ask)));
  assert.deepEqual(
    ends.map((end) => end.outcome),
    ["late", "late", "full", "full"],
  );
  assert.equal(asked, 2);
  assert.equal(gate.outstanding, 2);
});

/** The mount, or undefined after saying aloud why not, so that nobody takes a skip for a pass. */
async function mountOrSkip(t: TestContext): Promise<HungMount | undefined> {
  const mount = await hungMount();
  if (typeof mount !== "string") return mount;
  if (process.env.CI === "true") assert.fail(`no hung mount to test with: ${mount}`);
  process.stderr.write(`skipped: a test with a hung mount needs root and /dev/fuse (${mount})\n`);
  t.skip(mount);
  return undefined;
}

test("a mount that never answers is hung, alone, and is asked anew once it is gone", async (t) => {
  const mount = await mountOrSkip(t);
  if (mount === undefined) return;
  const ask = (path: string, deadlineMs: number) => host.space(path, { remote: true, deadlineMs });
  const [hung, fine] = await Promise.all([ask(mount.path, 1_500), ask("/", 10_000)]);
  assert.equal(hung, "hung");
  assert.equal(typeof fine, "object");
  await mount.free();
  // "hung" stays true until the child that asked is seen to have ended; then the folder is gone.
  let last = await ask(mount.path, 10_000);
  for (let tries = 0; last === "hung" && tries < 1_000; tries++) {
    await host.wait(5);
    last = await ask(mount.path, 10_000);
  }
  assert.equal(last, undefined);
});

test("a process with a thread that hangs in the kernel still ends, with its code", async (t) => {
  const mount = await mountOrSkip(t);
  if (mount === undefined) return;
  const script = `
    import { linuxHost } from ${JSON.stringify(new URL("linux.ts", import.meta.url).href)};
    import { endProcess } from ${JSON.stringify(new URL("exit.ts", import.meta.url).href)};
    const host = linuxHost({ statfs: ["/bin/false"], docker: undefined });
    const dead = await host.space(${JSON.stringify(mount.path)}, { remote: false, deadlineMs: 100 });
    const read = await host.read("/proc/version", 5_000);
    process.stdout.write([dead, host.stuck(), typeof read].join(" "));
    endProcess(0, host.stuck());`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    timeout: 20_000,
    encoding: "utf8",
  });
  await mount.free();
  assert.equal(child.stdout, "hung 1 string");
  assert.equal(child.status, 0, child.stderr);
});
