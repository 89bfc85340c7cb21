/** What becomes of a text on its way into a chat. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isBlank, settleText } from "./entities.ts";
import { parseHtml } from "./html.ts";

function settled(html: string) {
  const { text, entities } = parseHtml(html);
  return settleText(text, entities);
}

test("spaces around go, and entities move with the text", () => {
  assert.deepEqual(settled("  \n<b> a </b> b \n"), {
    text: "a  b",
    entities: [{ type: "bold", offset: 0, length: 2 }],
  });
});

test("control characters become spaces, returns and direction overrides go", () => {
  assert.deepEqual(settled("a\tb\r\n\u202e<i>c</i>"), {
    text: "a b\nc",
    entities: [{ type: "italic", offset: 4, length: 1 }],
  });
});

test("code keeps its leading spaces and no other style", () => {
  assert.deepEqual(settled("<pre>  x</pre>"), {
    text: "  x",
    entities: [{ type: "pre", offset: 0, length: 3 }],
  });
  assert.deepEqual(settled("<b>a<code>b</code>c</b>").entities, [
    { type: "bold", offset: 0, length: 1 },
    { type: "code", offset: 1, length: 1 },
    { type: "bold", offset: 2, length: 1 },
  ]);
});

test("equal styles that touch become one, blank ones go", () => {
  assert.deepEqual(settled("<b>a</b><b>b</b> c<i> </i>d").entities, [{ type: "bold", offset: 0, length: 2 }]);
});

test("commands, mentions, hashtags and addresses are found, but not in code or words", () => {
  const found = (text: string) =>
    settleText(text, []).entities.map(({ type, offset, length }) => [
      type,
      text.slice(offset, offset + length),
    ]);
  assert.deepEqual(found("/use web-1 see https://a.io/x/y. and @ann_b #disk a@b.io"), [
    ["bot_command", "/use"],
    ["url", "https://a.io/x/y"],
    ["mention", "@ann_b"],
    ["hashtag", "#disk"],
    ["email", "a@b.io"],
  ]);
  assert.deepEqual(found("/memory@some_bot"), [["bot_command", "/memory@some_bot"]]);
  assert.deepEqual(found("/var/lib a/b 1/2 #12 </x"), []);
  assert.deepEqual(settled("<code>/memory</code>").entities, [{ type: "code", offset: 0, length: 7 }]);
});

test("a text of invisible characters is blank", () => {
  assert.ok(isBlank(" \u200b\u2060\n"));
  assert.ok(!isBlank("\u200bx"));
});

test("entities always lie within the text, and settling twice changes no text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.nat(20),
      fc.nat(20),
      fc.constantFrom("bold", "code", "pre", "blockquote"),
      (text, offset, length, type) => {
        const once = settleText(text, [{ type, offset, length }]);
        for (const entity of once.entities) {
          assert.ok(
            entity.offset >= 0 && entity.length > 0 && entity.offset + entity.length <= once.text.length,
          );
        }
        assert.equal(settleText(once.text, once.entities).text, once.text);
      },
    ),
  );
});
