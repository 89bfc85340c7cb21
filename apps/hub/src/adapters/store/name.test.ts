/** Names: what is kept, what is refused, and how doubles are told apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultOf } from "./contract/world.test-suite.ts";
import { isStorable, madeStorable, storableName, uniqueName } from "./name.ts";

test("a name is kept as it is or refused", () => {
  for (const good of [" ", "web", "сервер", "👩‍👩‍👧", "a\u0301", "\u202e", "\ufffd", "x".repeat(128)])
    assert.equal(storableName(good), good);
  for (const bad of ["", "\0", "a\0", "\ud83d", "\udc00x", "x".repeat(129)])
    assert.throws(() => storableName(bad), faultOf("NAME_INVALID"), JSON.stringify(bad));
});

test("what is made storable is storable, and what was is not changed", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("\0", "\ud800", "\udc00", "a", "😀") }), (text) => {
      assert.ok(isStorable(madeStorable(text)));
      if (isStorable(text)) assert.equal(madeStorable(text), text);
    }),
  );
});

test("a name gets the first number that is free", () => {
  assert.equal(uniqueName("web", []), "web");
  assert.equal(uniqueName("web", ["db", "web-2"]), "web");
  assert.equal(uniqueName("web", ["WEB", "web-2", "web-4"]), "web-3");
  assert.equal(uniqueName("web-2", ["web-2"]), "web-2-2");
});

test("a unique name differs from all others in any case, and is within the limit", () => {
  const name = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 64 }),
    fc.constantFrom("a", "A", "ß"),
  );
  fc.assert(
    fc.property(name, fc.integer({ min: 0, max: 20 }), fc.boolean(), (base, times, long) => {
      const start = long ? base.repeat(128).slice(0, 128) : base;
      if (!isStorable(start)) return;
      const taken: string[] = [];
      for (let n = 0; n <= times; n++) taken.push(uniqueName(start, taken));
      assert.equal(new Set(taken.map((one) => one.normalize("NFC").toLowerCase())).size, taken.length);
      for (const one of taken) assert.equal(storableName(one), one);
    }),
  );
});
