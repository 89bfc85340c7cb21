/** The small files of /proc: memory, pressure, load and uptime, whole and broken. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fakeHost } from "./fake-host.ts";
import { parseLoad, parseUptime } from "./load.ts";
import { parseMeminfo } from "./meminfo.ts";
import { parsePressure, readPressure } from "./pressure.ts";
import { Scan } from "./scan.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("meminfo is read in bytes, whatever the order and whatever else is there", () => {
  const info = parseMeminfo(
    bytes(
      "SwapTotal: 2 kB\nMemTotal:       16 kB\nHugePages_Total: 5\nCachedX: 9 kB\nCached: 3 kB\nMemAvailable:",
    ),
  );
  assert.deepEqual(info, { swapTotal: 2048, total: 16384, cached: 3072 });
});

test("pressure is read with and without the line of all tasks", () => {
  const some = "some avg10=4.93 avg60=1.33 avg300=1.03 total=25711724\n";
  const full = "full avg10=0.50 avg60=0.00 avg300=0.00 total=0\n";
  const waits = { avg10: 4.93, avg60: 1.33, avg300: 1.03 };
  assert.deepEqual(parsePressure(bytes(some)), { some: waits });
  assert.deepEqual(parsePressure(bytes(some + full)), {
    some: waits,
    full: { avg10: 0.5, avg60: 0, avg300: 0 },
  });
  assert.equal(parsePressure(bytes("some avg10=oops\n")), undefined);
  assert.equal(readPressure(fakeHost(), "cpu"), undefined);
});

test("load and uptime", () => {
  assert.deepEqual(parseLoad(bytes("0.25 12.50 130.75 1/80 11206\n")), {
    one: 0.25,
    five: 12.5,
    fifteen: 130.75,
  });
  assert.equal(parseLoad(bytes("0.25 12.50")), undefined);
  assert.equal(parseUptime(bytes("350735.47 234388.90\n")), 350735.47);
  assert.equal(parseUptime(bytes("")), undefined);
});

test("written numbers come back", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
      const text = `\t ${whole}.${String(cents).padStart(2, "0")} rest`;
      assert.ok(Math.abs((new Scan(bytes(text)).decimal() ?? -1) - (whole + cents / 100)) < 1e-6);
    }),
  );
  assert.equal(new Scan(bytes("9".repeat(400))).number(), Number.MAX_SAFE_INTEGER);
  assert.equal(new Scan(bytes("-1")).number(), undefined);
});

test("no bytes make them fail", () => {
  const part = fc.constantFrom(
    "MemTotal:",
    "some ",
    "full ",
    "avg10=",
    "avg60=",
    "1",
    ".",
    "kB",
    " ",
    "\n",
    "-",
  );
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(part, { maxLength: 30 }).map((parts) => bytes(parts.join(""))),
  );
  fc.assert(
    fc.property(hostile, (content) => {
      for (const value of Object.values(parseMeminfo(content))) assert.ok(Number.isFinite(value));
      for (const parse of [parsePressure, parseLoad, parseUptime]) parse(content);
    }),
  );
});
