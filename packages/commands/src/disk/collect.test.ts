/** disk at the agent: which filesystems of odd machines are told, and this very machine against df(1). */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type AnswerOf, Fault } from "@servereye/contract";
import type { Host, Space } from "../host.ts";
import { type FakeMachine, fakeHost } from "../kernel/fake-host.ts";
import { realHost } from "../kernel/real-host.ts";
import { diskCollector } from "./collect.ts";
import { disk, MOST_FILESYSTEMS } from "./contract.ts";
import { usedPercent } from "./measures.ts";

const GIB = 2 ** 30;
const gib = (total: number, free: number, inodes = 1_000): Space => ({
  total: total * GIB,
  free: free * GIB,
  available: free * GIB,
  inodes,
  inodesFree: inodes,
});

/** The collector's answer, through the schema as the hub reads it. */
const collect = async (host: Host): Promise<AnswerOf<typeof disk>> =>
  disk.answer.parse(await diskCollector.collect({}, host));

const machine = (mounts: string, spaces: FakeMachine["spaces"] = {}, files: Record<string, string> = {}) =>
  fakeHost({ files: { "/proc/self/mountinfo": mounts.trim(), ...files }, spaces });

const points = ({ filesystems }: AnswerOf<typeof disk>) => filesystems.map(({ mountPoint }) => mountPoint);

test("an ordinary machine: disks once, no tmpfs, snaps, overlays of containers or binds", async () => {
  const host = machine(
    `
22 27 0:21 / /proc rw - proc proc rw
24 27 0:6 / /dev rw - devtmpfs udev rw
25 27 0:24 / /run rw - tmpfs tmpfs rw
27 1 8:2 / / rw - ext4 /dev/sda2 rw
30 27 8:1 / /boot/efi rw - vfat /dev/sda1 rw
31 27 7:0 / /snap/core/1 ro - squashfs /dev/loop0 ro
32 27 8:17 / /mnt/мои\\040файлы rw - xfs /dev/sdb1 rw
33 27 8:17 /www /var/www rw - xfs /dev/sdb1 rw
34 27 0:60 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw
35 27 0:61 / /mnt/auto rw - autofs systemd-1 rw
36 27 0:62 / /run/user/0/gvfs rw - fuse.gvfsd-fuse gvfsd-fuse rw`,
    { "/": gib(100, 50), "/boot/efi": gib(1, 0.9, 0), "/mnt/мои файлы": gib(10, 1) },
  );
  const answer = await collect(host);
  assert.deepEqual(points(answer), ["/mnt/мои файлы", "/", "/boot/efi"]);
  assert.equal(answer.filesystems[0]?.also, 1);
  const efi = answer.filesystems[2]?.space;
  assert.ok(typeof efi === "object" && efi.inodes === undefined);
});

test("of several mounts of one disk the root stands for it, else that of the whole disk, else the shortest or first", async () => {
  const chosen = async (mounts: string) => {
    const fake = machine(mounts);
    return points(await collect({ ...fake, space: async () => gib(10, 5) }));
  };
  const bind = "1 0 8:1 /sub /b rw - ext4 /dev/sda1 rw";
  assert.deepEqual(await chosen(`${bind}\n2 0 8:1 / /srv/whole rw - ext4 /dev/sda1 rw`), ["/srv/whole"]);
  assert.deepEqual(await chosen(`${bind}\n2 0 8:1 /@ / rw - ext4 /dev/sda1 rw`), ["/"]);
  assert.deepEqual(await chosen(`${bind}\n2 0 8:1 /x /a/longer rw - ext4 /dev/sda1 rw`), ["/b"]);
  assert.deepEqual(await chosen(`2 0 8:1 /x /a/longer rw - ext4 /dev/sda1 rw\n${bind}`), ["/b"]);
  const nas = (id: number, at: string) => `${id} 0 0:${id} / ${at} rw - nfs4 nas:/srv rw`;
  assert.deepEqual(await chosen(`${nas(1, "/mnt/nas")}\n${nas(2, "/nas")}\n${nas(3, "/mnt/n")}`), [
    "/mnt/nas",
  ]);
});

test("used is counted as df does: what is kept for root is not free", async () => {
  const space = { total: 100 * GIB, free: 15 * GIB, available: 10 * GIB, inodes: 10, inodesFree: 4 };
  const answer = await collect(machine("1 0 8:1 / / rw - ext4 /dev/sda1 rw", { "/": space }));
  const root = answer.filesystems[0]?.space;
  assert.ok(typeof root === "object");
  assert.equal(usedPercent(root).toFixed(3), ((85 / 95) * 100).toFixed(3));
  assert.deepEqual(root.inodes, { total: 10, used: 6 });
});

test("a network mount that hangs is told so, and nobody waits for it", async () => {
  const mounts = `
1 0 8:1 / / rw - ext4 /dev/sda1 rw
2 1 0:50 / /mnt/nas rw - nfs4 nas:/srv rw
3 1 0:51 / /mnt/ssh rw - fuse.sshfs me@far:/ rw
4 1 0:52 / /mnt/win rw - cifs //win/share rw`;
  const fake = machine(mounts, { "/": gib(10, 5), "/mnt/ssh": gib(20, 19), "/mnt/win": gib(0, 0) });
  const asked: string[] = [];
  let letGo = () => {};
  const hung = new Promise<"hung">((resolve) => {
    letGo = () => resolve("hung");
  });
  const host: Host = {
    ...fake,
    space: (mountPoint, options) => {
      asked.push(`${mountPoint} ${options.remote ? "remote" : "local"} ${options.deadlineMs > 0}`);
      // Only the last question ends the first: had the collector asked one after another, it would stand still.
      if (mountPoint === "/mnt/win") letGo();
      return mountPoint === "/mnt/nas" ? hung : fake.space(mountPoint, options);
    },
  };
  const answer = await collect(host);
  assert.deepEqual(asked, [
    "/ local true",
    "/mnt/nas remote true",
    "/mnt/ssh remote true",
    "/mnt/win remote true",
  ]);
  assert.deepEqual(
    answer.filesystems.map(({ mountPoint, remote, space }) => [
      mountPoint,
      remote,
      typeof space === "object" ? "known" : space,
    ]),
    [
      ["/mnt/nas", true, "hung"],
      ["/", false, "known"],
      ["/mnt/ssh", true, "known"],
      ["/mnt/win", true, "unreadable"],
    ],
  );
});

test("in a container the root is told though it is layers, and the disk below it not again", async () => {
  const mounts = `
1 0 0:90 / / rw - overlay overlay rw,lowerdir=/a
2 1 0:91 / /proc rw - proc proc rw
3 1 8:1 /docker/c/hosts /etc/hosts rw - ext4 /dev/sda1 rw
4 1 8:1 /docker/volumes/v /data rw - ext4 /dev/sda1 rw
5 1 8:17 / /big rw - ext4 /dev/sdb1 rw`;
  const below = gib(100, 40);
  const answer = await collect(
    machine(mounts, { "/": below, "/data": { ...below, free: below.free - 4_096 }, "/big": gib(200, 40) }),
  );
  assert.deepEqual(
    answer.filesystems.map(({ mountPoint, type }) => `${mountPoint} ${type}`),
    ["/big ext4", "/ overlay"],
  );
});

test("btrfs is one line a device, ZFS one a pool, a dataset with its own quota by itself", async () => {
  const mounts = `
1 0 0:30 /@ / rw - btrfs /dev/sda2 rw,subvol=/@
2 1 0:30 /@home /home rw - btrfs /dev/sda2 rw,subvol=/@home
3 1 0:31 / /tank rw - zfs tank rw
4 3 0:32 / /tank/db rw - zfs tank/db rw
5 3 0:33 / /tank/mail rw - zfs tank/mail rw`;
  const answer = await collect(
    machine(mounts, {
      "/": gib(100, 50, 0),
      "/tank": gib(800, 799),
      "/tank/db": gib(900, 799),
      "/tank/mail": gib(10, 0.5),
    }),
  );
  assert.deepEqual(
    answer.filesystems.map(({ mountPoint, source, also, space }) => [
      mountPoint,
      source,
      also,
      typeof space === "object" && Math.round(space.used / GIB),
    ]),
    [
      ["/tank/mail", "tank/mail", 0, 10],
      ["/", "/dev/sda2", 1, 50],
      ["/tank", "tank", 1, 102],
    ],
  );
});

test("many filesystems: the fullest stay, and the root; the others are counted", async () => {
  const spaces: Record<string, Space> = { "/": gib(100, 99) };
  const lines = ["1 0 8:1 / / rw - ext4 /dev/sda1 rw"];
  for (let i = 0; i < 50; i++) {
    lines.push(`${i + 2} 1 9:${i} / /d${i} rw - ext4 /dev/d${i} rw`);
    spaces[`/d${i}`] = gib(100, 90 - i);
  }
  const answer = await collect(machine(lines.join("\n"), spaces));
  assert.equal(answer.filesystems.length, MOST_FILESYSTEMS);
  assert.equal(answer.filesystemsLeft, 51 - MOST_FILESYSTEMS);
  assert.equal(points(answer)[0], "/d49");
  assert.equal(points(answer).at(-1), "/");
});

test("rates are of what happened between the two looks", async () => {
  const stats = (read: number) => `   8  0 sda 1 0 ${read} 1 1 0 80 1 0 ${read} 1 1`;
  const host = machine(
    "1 0 8:1 / / rw - ext4 /dev/sda1 rw",
    { "/": gib(1, 1) },
    { "/proc/diskstats": stats(1_000) },
  );
  host.after(200, (h) => h.put("/proc/diskstats", `${stats(1_100)}\n   8 16 sdb 1 0 5 1 1 0 5 1 0 1 1 1`));
  const answer = await collect(host);
  assert.deepEqual(answer.devices, [
    { name: "sda", read: (100 * 512 * 1_000) / answer.intervalMs, write: 0, busy: 100 / answer.intervalMs },
    { name: "sdb" },
  ]);
});

test("where there is no mountinfo, that is said", async () => {
  await assert.rejects(diskCollector.collect({}, fakeHost()), (error: unknown) => {
    assert.ok(error instanceof Fault);
    assert.equal(error.code, "UNSUPPORTED");
    return true;
  });
});

test("this machine: the same as df(1) says, and every disk that df knows", async () => {
  const answer = await collect(realHost());
  const df = new Map<
    string,
    { device: string; total: number; used: number; available: number; percent: number }
  >();
  for (const row of execFileSync("df", ["-P", "-k"], { encoding: "utf8", env: { LC_ALL: "C" } })
    .split("\n")
    .slice(1)) {
    const [, device, total, used, available, percent, point] =
      /^(\S+) +(\d+) +(\d+) +(\d+) +(\d+)% (.+)$/.exec(row) ?? [];
    if (device === undefined || point === undefined) continue;
    df.set(point, {
      device,
      total: Number(total) * 1_024,
      used: Number(used) * 1_024,
      available: Number(available) * 1_024,
      percent: Number(percent),
    });
  }
  assert.ok(answer.filesystems.length > 0);
  // Other processes write meanwhile.
  const drift = 512 * 2 ** 20;
  for (const { mountPoint, space } of answer.filesystems) {
    const theirs = df.get(mountPoint);
    assert.ok(theirs && typeof space === "object", mountPoint);
    assert.ok(Math.abs(space.total - theirs.total) <= 1_024);
    assert.ok(Math.abs(space.used - theirs.used) < drift);
    assert.ok(Math.abs(space.available - theirs.available) < drift);
    // df rounds up.
    const slack = (drift / (space.used + space.available)) * 100 + 0.01;
    assert.ok(
      usedPercent(space) <= theirs.percent + slack && usedPercent(space) > theirs.percent - 1 - slack,
    );
  }
  const told = new Set(answer.filesystems.map(({ source }) => source));
  for (const [point, { device }] of df) {
    if (
      /^\/dev\/(?!loop)/.test(device) &&
      !answer.filesystems.some(({ mountPoint }) => mountPoint === point)
    ) {
      assert.ok(told.has(device), `${device} on ${point} is missing`);
    }
  }
  for (const device of answer.devices) {
    const sectors = readFileSync(`/sys/block/${device.name.replaceAll("/", "!")}/stat`, "utf8")
      .trim()
      .split(/ +/);
    assert.ok(Number(sectors[2]) + Number(sectors[6]) > 0);
    assert.ok((device.read ?? 0) >= 0 && (device.write ?? 0) >= 0 && (device.busy ?? 0) <= 1);
  }
});
