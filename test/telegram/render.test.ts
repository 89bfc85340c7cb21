/** How a message looks on a phone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { render35, width } from "./render.ts";

test("text wraps at 35 columns, buttons stand below in their rows", () => {
  const drawn = render35({
    text: "🟢 web-1: memory is fine, 12.3 GiB of 31.2 GiB used\n\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    buttons: [[{ text: "🔄 Refresh", data: "r" }], [{ text: "A" }, { text: "B" }]],
  });
  assert.equal(
    drawn,
    [
      "🟢 web-1: memory is fine, 12.3 GiB",
      "of 31.2 GiB used",
      "",
      "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
      "xxxxx",
      "[ 🔄 Refresh ]",
      "[ A ] [ B ]",
    ].join("\n"),
  );
});

test("emoji, flags, keycaps and East Asian letters are two wide, marks none", () => {
  assert.deepEqual(
    ["a", "é", "e\u0301", "🟢", "👩‍🚀", "🇫🇷", "🌡️", "1️⃣", "服", "\u200b"].map(width),
    [1, 1, 1, 2, 2, 2, 2, 2, 2, 0],
  );
});

test("a label that does not fit is cut", () => {
  assert.equal(
    render35({
      text: "",
      buttons: [[{ text: "a very long label indeed" }, { text: "another very long label" }]],
    }),
    "[ a very long… ] [ another very… ]",
  );
});

test("no line of text is wider than 35, and no visible character is lost", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const drawn = render35({ text, buttons: [] });
      for (const line of drawn.split("\n")) assert.ok(width(line) <= 35, JSON.stringify(line));
      assert.equal(drawn.replaceAll(/\s/gu, ""), text.replaceAll(/\s/gu, ""));
    }),
  );
});
