/** The last lines of a log: whatever a program writes, few, short and harmless. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MOST_LINES, MOST_LINES_BYTES } from "./kinds.ts";
import { endOfLog, MOST_READ, shownLines } from "./lines.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

/** As the engine sends it: each piece with its header. */
function headed(...pieces: string[]): Uint8Array {
  const parts = pieces.map((text, n) => {
    const body = utf8(text);
    const head = new Uint8Array([1 + (n % 2), 0, 0, 0, 0, 0, 0, 0]);
    new DataView(head.buffer).setUint32(4, body.length);
    return [...head, ...body];
  });
  return new Uint8Array(parts.flat());
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("stdout and stderr come together, however the stream is cut", async () => {
  const bytes = headed("one\n", "two\n", "", "thr", "ee\n");
  for (const size of [1, 3, 7, 8, 9, 1_000])
    assert.deepEqual(shownLines(await endOfLog(cut(bytes, size), true)), ["one", "two", "three"]);
  assert.deepEqual(shownLines(await endOfLog(cut(utf8("a\r\nb"), 2), false)), ["a", "b"]);
});

test("the last that fit are told: twenty lines, two kilobytes, the end of one that is too long", async () => {
  const many = Array.from({ length: 100 }, (_, n) => `line ${n}`).join("\n");
  assert.deepEqual(
    [shownLines(utf8(many)).length, shownLines(utf8(many))[0], shownLines(utf8(many)).at(-1)],
    [20, "line 80", "line 99"],
  );
  const long = shownLines(utf8(`first\n${"я".repeat(5_000)}end`));
  assert.equal(long.length, 1);
  assert.match(long[0] ?? "", /^…я+end$/);
  const wide = shownLines(await endOfLog(cut(headed(`${"x".repeat(200_000)}\n`, "last\n"), 10_000), true));
  assert.equal(wide.at(-1), "last");
});

test("what a terminal or a phone would act on is taken out", () => {
  const odd = "\u001b[31mred\u001b[0m \u001b]0;title\u0007x\u0000y\u0008\u202ez\u2066\tend\u001b";
  assert.deepEqual(shownLines(utf8(odd)), ["red xyz  end"]);
});

test("a log without an end is read so far and no further", async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) {
      given += 1_000_000;
      yield new Uint8Array(1_000_000).fill(120);
    }
  }
  assert.ok((await endOfLog(endless(), false)).length <= 65_536);
  assert.ok(given < MOST_READ + 2_000_000);
});

test("any bytes give lines within the bounds, without control characters", async () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 5_000 }), fc.string({ unit: "binary" }).map(utf8));
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), fc.integer({ min: 1, max: 99 }), async (input, heads, size) => {
      const lines = shownLines(await endOfLog(cut(input, size), heads));
      assert.ok(lines.length <= MOST_LINES);
      assert.ok(utf8(lines.join("\n")).length <= MOST_LINES_BYTES);
      for (const line of lines) assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
    }),
  );
});

test("an alarm comes by itself: what looks like a secret is taken out before a line is cut", () => {
  const lines = shownLines(utf8("PASSWORD=hunter2-and-more\nfailed: postgres://u:hunter2@db/x"));
  assert.deepEqual(lines, ["PASSWORD=…", "failed: postgres://u:…@db/x"]);
  const [long = ""] = shownLines(utf8(`${"x".repeat(3_000)} password=${"hunter2".repeat(400)}`));
  assert.match(long, /^…x+ password=…$/);
});
