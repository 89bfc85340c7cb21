/** Percentiles by their definition, and tables that only ever change between their markers. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { root } from "./folder.ts";
import { replaced } from "./page.ts";
import { median, percentile, summary } from "./summary.ts";

test("a percentile is a value that occurred, with that share of all at or below it", () => {
  assert.equal(percentile([5, 1, 4, 2, 3], 0.5), 3);
  assert.equal(median([4, 1, 3, 2]), 2);
  assert.deepEqual(summary([7]), { count: 1, p50: 7, p99: 7, max: 7 });
  assert.ok(Number.isNaN(percentile([], 0.5)));
  const values = fc.array(fc.integer(), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
      const found = percentile(all, share);
      assert.ok(all.includes(found));
      assert.ok(all.filter((value) => value <= found).length >= share * all.length - 1e-9);
      assert.ok(all.filter((value) => value < found).length < share * all.length + 1e-9);
    }),
  );
});

test("every bench has its place in docs/performance.md, and only that place is written", () => {
  const page = readFileSync(join(root, "docs/performance.md"), "utf8");
  for (const name of ["round-trip", "store", "agent", "start"]) {
    const once = replaced(page, name, "new words");
    assert.match(once, /made by the bench -->\n\nnew words\n\n<!-- \//);
    assert.equal(replaced(once, name, "new words"), once);
    const [before = "", after = ""] = once.split("new words");
    assert.ok(page.startsWith(before.trimEnd()) && page.endsWith(after.trimStart()));
  }
  assert.throws(() => replaced(page, "other", "words"), /no place for other/);
});
