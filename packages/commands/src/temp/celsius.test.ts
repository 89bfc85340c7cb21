/** Readings that can be true and those that can not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isLimit, isSensible, parseMilli, parseZone } from "./celsius.ts";
import { nameOf, numbered, partOf } from "./found.ts";
import { tempLevel, thresholdsOf } from "./measures.ts";

test("registers full of ones, empty ones and dead sensors are no temperatures", () => {
  for (const milli of [
    "-273150",
    "0",
    "127000",
    "127500",
    "128000",
    "255000",
    "-128000",
    "65261850",
    "-40000",
  ]) {
    assert.equal(isSensible(parseMilli(milli)), false, milli);
  }
  for (const milli of ["1000", "-12500", "45000\n", "105000", "125000"]) {
    assert.equal(isSensible(parseMilli(milli)), true, milli);
  }
});

test("what is no whole number is no reading, and no text makes the reader fail", () => {
  for (const text of [undefined, "", "\n", "N/A", "45.5", "0x20", "1e5", "--5", "99999999999"]) {
    assert.equal(parseMilli(text), undefined);
  }
  fc.assert(
    fc.property(fc.integer({ min: -999_999, max: 999_999 }), (milli) => {
      assert.equal(parseMilli(` ${milli}\n`), milli / 1_000);
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const celsius = parseZone(text);
      assert.ok(celsius === undefined || Number.isFinite(celsius));
      assert.ok(!/[\n\r]/.test(nameOf(text)) && nameOf(text).isWellFormed());
      assert.ok(["core", "cpu", "other"].includes(partOf(text, text)));
    }),
  );
});

test("a zone in whole degrees is understood", () => {
  assert.equal(parseZone("47"), 47);
  assert.equal(parseZone("47000"), 47);
  assert.equal(parseZone("0"), 0);
});

test("70 and 85 °C, or the sensor's own limit when it is lower", () => {
  assert.deepEqual(thresholdsOf({}), { warn: 70, bad: 85 });
  assert.deepEqual(thresholdsOf({ crit: 100 }), { warn: 70, bad: 85 });
  assert.deepEqual(thresholdsOf({ crit: 60 }), { warn: 50, bad: 60 });
  assert.deepEqual(
    [69.9, 70, 84.9, 85].map((celsius) => tempLevel({ celsius })),
    ["ok", "warn", "warn", "bad"],
  );
  assert.equal(tempLevel({ celsius: 61, crit: 60 }), "bad");
  assert.equal(isLimit(-273.15), false);
  assert.equal(isLimit(65_261.85), false);
});

test("chips come in the order of their numbers", () => {
  assert.deepEqual(numbered(["hwmon10", "hwmon2", "x", "hwmon1"], /^hwmon(\d+)$/), [
    "hwmon1",
    "hwmon2",
    "hwmon10",
  ]);
});
