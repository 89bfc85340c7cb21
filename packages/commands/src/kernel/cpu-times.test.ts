/** /proc/stat of odd machines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type CpuTimes, parseStat, sharesBetween } from "./cpu-times.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const times = (user: number, system: number, idle: number, iowait = 0, steal?: number): CpuTimes => ({
  user,
  system,
  idle,
  iowait,
  steal,
});

test("reads totals, cores and the boot time past a long line of interrupts", () => {
  const text = `cpu  10 2 5 100 7 1 2 3 4 4\ncpu0 10 2 5 100 7 1 2 3 4 4\nintr 9${" 0".repeat(9000)}\nbtime 1700000000\n`;
  const file = parseStat(bytes(text));
  assert.deepEqual(file.total, { user: 12, system: 8, idle: 100, iowait: 7, steal: 3 });
  assert.deepEqual([...file.cores.keys()], [0]);
  assert.equal(file.bootTime, 1_700_000_000);
});

test("old kernels tell neither steal nor iowait", () => {
  assert.deepEqual(parseStat(bytes("cpu  10 2 5 100\n")).total, times(12, 5, 100));
  assert.deepEqual(parseStat(bytes("cpu  10 2 5 100 7 1 2\n")).total, times(12, 8, 100, 7));
});

test("cores that are offline leave gaps, and a line cut off is passed over", () => {
  const file = parseStat(bytes("cpu  1 0 1 1\ncpu0 1 0 1 1\ncpu3 1 0 1 1\ncpu4 1 0"));
  assert.deepEqual([...file.cores.keys()], [0, 3]);
});

test("512 cores are all read", () => {
  const lines = Array.from({ length: 512 }, (_, n) => `cpu${n} ${n} 0 0 100 0 0 0 0 0 0`);
  const file = parseStat(bytes(`cpu  1 0 0 1 0 0 0 0 0 0\n${lines.join("\n")}\n`));
  assert.equal(file.cores.size, 512);
  assert.equal(file.cores.get(511)?.user, 511);
});

test("shares of an interval add up", () => {
  const shares = sharesBetween(times(100, 50, 1000, 10, 0), times(120, 60, 1060, 15, 5));
  assert.deepEqual(shares, { usage: 35, user: 20, system: 10, iowait: 5, steal: 5 });
});

test("a counter that steps back counts as standing still; a reset tells nothing", () => {
  const shares = sharesBetween(times(100, 50, 1000, 500), times(150, 50, 1050, 490));
  assert.deepEqual(shares, { usage: 50, user: 50, system: 0, iowait: 0 });
  assert.equal(sharesBetween(times(100, 50, 1000), times(5, 1, 90)), undefined);
  assert.equal(sharesBetween(times(100, 50, 1000), times(5, 60, 90)), undefined);
  assert.equal(sharesBetween(times(100, 50, 1000), times(100, 50, 1000)), undefined);
});

test("any two readings give shares between 0 and 100, or none", () => {
  const count = fc.nat({ max: 1e12 });
  const any = fc.record({
    user: count,
    system: count,
    idle: count,
    iowait: count,
    steal: fc.option(count, { nil: undefined }),
  });
  fc.assert(
    fc.property(any, any, (before, after) => {
      const shares = sharesBetween(before, after);
      for (const value of Object.values(shares ?? {}))
        assert.ok(value >= 0 && value <= 100.000001, String(value));
    }),
  );
});

test("no bytes make it fail", () => {
  const line = fc.constantFrom(
    "cpu",
    "cpu0 ",
    "cpu999999999999999999 ",
    "btime ",
    "1 ",
    "2",
    "-",
    ".",
    " ",
    "\n",
    "\0",
  );
  const hostile = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.array(line, { maxLength: 40 }).map((parts) => bytes(parts.join(""))),
  );
  fc.assert(
    fc.property(hostile, (content) => {
      const { total, cores } = parseStat(content);
      for (const one of [total, ...cores.values()])
        assert.ok(one === undefined || Number.isFinite(one.user + one.idle));
    }),
  );
});
