/** Paths shortened in the middle. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { columnsOf } from "./names.ts";
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
