/** Logs without an engine: streams cut anywhere, what programs write, the ring, the wire, and what a phone shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { Fault } from "@servereye/contract";
import fc from "fast-check";
import { columnsOf } from "../shown/names.ts";
import { phoneLines } from "../shown/phone.ts";
import { translatorOf } from "../shown/translator.ts";
import { LONGEST_LINE, LONGEST_TEXT, LONGEST_UNPACKED } from "./contract.ts";
import { LogFrames } from "./frames.ts";
import { harmless } from "./harmless.ts";
import { messages } from "./messages.ts";
import { momentOf } from "./moment.ts";
import { pack as packFrom, unpack } from "./pack.ts";
import { type Log, logFile, logOf, logView } from "./reply.ts";
import { Tail } from "./tail.ts";
import { logRange, rangeWord } from "./words.ts";

const utf8 = new TextEncoder();
const AT = "2026-11-23T03:12:05.123456789Z";

function frame(stream: 0 | 1 | 2, text: string): Uint8Array {
  const body = utf8.encode(text);
  const whole = new Uint8Array(8 + body.length);
  whole[0] = stream;
  new DataView(whole.buffer).setUint32(4, body.length);
  whole.set(body, 8);
  return whole;
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(pieces.flatMap((one) => [...one]));

const pack = (lines: readonly string[]) => packFrom((from) => lines.slice(from), lines.length);

/** Its lines, when it comes in pieces of this size. */
function linesOf(bytes: Uint8Array, size: number, tty = false): Array<[string, string, boolean]> {
  const lines: Array<[string, string, boolean]> = [];
  const frames = new LogFrames(tty, (stream, line, cut) =>
    lines.push([stream, new TextDecoder().decode(line), cut]),
  );
  for (let from = 0; from < bytes.length; from += size) frames.push(bytes.subarray(from, from + size));
  frames.end();
  return lines;
}

test("two streams are taken apart wherever their bytes are cut; a long line's pieces become one", () => {
  const bytes = joined([
    frame(1, `${AT} first\n`),
    frame(2, `${AT} wrong: ж\n`),
    frame(1, `${AT} ${"a".repeat(LONGEST_LINE)}`),
    frame(2, `${AT} between\n`),
    frame(1, `${AT} ${"b".repeat(100)}\n`),
    frame(1, `${AT} \n`),
    frame(1, `${AT} no end`),
  ]);
  for (const size of [1, 7, 8, 9, 64, bytes.length]) {
    const lines = linesOf(bytes, size);
    assert.deepEqual(
      lines.map(([stream, line, cut]) => [stream, line.slice(AT.length + 1, AT.length + 12), cut]),
      [
        ["out", "first", false],
        ["err", "wrong: ж", false],
        ["err", "between", false],
        ["out", "aaaaaaaaaaa", true],
        ["out", "", false],
        ["out", "no end", false],
      ],
      `in pieces of ${size}`,
    );
    assert.ok(lines.every(([, line]) => line.length <= LONGEST_LINE + 40));
  }
});

test("a terminal's bytes are read as they come, and so is what has no frames though it should", () => {
  const text = `${AT} $ ls\r\n${AT} done\r\n`;
  const expected = [
    ["out", `${AT} $ ls\r`, false],
    ["out", `${AT} done\r`, false],
  ];
  assert.deepEqual(linesOf(utf8.encode(text), 5, true), expected);
  assert.deepEqual(linesOf(utf8.encode(text), 5, false), expected);
});

test("whatever the bytes, nothing is thrown, and what is shown of a line can not act", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
      for (const [, line] of linesOf(bytes, size))
        assert.doesNotMatch(harmless(line), /(?!\t)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
  assert.equal(harmless("\u001b[1;31mred\u001b[0m \u001b]0;title\u0007text\u001b(B"), "red text");
  assert.equal(harmless("10%\r50%\r100%\r"), "100%");
  assert.equal(harmless("a\tb\u0007\u202e"), "a\tb··");
  assert.equal(harmless("\u0000\u0001\ufffd\ufffd\u0002x"), "···x");
});

test("the ring keeps the newest, counts what went, and never grows beyond its blocks", () => {
  const tail = new Tail(256 * 1024);
  const line = utf8.encode("x".repeat(998));
  for (let n = 0; n < 5_000; n++) tail.add(0x6f, line);
  const kept = [...tail.lines()].length;
  assert.ok(kept >= 190 && kept <= 262, `${kept} kept`);
  assert.equal(tail.leftLines, 5_000 - kept);
  assert.equal(tail.leftBytes, (5_000 - kept) * 998);
});

test("the wire: small as it is, large compressed, too large without its oldest, and never a bomb", async () => {
  assert.deepEqual(await pack(["oa", "eb"]), { form: "plain", text: "oa\neb\n", dropped: 0 });
  const even = Array.from({ length: 20_000 }, (_, n) => `o${AT} GET /${n} 200`);
  const small = await pack(even);
  assert.equal(small.form, "gzip");
  assert.deepEqual(await unpack(small), even);
  // Nothing that compresses: every line is other noise.
  const noise = Array.from({ length: 4_000 }, () =>
    Buffer.from(crypto.getRandomValues(new Uint8Array(600))).toString("base64"),
  );
  const cut = await pack(noise);
  assert.ok(cut.dropped > 1_000 && cut.dropped < 3_900 && cut.text.length <= LONGEST_TEXT, `${cut.dropped}`);
  assert.deepEqual(await unpack(cut), noise.slice(cut.dropped));
  const { text } = await pack(["a".repeat(20 * 1024 * 1024)]);
  await assert.rejects(unpack({ form: "gzip", text }), Fault);
  await assert.rejects(unpack({ form: "gzip", text: "AAAA" }), { code: "ANSWER_INVALID" });
  // 16 kilobytes that would be twelve million lines.
  const feeds = gzipSync(Buffer.alloc(LONGEST_UNPACKED, "\n")).toString("base64url");
  await assert.rejects(unpack({ form: "gzip", text: feeds }), { code: "ANSWER_INVALID" });
  await assert.rejects(unpack({ form: "plain", text: "\n".repeat(LONGEST_TEXT) }), {
    code: "ANSWER_INVALID",
  });
});

test("moments order to the nanosecond, in whatever zone; amounts are read and told again", () => {
  const ordered = [
    "2026-11-23T03:12:05Z",
    "2026-11-23T03:12:05.000000001Z",
    "2026-11-23T04:12:05.1+01:00",
    "2026-11-23T03:12:05.123456789Z",
  ].map(momentOf);
  assert.deepEqual([...ordered].sort(), ordered);
  assert.equal(momentOf("yesterday"), undefined);
  for (const word of ["200", "10m", "2h", "1d", "90s"]) {
    const range = logRange(word);
    assert.ok(range);
    assert.equal(rangeWord(range), word);
  }
  assert.deepEqual(logRange("99999999"), { lines: 10_000 });
  for (const word of ["0", "web", "10x", "-5", "1.5h"]) assert.equal(logRange(word), undefined, word);
});

const t = translatorOf("en", messages);
const log = (lines: Log["lines"], more: Partial<Log> = {}): Log => ({
  ...{ name: "shop-db-1", running: true, lines, leftLines: 0, leftBytes: 0, cut: 0 },
  ...more,
});
const context = { t, server: "web-1", now: Date.parse("2026-11-23T03:14:06Z"), range: { lines: 100 } };

test("on a phone: the newest at the bottom, errors marked, within a screen or two; the file has all of it", async () => {
  const lines = Array.from({ length: 100 }, (_, n) => ({
    at: AT,
    stream: n % 10 === 9 ? ("err" as const) : ("out" as const),
    text: n === 99 ? `panic: ${"long ".repeat(100)}` : `GET /items/${n} 200`,
  }));
  const view = logView(log(lines), context);
  const shown = phoneLines(view).join("\n");
  const code = view.blocks.flatMap((block) => (block.type === "code" ? block.text.split("\n") : []));
  assert.equal(code.length, 24);
  assert.match(code.at(-1) ?? "", /^03:12:05!panic: .*…$/);
  assert.match(code.at(-2) ?? "", /^03:12:05 GET \/items\/98 200$/);
  assert.ok(code.every((line) => columnsOf(line) <= 130));
  assert.equal(view.more, 76);
  assert.match(
    shown,
    /The newest 24 of 100 lines\. The last came 2 min ago\. Times in UTC\. “!” is standard error\./,
  );
  const file = logFile(log(lines, { leftLines: 7, leftBytes: 2048 }), context);
  const text = new TextDecoder().decode(file.bytes);
  assert.equal(file.name, "shop-db-1-web-1-2026-11-23T03-14-06Z.log");
  assert.match(
    text,
    /^# shop-db-1 on web-1, .*100\n# 7 older lines \(2048 bytes\) left out\n2026-.*Z out GET/,
  );
  assert.match(text, /Z err panic: (long ){100}\n$/);
  assert.match(file.caption, /^shop-db-1 on web-1: 100 lines\. Older: 7 lines, 2\.0 KiB, left out\.$/);
  const wide = logView(log(lines.map((line) => ({ ...line, text: "w".repeat(5_000) }))), context);
  const rows = wide.blocks.flatMap((block) => (block.type === "code" ? block.text.split("\n") : []));
  assert.ok(rows.length >= 8 && rows.join("\n").length < 2_000, `${rows.length} long lines`);
});

test("nothing, nothing lately, nothing to be had, not running: each is said", async () => {
  const words = (of: Log, more = {}) => phoneLines(logView(of, { ...context, ...more })).join("\n");
  assert.match(words(log([])), /written nothing yet/);
  assert.match(words(log([]), { range: { sinceSeconds: 3_600 } }), /nothing within 1 h\./);
  assert.match(words(log([], { running: false })), /not running now/);
  assert.match(words(log([], { unreadable: "no reading" })), /engine says: “no reading”/);
  const told = await logOf({
    ...{ id: "a".repeat(64), name: "web", running: true, tty: false, form: "plain" },
    ...{ text: `o${AT} one\nno moment\n`, leftLines: 0, leftBytes: 0, cut: 0, cursor: AT },
  });
  assert.deepEqual(told.lines, [
    { at: AT, stream: "out", text: "one" },
    { at: "", stream: "out", text: "o moment" },
  ]);
});
