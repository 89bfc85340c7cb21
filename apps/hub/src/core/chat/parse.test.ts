/** Reading what a person wrote. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "./parse.ts";

test("commands are read with their words, whatever the case and the bot's name", () => {
  assert.deepEqual(parse("/Memory"), { command: "memory", words: [], rest: "" });
  assert.deepEqual(parse("  /memory@my_bot  web-1  x "), {
    command: "memory",
    words: ["web-1", "x"],
    rest: "web-1  x",
  });
  assert.deepEqual(parse("/start setup_aB-_9"), {
    command: "start",
    words: ["setup_aB-_9"],
    rest: "setup_aB-_9",
  });
  assert.deepEqual(parse('/rename_server "old name" «новое имя»').words, ["old name", "новое имя"]);
  assert.deepEqual(parse("/memory\nweb-1"), { command: "memory", words: ["web-1"], rest: "web-1" });
});

test("what is no command has none", () => {
  for (const text of ["memory", "/", "/мем", "/a-b c", "//x", "http://x", `/${"a".repeat(65)}`])
    assert.equal(parse(text).command, undefined, text);
  assert.deepEqual(parse("memory web-1").words, ["memory", "web-1"]);
});

test("any text at all is read without a throw, and words hold no white space unless quoted", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { words, rest } = parse(text);
      assert.ok(words.every((word) => word !== ""));
      if (!/["«“”»]/.test(rest)) assert.ok(words.every((word) => !/\s/.test(word)));
    }),
  );
});
