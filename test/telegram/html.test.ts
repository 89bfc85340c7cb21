/** The HTML parser against the real server's rules and words, and against anything at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HtmlFault, parseHtml } from "./html.ts";

const readable: readonly [html: string, text: string, entities: object[]][] = [
  ["plain", "plain", []],
  ["<b>a</b><strong>b</strong>", "ab", [styled("bold", 0, 1), styled("bold", 1, 1)]],
  ["<i>a</i><em>b</em>", "ab", [styled("italic", 0, 1), styled("italic", 1, 1)]],
  ["<u>a</u><ins>b</ins>", "ab", [styled("underline", 0, 1), styled("underline", 1, 1)]],
  ["<s>a</s><strike>b</strike><del>c</del>", "abc", [0, 1, 2].map((at) => styled("strikethrough", at, 1))],
  [
    '<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>',
    "ab",
    [styled("spoiler", 0, 1), styled("spoiler", 1, 1)],
  ],
  [
    '<a href="https://example.com/?a=1&amp;b=2">x</a>',
    "x",
    [{ ...styled("text_link", 0, 1), url: "https://example.com/?a=1&b=2" }],
  ],
  ["<a>example.com</a>", "example.com", [{ ...styled("text_link", 0, 11), url: "http://example.com/" }]],
  ['<a href="no link">x</a>', "x", []],
  ['<a href="http://localhost/">x</a>', "x", []],
  ['<a href="tg://user?id=42">x</a>', "x", [{ ...styled("text_mention", 0, 1), user: { id: 42 } }]],
  ["<code>a</code>", "a", [styled("code", 0, 1)]],
  ["<pre>a</pre>", "a", [styled("pre", 0, 1)]],
  ['<pre><code class="language-sh">a</code></pre>', "a", [{ ...styled("pre", 0, 1), language: "sh" }]],
  ['<code class="language-sh">a</code>', "a", [styled("code", 0, 1)]],
  ["<blockquote>a</blockquote>", "a", [styled("blockquote", 0, 1)]],
  ["<blockquote expandable>a</blockquote>", "a", [styled("expandable_blockquote", 0, 1)]],
  [
    '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
    "👍",
    [{ ...styled("custom_emoji", 0, 2), custom_emoji_id: "5368324170671202286" }],
  ],
  ["<tg-time unix=1647531900 format=r>now</tg-time>", "now", [dated(3, "r")]],
  ['<tg-time unix="1647531900" format="wDT">now</tg-time>', "now", [dated(3, "wDT")]],
  ['<tg-time unix="1647531900">now</tg-time>', "now", [dated(3, "")]],
  ['<tg-time format="r">now</tg-time>', "now", []],
  ["🌡️<b>é</b>", "🌡️é", [styled("bold", 3, 1)]],
  ["&lt;&gt;&amp;&quot;&#65;&#x42;&#128512;", '<>&"AB😀', []],
  ["&nbsp;&apos;&LT;&;&#;&#x;&#X41;&#1114111;", "&nbsp;&apos;&LT;&;&#;&#x;&#X41;&#1114111;", []],
  ["&lt &amp", "< &", []],
  ["a > b", "a > b", []],
  ["<B>x</b >", "x", [styled("bold", 0, 1)]],
  ["<b>x</>", "x", [styled("bold", 0, 1)]],
  ["<b></b>", "", []],
  ["<b>a<i>b</i></b>", "ab", [styled("italic", 1, 1), styled("bold", 0, 2)]],
];

const refused: readonly [html: string, message: string][] = [
  ["<x>a</x>", 'Unsupported start tag "x" at byte offset 0'],
  ["é<br>", 'Unsupported start tag "br" at byte offset 2'],
  ["😀<b/>", 'Unsupported start tag "b/" at byte offset 4'],
  ["1 < 2 and 3 > 2", 'Unsupported start tag "" at byte offset 2'],
  ["<b>a", 'Can\'t find end tag corresponding to start tag "b"'],
  ["<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'],
  ["a</b>", "Unexpected end tag at byte offset 1"],
  ["<b>a</b", "Unclosed end tag at byte offset 4"],
  ["<b", "Unclosed start tag at byte offset 0"],
  ["a<", "Unclosed start tag at byte offset 1"],
  ["<a href", 'Unclosed start tag "a" at byte offset 0'],
  ["<a href=", 'Unclosed start tag "a" at byte offset 0'],
  ['<a href="x', "Unclosed start tag at byte offset 0"],
  ["<b />", 'Empty attribute name in the tag "b" at byte offset 0'],
  ["<a href=a/b>x</a>", "Unexpected end of name token at byte offset 8"],
  ["<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  ["<tg-emoji>x</tg-emoji>", "Invalid custom emoji identifier specified"],
  ["<tg-time unix=1 format=q>x</tg-time>", "Invalid date format used"],
  ["<tg-time unix=1 format=tw>x</tg-time>", "Invalid date format used"],
  ["a\0b", "Text must not contain null bytes"],
  [
    "&#xd83d;&#xde00;",
    "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units",
  ],
];

test("each tag and entity is read as Telegram reads it", () => {
  for (const [html, text, entities] of readable) assert.deepEqual(parseHtml(html), { text, entities }, html);
});

test("each fault has Telegram's words and counts bytes", () => {
  for (const [html, message] of refused)
    assert.throws(() => parseHtml(html), { name: "HtmlFault", message }, html);
});

test("escaped, any text comes back as it was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      fc.pre(!text.includes("\0"));
      const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
      assert.deepEqual(parseHtml(`<b>${escaped}</b>.`), {
        text: `${text}.`,
        entities: text === "" ? [] : [styled("bold", 0, text.length)],
      });
    }),
  );
});

test("whatever comes in, the only error is the parser's own, and entities lie within the text", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "<",
      ">",
      "</",
      "&",
      ";",
      "#",
      "=",
      '"',
      "'",
      " ",
      "b",
      "a href",
      "pre",
      "code class=language-x",
      "tg-time unix=1",
      "<b>",
      "</b>",
      "<a href='",
      "&#x",
      "😀",
      "\n",
    ),
    fc.string({ unit: "binary", maxLength: 4 }),
  );
  let read = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        const { text, entities } = parseHtml(pieces.join(""));
        read++;
        for (const { offset, length } of entities)
          assert.ok(offset >= 0 && length > 0 && offset + length <= text.length);
      } catch (error) {
        assert.ok(error instanceof HtmlFault, String(error));
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(read > 0, "some of it was readable");
});

function styled(type: string, offset: number, length: number) {
  return { type, offset, length };
}

function dated(length: number, format: string) {
  return { ...styled("date_time", 0, length), unix_time: 1_647_531_900, date_time_format: format };
}
