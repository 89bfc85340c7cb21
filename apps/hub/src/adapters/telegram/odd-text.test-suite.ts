/** Hostile and odd texts, and views full of them, for the property tests. */
import type { View } from "@servereye/contract";
import fc from "fast-check";

/** Pieces that break a careless renderer: markup, entities, quotes, invisible, wide, broken and right-to-left text. */
const bits = fc.constantFrom(
  "<b>",
  "</b>",
  "</pre>",
  "<",
  ">",
  "&",
  "&lt;",
  "&#60;",
  "&amp;amp;",
  '"',
  "'",
  "<a href='tg://user?id=1'>",
  '<tg-time unix="1">',
  "\u202e",
  "\u2066",
  "\u200b",
  "\u0000",
  "\u0007",
  "\r\n",
  "\n",
  "\u2028",
  "\t",
  " ",
  "\ud800",
  "\udc00",
  "👨‍👩‍👧",
  "🇩🇪",
  "漢字",
  "שלום",
  "é",
  "e\u0301\u0301\u0301\u0301\u0301\u0301",
  "/start",
  "@name",
  "web-1",
  "…",
);

export const oddText = fc.oneof(
  fc.array(bits, { maxLength: 8 }).map((some) => some.join("")),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.string({ maxLength: 40 }),
);

/** Long enough to be split, with and without line feeds. */
export const longText = fc
  .tuple(oddText, fc.integer({ min: 1, max: 3_000 }), fc.constantFrom("\n", " ", ""))
  .map(([text, times, between]) =>
    Array.from({ length: times }, () => text)
      .join(between)
      .slice(0, 20_000),
  );

const href = fc.oneof(
  oddText,
  fc.webUrl(),
  fc.constantFrom(
    'https://example.org/a?b="c"&d=<e>',
    "javascript:alert(1)",
    "tg://user?id=7",
    "http://localhost:8080/",
    "http://[::1]/",
  ),
);

function inline(text: fc.Arbitrary<string>) {
  return fc.oneof(
    text,
    fc.record({ kind: fc.constant("strong" as const), text }),
    fc.record({ kind: fc.constant("code" as const), text }),
    fc.record({ kind: fc.constant("link" as const), text, href }),
    fc.record({
      kind: fc.constant("time" as const),
      at: fc.oneof(fc.integer({ min: 1, max: 2_000_000_000 }), fc.maxSafeInteger()),
      style: fc.constantFrom("relative" as const, "clock" as const, "date" as const, "full" as const),
    }),
  );
}

const level = fc.constantFrom("ok" as const, "warn" as const, "bad" as const);

function block(text: fc.Arbitrary<string>) {
  const inlines = fc.array(inline(text), { maxLength: 4 });
  return fc.oneof(
    fc.record({ type: fc.constant("text" as const), text: inlines }),
    fc.record({ type: fc.constant("note" as const), text: inlines }),
    fc.record({ type: fc.constant("heading" as const), text }),
    fc.record({ type: fc.constant("code" as const), text }),
    fc.record({
      type: fc.constant("facts" as const),
      rows: fc.array(
        fc.record({ label: text, value: inlines, level }, { requiredKeys: ["label", "value"] }),
        { maxLength: 5 },
      ),
    }),
    fc.record({
      type: fc.constant("bars" as const),
      rows: fc.array(
        fc.record(
          { label: text, share: fc.double(), text, level },
          { requiredKeys: ["label", "share", "text"] },
        ),
        { maxLength: 5 },
      ),
    }),
    fc.record({
      type: fc.constant("table" as const),
      columns: fc.array(
        fc.record({ head: text, align: fc.constantFrom("left" as const, "right" as const) }),
        { maxLength: 4 },
      ),
      rows: fc.array(fc.array(text, { maxLength: 5 }), { maxLength: 5 }),
    }),
  );
}

const buttons = fc.array(
  fc.array(
    fc.oneof(
      fc.record({ label: oddText, token: fc.stringMatching(/^[\w-]{1,64}$/) }),
      fc.record({ label: oddText, href }),
    ),
    { maxLength: 10 },
  ),
  { maxLength: 3 },
);

export function anyView(text: fc.Arbitrary<string> = oddText): fc.Arbitrary<View> {
  return fc.record(
    { title: text, blocks: fc.array(block(text), { maxLength: 6 }), buttons },
    { requiredKeys: ["blocks", "buttons"] },
  );
}
