/** What the bot shows, on a terminal: aligned, within its columns, and without anything that could act on it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { View } from "@servereye/contract";
import fc from "fast-check";
import { eventsOf, type Told } from "./events.ts";
import { Known } from "./known.ts";
import { COLOURS, NO_COLOURS, paintFor } from "./paint.ts";
import { columnsOf, plainLine } from "./plain.ts";
import { type Look, renderView } from "./render.ts";
import { Screen } from "./screen.ts";

const now = Date.UTC(2026, 10, 23, 12);
const look = (columns: number, paint = NO_COLOURS): Look => ({ columns, paint, locale: "en-GB", now });

const memory: View = {
  title: "🧠 Memory · web-1",
  blocks: [
    { type: "bars", rows: [{ label: "RAM", share: 0.5, text: "50 %", level: "ok" }] },
    {
      type: "facts",
      rows: [
        { label: "Used", value: ["1.0 GiB"], level: "warn" },
        { label: "Available", value: [{ kind: "time", at: now / 1000 - 7300, style: "relative" }] },
      ],
    },
    {
      type: "table",
      columns: [
        { head: "Name", align: "left" },
        { head: "CPU", align: "right" },
      ],
      rows: [
        ["postgres", "7 %"],
        ["дневник", "61 %"],
      ],
    },
    { type: "code", text: "one\n\ttwo" },
  ],
  buttons: [
    [
      { label: "Refresh", token: "t" },
      { label: "Docs", href: "https://example.com/" },
    ],
  ],
};

test("a reading, as it stands on a terminal", () => {
  assert.deepEqual(renderView(memory, look(60)), [
    "🧠 Memory · web-1",
    "🟢 RAM  ██████████░░░░░░░░░░  50 %",
    "🟡 Used       1.0 GiB",
    "   Available  2 hours ago",
    "Name       CPU",
    "postgres   7 %",
    "дневник   61 %",
    "",
    "  one",
    "      two",
    "[1] Refresh  [2] Docs https://example.com/",
  ]);
});

test("colours only where they are wanted", () => {
  assert.match(renderView(memory, look(60, COLOURS)).join("\n"), /\p{Cc}\[1m🧠/u);
  assert.equal(paintFor({ isTTY: true }, {}), COLOURS);
  assert.equal(paintFor({ isTTY: true }, { NO_COLOR: "1" }), NO_COLOURS);
  assert.equal(paintFor({}, {}), NO_COLOURS);
});

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(
    "\u001B[2J\u001B]0;owned\u0007",
    "\u009B31mred",
    "\u202Egnp.exe",
    "a\r\nb",
    "漢字".repeat(30),
    "👨‍👩‍👧‍👦",
  ),
);
const inline = fc.oneof(
  hostile,
  fc.record({ kind: fc.constant("strong" as const), text: hostile }),
  fc.record({ kind: fc.constant("link" as const), text: hostile, href: hostile }),
  fc.record({
    kind: fc.constant("time" as const),
    at: fc.maxSafeInteger(),
    style: fc.constantFrom("relative" as const, "clock" as const, "date" as const, "full" as const),
  }),
);

test("whatever others named their things: nothing acts, and nothing is wider than the terminal", () => {
  fc.assert(
    fc.property(
      hostile,
      fc.array(inline, { maxLength: 4 }),
      fc.integer({ min: 35, max: 100 }),
      (name, runs, columns) => {
        const lines = renderView(
          {
            title: name,
            blocks: [
              { type: "facts", rows: [{ label: name, value: runs, level: "bad" }] },
              { type: "bars", rows: [{ label: name, share: -3, text: "9 %" }] },
              { type: "table", columns: [{ head: name, align: "left" }], rows: [[name]] },
              { type: "text", text: runs },
              { type: "note", text: [name] },
            ],
            buttons: [[{ label: name.slice(0, 20), token: "t" }]],
          },
          look(columns),
        );
        for (const line of lines) {
          assert.doesNotMatch(line, /[\p{Cc}\u2028-\u202E\u2066-\u2069]/u);
          assert.ok(columnsOf(line) <= columns, `${columnsOf(line)} of ${columns}: ${line}`);
        }
      },
    ),
  );
  assert.equal(plainLine("\u001B[31mred\u001B[0m\u0007"), "red");
});

test("events are read whatever way the stream is cut", async () => {
  const text =
    'retry: 1000\n\ndata: {"type":"message","message":{"id":"m1","from":"bot","at":1,"revision":1,"text":"дом"}}\n\n' +
    'event: kept\ndata: {}\n\n: still here\n\ndata: {"type":"new kind"}\n\ndata: {"type":"deleted","id":"m1"}\n\n';
  const bytes = new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (size) => {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
        bytes.slice(at * size, (at + 1) * size),
      );
      const told: Told[] = [];
      for await (const one of eventsOf(ReadableStream.from(pieces))) told.push(one);
      assert.deepEqual(told, [
        { type: "message", message: { id: "m1", from: "bot", at: 1, revision: 1, text: "дом" } },
        { type: "kept" },
        { type: "deleted", id: "m1" },
      ]);
    }),
    { numRuns: 20 },
  );
});

test("numbers press the newest message with buttons; known states are not new", () => {
  const known = new Known();
  const message = { id: "m1", from: "bot" as const, at: 1, revision: 1, view: memory };
  assert.equal(known.learn(message), true);
  assert.equal(known.learn(message), false);
  assert.equal(known.learn({ ...message, at: 2 }), true, "the same id in a new run of the hub");
  assert.deepEqual(known.button("1"), { messageId: "m1", button: { label: "Refresh", token: "t" } });
  assert.equal(known.button("3"), undefined);
  assert.equal(known.button("/1"), undefined);
  known.learn({ ...message, revision: 2, view: { blocks: [], buttons: [] } });
  assert.equal(known.button("1"), undefined, "an edit that takes the buttons away takes them here too");
});

test("an edit takes the place of the message while that is the last thing on the screen", () => {
  const pieces: string[] = [];
  const out = { isTTY: true, columns: 20, rows: 24, write: (text: string) => pieces.push(text) };
  const screen = new Screen(out);
  const last = (): string => pieces.splice(0).join("");
  screen.message("m1", ["one", "x".repeat(30)]);
  assert.equal(last(), `\r\u001B[J${"one"}\n${"x".repeat(30)}\n\n`);
  screen.entered("1", true, "› ");
  screen.remark("Asking");
  last();
  screen.message("m1", ["new"]);
  assert.equal(last(), "\r\u001B[6A\u001B[Jnew\n\n", "1 + 2 rows, the empty one, the typed one, the remark");
  screen.entered("/cpu", false, "› ");
  screen.message("m1", ["newer"]);
  assert.equal(last(), "\r\u001B[Jnewer\n\n");
});
