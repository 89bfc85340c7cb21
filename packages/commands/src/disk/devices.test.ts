/** diskstats of odd machines: doubles, parts, wraps and resets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fakeHost } from "../kernel/fake-host.ts";
import { deviceRates, parseDiskstats, wholeDevices } from "./devices.ts";

const line = (name: string, read: number, written: number, busyMs = 0) =>
  `   8       0 ${name} 10 0 ${read} 5 20 0 ${written} 7 0 ${busyMs} 12 0 0 0 0 1 2`;

const text = [
  ["sda", 8, 8],
  ["sda1", 8, 8],
  ["nvme0n1", 8, 0],
  ["nvme0n1p1", 8, 0],
  ["nvme0c0n1", 8, 0],
  ["cciss/c0d0", 8, 8],
  ["dm-0", 8, 8],
  ["md0", 8, 8],
  ["loop3", 8, 8],
  ["zram0", 8, 8],
  ["sr0", 8, 8],
  ["zd16", 8, 8],
  ["nbd0", 0, 0],
  ["xvda1", 8, 8],
]
  .map(([name, read, written]) => line(String(name), Number(read), Number(written)))
  .join("\n");

test("whole devices that do the work are told, what is made of them is not", () => {
  const host = fakeHost({
    folders: [
      ...["sda", "nvme0n1", "nvme0c0n1", "cciss!c0d0", "loop3", "zram0", "sr0", "zd16", "nbd0", "xvda1"].map(
        (name) => `/sys/block/${name}/slaves`,
      ),
    ],
    links: { "/sys/block/dm-0/slaves/sda1": "../sda1", "/sys/block/md0/slaves/sda": "../sda" },
  });
  assert.deepEqual(wholeDevices(host, parseDiskstats(text)), ["sda", "nvme0n1", "cciss/c0d0", "xvda1"]);
});

test("without /sys parts are told by their names", () => {
  const whole = wholeDevices(fakeHost(), parseDiskstats(text));
  assert.ok(whole.includes("sda") && whole.includes("nvme0n1") && whole.includes("xvda1"));
  assert.ok(!whole.includes("sda1") && !whole.includes("nvme0n1p1"));
});

test("a sector is 512 bytes, whatever the disk's own is", () => {
  const before = { name: "sda", read: 100, written: 0, busyMs: 1_000 };
  const rates = deviceRates(before, { name: "sda", read: 300, written: 50, busyMs: 1_100 }, 400);
  assert.deepEqual(rates, { name: "sda", read: 256_000, write: 64_000, busy: 0.25 });
});

test("a wrapped counter goes on, a reset one has no rate, nor has a device just plugged in", () => {
  const wrapped = deviceRates(
    { name: "sda", read: 2 ** 32 - 10, written: 0, busyMs: 2 ** 32 - 100 },
    { name: "sda", read: 10, written: 0, busyMs: 300 },
    400,
  );
  assert.deepEqual(wrapped, { name: "sda", read: 25_600, write: 0, busy: 1 });
  const reset = deviceRates(
    { name: "sda", read: 5e9, written: 10, busyMs: 90_000 },
    { name: "sda", read: 8, written: 20, busyMs: 10 },
    400,
  );
  assert.deepEqual(reset, { name: "sda" });
  const behind = deviceRates(
    { name: "sda", read: 5e9, written: 10, busyMs: 90_000 },
    { name: "sda", read: 5e9, written: 10, busyMs: 89_996 },
    400,
  );
  assert.deepEqual(behind, { name: "sda", read: 0, write: 0 });
  assert.deepEqual(deviceRates(undefined, { name: "sdb", read: 1, written: 1, busyMs: 1 }, 400), {
    name: "sdb",
  });
  const before = { name: "sda", read: 1, written: 1, busyMs: 1 };
  assert.deepEqual(deviceRates(before, before, 0), { name: "sda" });
});

test("lines are read back as written, and no bytes make the reader fail", () => {
  const count = fc.maxSafeNat();
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z]{2,8}\d{0,2}$/),
      count,
      count,
      count,
      (name, read, written, busyMs) => {
        const device = parseDiskstats(line(name, read, written, busyMs)).get(name);
        assert.deepEqual(device, { name, read, written, busyMs, reads: 10, writes: 20 });
      },
    ),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const device of parseDiskstats(new TextDecoder().decode(bytes)).values()) {
        assert.ok(device.read >= 0 && device.written >= 0 && device.busyMs >= 0);
      }
    }),
  );
  // Kernels of old gave partitions seven fields.
  assert.equal(parseDiskstats("   8    1 sda1 1 2 3 4").size, 0);
});
