/** Rates of many things over many looks: never negative, never beyond belief, and true where a step can be known. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Rates } from "./rates.ts";

const WRAP = 2 ** 32;
const bytes = { most: 1e6, wrapped: 1e5 };
const counts = { most: 1e3, wrapped: 1e3 };
const ratesOf = () => new Rates({ bytes, packets: counts });
const thing = (bytes: number, packets: number) => new Map([["eth0", { bytes, packets }]]);

test("steps are told a second, of whichever time has gone", () => {
  const rates = ratesOf();
  assert.equal(rates.since(1_000, thing(5_000, 50)).size, 0, "nothing to compare with");
  assert.deepEqual(rates.since(11_000, thing(25_000, 60)).get("eth0"), { bytes: 2_000, packets: 1 });
  assert.deepEqual(rates.since(11_500, thing(25_000, 61)).get("eth0"), { bytes: 0, packets: 2 });
  assert.equal(rates.since(11_500, thing(25_001, 62)).size, 0, "no time has gone");
});

test("what was reset, or went away and came back, is a new baseline", () => {
  const rates = ratesOf();
  rates.since(0, thing(4e9, 4e6));
  assert.equal(rates.since(10_000, thing(900, 9)).size, 0, "all of it went back");
  assert.deepEqual(rates.since(20_000, thing(1_900, 19)).get("eth0"), { bytes: 100, packets: 1 });
  rates.since(30_000, new Map());
  assert.equal(rates.since(40_000, thing(2_900, 29)).size, 0);
  assert.equal(rates.since(50_000, thing(2_900 + 1e6 * 10_001, 39)).size, 0, "further than anything goes");
  assert.equal(rates.since(60_000, thing(100, 49)).size, 0, "too much for a wrap");
});

test("one counter that began again at 32 bits goes on", () => {
  const rates = ratesOf();
  rates.since(0, thing(WRAP - 1_000, 50));
  assert.deepEqual(rates.since(10_000, thing(9_000, 60)).get("eth0"), { bytes: 1_000, packets: 1 });
  const wide = new Rates({ ns: { most: 1e9 } });
  wide.ofOne(0, { ns: WRAP - 1_000 });
  assert.deepEqual(wide.ofOne(1_000, { ns: 9_000 }), {}, "wider than 32 bits, it was reset");
});

test("whatever counters do, a rate is never negative and never beyond its bound", () => {
  const counter = fc.oneof(fc.maxSafeNat(), fc.nat(1e6), fc.integer({ min: WRAP - 1e6, max: WRAP }));
  const look = fc.record({
    ms: fc.integer({ min: -5, max: 60_000 }),
    things: fc.dictionary(fc.constantFrom("a", "b"), fc.record({ bytes: counter, packets: counter })),
  });
  fc.assert(
    fc.property(fc.array(look), (looks) => {
      const rates = ratesOf();
      let at = 0;
      for (const { ms, things } of looks) {
        at += ms;
        for (const rate of rates.since(at, new Map(Object.entries(things))).values())
          for (const [name, { most }] of Object.entries({ bytes, packets: counts })) {
            const value = rate[name as "bytes" | "packets"] ?? 0;
            assert.ok(value >= 0 && value <= most * 1_000 * (1 + 1e-9), `${name} ${value}`);
          }
      }
    }),
  );
});

test("steps that can be are found again in the rates, wraps or none", () => {
  const step = fc.record({
    ms: fc.integer({ min: 100, max: 10_000 }),
    bytes: fc.nat(1e4),
    packets: fc.nat(10),
  });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: WRAP - 1 }), fc.array(step), (start, steps) => {
      const rates = ratesOf();
      let [at, sent, packets] = [0, start, 0];
      rates.since(at, thing(sent, packets));
      for (const one of steps) {
        at += one.ms;
        sent = (sent + one.bytes) % WRAP;
        packets += one.packets;
        const rate = rates.since(at, thing(sent, packets)).get("eth0");
        assert.ok(Math.abs(((rate?.bytes ?? Number.NaN) * one.ms) / 1_000 - one.bytes) < 1e-6);
        assert.ok(Math.abs(((rate?.packets ?? Number.NaN) * one.ms) / 1_000 - one.packets) < 1e-6);
      }
    }),
  );
});
