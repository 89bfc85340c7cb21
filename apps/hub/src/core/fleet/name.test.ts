/** Names of servers: what is kept, what is refused, and what is made of any hostname. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Fault } from "@servereye/contract";
import * as fc from "fast-check";
import { checkName, cleanName, NAME_MAX } from "./name.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 120 }),
  fc.string({ unit: "grapheme", maxLength: 120 }),
  fc.string({
    unit: fc.constantFrom(
      "a",
      "é",
      "e\u0301",
      "Ж",
      "1",
      "٣",
      " ",
      ".",
      "-",
      "(",
      ")",
      "\u0301",
      "\u200d",
      "\u3164",
      "\u202e",
      "\n",
      "\u{1F600}",
      "\u{10400}",
    ),
    maxLength: 80,
  }),
);

const valid = (name: string): boolean => {
  try {
    return checkName(name) === name;
  } catch (error) {
    assert.ok(error instanceof Fault && error.code === "NAME_INVALID", String(error));
    return false;
  }
};

describe("checkName", () => {
  for (const name of [
    "web-1",
    "db (old)",
    "Мой сервер",
    "サーバー",
    "ที่บ้าน",
    "दिल्ली",
    "a",
    "node_7.example.org",
    "שרת",
    "1a",
    "a".repeat(40),
    "\u{10400}".repeat(40),
    "xn--80ak6aa92e",
  ]) {
    it(`keeps ${name}`, () => assert.equal(checkName(name), name.normalize("NFC")));
  }

  it("composes, trims and folds spaces", () => {
    assert.equal(checkName("  cafe\u0301   one "), "caf\u00e9 one");
  });

  const bad: Array<[string, string]> = [
    ["nothing", ""],
    ["spaces", "   "],
    ["digits only", "12"],
    ["digits of another script only", "٣٤"],
    ["41 letters", "a".repeat(41)],
    ["a megabyte", "a".repeat(1_000_000)],
    ["a line break", "a\nb"],
    ["a zero byte", "a\u0000b"],
    ["a bidi override", "a\u202eb"],
    ["a bidi isolate", "a\u2066b"],
    ["a zero-width space", "a\u200bb"],
    ["a zero-width joiner", "a\u200db"],
    ["a letter that shows nothing", "a\u3164b"],
    ["a soft hyphen", "a\u00adb"],
    ["a no-break space", "a\u00a0b"],
    ["an emoji", "web \u{1F600}"],
    ["markup", "<b>x</b>"],
    ["a slash", "a/b"],
    ["an at sign", "@a"],
    ["a dash first", "-a"],
    ["a dot last", "a."],
    ["a pile of marks", `a${"\u0316".repeat(10)}`],
    ["a mark alone", "\u0316a"],
    ["half a surrogate pair", "a\ud800"],
    ["punctuation only", "(.)"],
  ];
  for (const [what, name] of bad) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => checkName(name),
        (error) => error instanceof Fault && error.code === "NAME_INVALID",
      );
    });
  }

  it("gives only names it would give again, of at most 40 code points, or NAME_INVALID", () => {
    fc.assert(
      fc.property(text, (typed) => {
        let name: string;
        try {
          name = checkName(typed);
        } catch (error) {
          assert.ok(error instanceof Fault && error.code === "NAME_INVALID", String(error));
          return;
        }
        assert.equal(checkName(name), name);
        assert.equal(name, name.normalize("NFC"));
        assert.ok([...name].length <= NAME_MAX);
        assert.doesNotMatch(
          name,
          /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}<>&"'`@/\\]/u,
        );
        assert.doesNotMatch(name, /^\p{Nd}+$/u);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("cleanName", () => {
  for (const [host, name] of [
    ["web-1", "web-1"],
    ["web-1.eu.example.com", "web-1.eu.example.com"],
    ["  spaced  out ", "spaced out"],
    ["bad\u202ename<b>", "bad-name-b"],
    ["123", "server-123"],
    ["", "server"],
    ["---", "server"],
    ["\u{1F600}", "server"],
    ["host.", "host"],
    ["host (old)!", "host (old)"],
    [`${"a".repeat(39)}-b`, "a".repeat(39)],
    ["1".repeat(60), `server-${"1".repeat(33)}`],
    ["сервер №1", "сервер -1"],
  ] as const) {
    it(`makes ${name} of ${JSON.stringify(host)}`, () => assert.equal(cleanName(host), name));
  }

  it("makes a valid name of anything", () => {
    fc.assert(
      fc.property(text, (host) => assert.ok(valid(cleanName(host)), JSON.stringify([host, cleanName(host)]))),
      { numRuns: 5_000 },
    );
  });

  it("leaves a valid name as it is", () => {
    fc.assert(
      fc.property(text, (name) => {
        fc.pre(valid(name));
        assert.equal(cleanName(name), name);
      }),
      { numRuns: 1_000 },
    );
  });
});
