/** Runs of numbers, held against plain sets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chance } from "./chance.fixture.ts";
import { Ranges } from "./ranges.ts";

test("hold what sets of numbers would, whatever is added and taken out", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = chance(seed);
    const ranges = new Ranges();
    const plain = new Set<string>();
    for (let step = 0; step < 120; step++) {
      const boot = random(2) === 0 ? "a" : "b";
      const from = random(60);
      const to = from + random(12);
      const add = random(2) === 0;
      const before = plain.size;
      for (let seq = from; seq <= to; seq++) {
        if (add) plain.add(`${boot} ${seq}`);
        else plain.delete(`${boot} ${seq}`);
      }
      if (add) ranges.add({ boot, from, to });
      else assert.equal(ranges.cut({ boot, from, to }), before - plain.size);
      assert.equal(ranges.size, plain.size, `seed ${seed}`);
    }
    for (let seq = 0; seq < 75; seq++)
      for (const boot of ["a", "b"])
        assert.equal(ranges.has(boot, seq), plain.has(`${boot} ${seq}`), `seed ${seed}`);
    const others = new Ranges();
    others.add({ boot: "a", from: 10, to: 30 });
    const left = [...plain].filter(
      (one) => !(one.startsWith("a") && Number(one.slice(2)) >= 10 && Number(one.slice(2)) <= 30),
    );
    assert.equal(ranges.without(others).size, left.length);
    assert.equal(
      ranges.runs().reduce((sum, { from, to }) => sum + to - from + 1, 0),
      plain.size,
    );
  }
});
