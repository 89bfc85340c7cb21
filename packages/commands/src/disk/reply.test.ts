/** disk on a phone, in both languages. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnswerOf } from "@servereye/contract";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { idsOf, translatorOf } from "../shown/translator.ts";
import type { DiskSpace, disk, Filesystem } from "./contract.ts";
import { messages } from "./messages.ts";
import { diskReading } from "./reply.ts";

const GIB = 2 ** 30;
const space = (total: number, used: number, inodes?: DiskSpace["inodes"]): DiskSpace => ({
  total: total * GIB,
  used: used * GIB,
  available: (total - used) * GIB,
  ...(inodes ? { inodes } : {}),
});
const filesystem = (
  mountPoint: string,
  type: string,
  space: Filesystem["space"],
  more: Partial<Filesystem> = {},
): Filesystem => ({ mountPoint, type, source: "x", remote: false, readOnly: false, also: 0, ...more, space });

const view = (language: "en" | "ru", answer: Partial<AnswerOf<typeof disk>>) =>
  diskReading.reply(
    { filesystems: [], filesystemsLeft: 0, devices: [], devicesLeft: 0, intervalMs: 400, ...answer },
    { t: translatorOf(language, messages), language, server: { id: "1", name: "web-1" }, now: 0, tookMs: 1 },
    {},
  );
const lines = (language: "en" | "ru", answer: Partial<AnswerOf<typeof disk>>) =>
  phoneLines(view(language, answer));

const odd: Partial<AnswerOf<typeof disk>> = {
  filesystems: [
    filesystem("/", "ext4", space(50, 20, { total: 3_276_800, used: 2_690_000 })),
    filesystem("/srv/media", "cifs", space(7400, 6200), { remote: true }),
    filesystem("/var/lib/docker/volumes/почта\nданные/_data", "ext4", space(200, 188), { readOnly: true }),
    filesystem("/mnt/nas", "nfs4", "hung", { remote: true }),
    filesystem("/mnt/cloud", "fuse.rclone", "unreadable", { remote: true }),
  ],
  filesystemsLeft: 2,
  devices: [{ name: "nvme0n1", read: 118e6, write: 2.3e6, busy: 0.97 }, { name: "sda" }],
  devicesLeft: 5,
};

test("the worst comes first, with a dot by its threshold, and nothing is wider than a phone", () => {
  assert.deepEqual(
    lines("en", odd).filter((line) => line !== ""),
    [
      "💾 Disks · web-1",
      "🔴 /mnt/nas: does not answer (nfs4)",
      "/mnt/cloud: tells no size (fuse.rclone)",
      "/var…ные/_data · ext4, read-only · 200.0 GiB",
      "🔴 ▰▰▰▰▰▰▰▰▰▱ 94 % 12.0 GiB free",
      "/srv/media · cifs, network · 7.2 TiB",
      "🟡 ▰▰▰▰▰▰▰▰▱▱ 83.8 % 1.2 TiB free",
      "/ · ext4 · 50.0 GiB",
      "🟢 ▰▰▰▰▱▱▱▱▱▱ 40 % 30.0 GiB free",
      "2 more filesystems, less full than these",
      "Inodes used",
      "🟡 /: 82.1 % of 3.3 M",
      "Activity now",
      "Device          Read      Write",
      "nvme0n1  112.5 MiB/s  2.2 MiB/s",
      "sda                –          –",
      "🔴 nvme0n1 busy: 97 %",
      "5 quieter devices not shown",
    ],
  );
});

test("Russian has its plurals and fits as well", () => {
  const text = lines("ru", odd);
  assert.ok(text.includes("🔴 /mnt/nas: не отвечает (nfs4)"));
  assert.ok(text.includes("Ещё 2 файловые системы, заполнены меньше этих"));
  assert.ok(text.includes("Не показано 5 менее занятых устройств"));
  assert.ok(
    lines("ru", { ...odd, filesystemsLeft: 21 }).includes("Ещё 21 файловая система, заполнена меньше этих"),
  );
  for (const line of text.filter((l) => /^[🔴🟡🟢]/u.test(l))) assert.ok(columnsOf(line) <= 36, line);
});

test("beyond the first eight a filesystem has one line, beyond sixteen it is counted, the root stays", () => {
  const many = Array.from({ length: 30 }, (_, i) =>
    filesystem(`/very/long/place/number-${i}`, "xfs", space(10, 9)),
  );
  const text = lines("en", { filesystems: [...many, filesystem("/", "ext4", space(10, 1))] });
  assert.equal(text.filter((line) => line.includes("▰")).length, 16);
  assert.ok(text.includes("🟢 ▰▱▱▱▱▱▱▱▱▱ / 10 %"));
  assert.ok(text.includes("15 more filesystems, less full than these"));
  for (const line of text.slice(0, -1)) assert.ok(columnsOf(line) <= 35, line);
});

test("a root in layers or in memory is called that", () => {
  const noteOf = (type: string) =>
    lines("en", { filesystems: [filesystem("/", type, space(10, 1))] }).join("\n");
  assert.match(noteOf("overlay"), /layers over another disk/);
  assert.match(noteOf("tmpfs"), /lies in memory/);
  assert.doesNotMatch(noteOf("ext4"), /layers|memory/);
  assert.ok(lines("en", {}).includes("No disk of its own can be seen from here."));
});

test("every word stands in both languages, and the menu line is short enough", () => {
  assert.deepEqual(idsOf(messages.en), idsOf(messages.ru));
  for (const language of ["en", "ru"] as const) {
    assert.ok(translatorOf(language, messages)("disk-about").length <= 60);
  }
});
