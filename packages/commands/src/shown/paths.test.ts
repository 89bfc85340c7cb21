/** Paths shortened in the middle. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { columnsOf, fitName } from "./names.ts";
import { fitPath } from "./paths.ts";

test("a long path keeps both ends", () => {
  assert.equal(fitPath("/srv", 10), "/srv");
  assert.equal(fitPath("/var/lib/docker/volumes/db/_data", 16), "/var/…s/db/_data");
  assert.equal(fitPath("/данные/почта/архив", 12), "/да…та/архив");
  assert.equal(fitPath("/a\nb", 10), "/a·b");
});

test("whatever the path, it fits and no character is cut apart", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 3, max: 40 }), (path, columns) => {
      const shown = fitPath(path, columns);
      assert.ok(columnsOf(shown) <= columns, shown);
      assert.ok(shown.isWellFormed());
      assert.ok(!shown.includes("\n"));
    }),
  );
});

test("a megabyte of name costs no more than a long one", () => {
  for (const unit of ["a", "e\u0301", "\u0301", "👨‍👩‍👧", "\u200b", "\ud83d"]) {
    const hostile = unit.repeat(1_000_000 / unit.length);
    const began = process.cpuUsage();
    for (const shown of [fitPath(hostile, 20), fitName(hostile, 20)]) {
      assert.ok(columnsOf(shown) <= 20, shown);
      assert.ok(shown.length < 2_000, `${shown.length}`);
      assert.ok(shown.isWellFormed());
    }
    const { user, system } = process.cpuUsage(began);
    // Looking at all of it took 150 to 800 ms.
    assert.ok(user + system < 75_000, `${user + system} µs for ${JSON.stringify(unit)}`);
  }
});
