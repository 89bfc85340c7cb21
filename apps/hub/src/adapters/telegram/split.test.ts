/** Splitting: every part is whole and fits, and together they say all of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { settleText } from "../../../../../test/telegram/entities.ts";
import { parseHtml } from "../../../../../test/telegram/html.ts";
import { compose } from "./message.ts";
import { anyView, longText, oddText } from "./odd-text.test-suite.ts";
import { render } from "./render.ts";
import { type Piece, toHtml, toPlain } from "./spans.ts";
import { captionBounds, messageBounds, split } from "./split.ts";

const noFeeds = (text: string) => text.replaceAll("\n", "");

/** Parts in which nothing would be seen are left out, so what is compared is what is seen. */
const noSpace = (text: string) =>
  text.replace(/\s|\u2800|\u3164|\uffa0|\u115f|\u1160|\u200c|\u200d|\p{Variation_Selector}/gu, "");

test("parts fit, are read by the strict parser, and together are the whole text", () => {
  fc.assert(
    fc.property(
      anyView(fc.oneof({ arbitrary: longText, weight: 1 }, { arbitrary: oddText, weight: 3 })),
      fc.constantFrom(messageBounds, captionBounds, { units: 64, marks: 5 }),
      (view, bounds) => {
        const pieces = render(view);
        const parts = split(pieces, bounds);
        for (const part of parts) {
          const { text, entities } = parseHtml(toHtml(part).toString());
          assert.equal(text, toPlain(part));
          assert.ok(text.length <= bounds.units, `${text.length} units`);
          assert.ok(entities.length <= bounds.marks, `${entities.length} marks`);
          assert.ok(text.isWellFormed(), "no character is cut");
          assert.notEqual(settleText(text, []).text, "", "Telegram would refuse an empty message");
        }
        assert.equal(noSpace(parts.map(toPlain).join("")), noSpace(toPlain(pieces)));
      },
    ),
    { numRuns: 150 },
  );
});

test("a text is cut between blocks first, then between lines, and only then within a line", () => {
  const block = (length: number): Piece => ({
    fixed: false,
    tight: false,
    lines: [[{ text: "x".repeat(length) }]],
  });
  const bounds = { units: 100, marks: 100 };
  assert.deepEqual(
    split([block(60), block(30), block(20)], bounds).map((part) => part.length),
    [2, 1],
  );

  const lines = Array.from({ length: 5 }, (_, at) => [{ text: String(at).repeat(40) }]);
  const byLine = split([{ fixed: true, tight: false, lines }], bounds);
  assert.deepEqual(
    byLine.map((part) => part[0]?.lines.length),
    [2, 2, 1],
  );
  assert.ok(
    byLine.every((part) => /^<pre>[^<]*<\/pre>$/.test(toHtml(part).toString())),
    "the tag is opened again",
  );

  const strong: Piece = {
    fixed: false,
    tight: false,
    lines: [[{ text: "🟢".repeat(80), mark: { kind: "strong" } }]],
  };
  const within = split([strong], bounds);
  assert.deepEqual(
    within.map((part) => toPlain(part).length),
    [100, 60],
  );
  assert.equal(noFeeds(within.map(toPlain).join("")), "🟢".repeat(80));
});

test("the buttons stand under the last message, and a very long text is a file with its beginning as caption", () => {
  const buttons = [[{ label: "Refresh", token: "t1" }]];
  const line = `${"word ".repeat(10)}\n`;
  const several = compose({ title: "Log", blocks: [{ type: "code", text: line.repeat(200) }], buttons });
  assert.equal(several.kind, "messages");
  if (several.kind === "messages") {
    assert.deepEqual(
      several.parts.map((part) => part.keyboard !== undefined),
      [false, false, true],
    );
  }
  const long = compose({ title: "Log", blocks: [{ type: "code", text: line.repeat(2_000) }], buttons });
  assert.equal(long.kind, "file");
  if (long.kind === "file") {
    const caption = parseHtml(long.caption.html).text;
    assert.ok(caption.length <= 1024 && caption.startsWith("Log"));
    assert.ok(long.text.includes(line.repeat(2_000).trim()) && long.caption.keyboard !== undefined);
  }
});

test("buttons keep within Telegram's bounds, and a token over 64 bytes is refused here", () => {
  const row = Array.from({ length: 20 }, (_, at) => ({ label: "x".repeat(200), token: `t${at}` }));
  const made = compose({ blocks: [], buttons: Array.from({ length: 10 }, () => row) });
  assert.equal(made.kind, "messages");
  const keyboard = made.kind === "messages" ? made.parts[0]?.keyboard?.inline_keyboard : undefined;
  assert.equal(keyboard?.flat().length, 100);
  assert.ok(keyboard?.every((each) => each.length <= 8));
  assert.throws(
    () => compose({ blocks: [], buttons: [[{ label: "x", token: "я".repeat(33) }]] }),
    RangeError,
  );
  assert.throws(() => compose({ blocks: [], buttons: [[{ label: "x", token: "" }]] }), RangeError);
});
