/** Rendering: whatever is in a view, Telegram's strict parser reads it, and reads exactly what was meant. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { View } from "@servereye/contract";
import fc from "fast-check";
import { isBlank, settleText } from "../../../../../test/telegram/entities.ts";
import { parseHtml } from "../../../../../test/telegram/html.ts";
import { render35, width } from "../../../../../test/telegram/render.ts";
import { html } from "./html.ts";
import { anyView, oddText } from "./odd-text.test-suite.ts";
import { render } from "./render.ts";
import { gap, type Piece, toHtml, toPlain } from "./spans.ts";
import { displayWidth, padded, shortened } from "./width.ts";

const kinds = {
  strong: "bold",
  quiet: "italic",
  code: "code",
  link: "text_link",
  time: "date_time",
} as const;

/** Where markup is meant to be: type, offset and length, in order of the end as the parser gives them. */
function meant(pieces: readonly Piece[]): string[] {
  const found: string[] = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) at += gap(piece).length;
    const start = at;
    for (const [row, line] of piece.lines.entries()) {
      if (row > 0) at++;
      for (const { text, mark } of line) {
        if (mark && text !== "") found.push(`${kinds[mark.kind]} ${at} ${text.length}`);
        at += text.length;
      }
    }
    if (piece.fixed && at > start) found.push(`pre ${start} ${at - start}`);
  }
  return found;
}

function shown(view: View): string {
  return render35({ text: parseHtml(toHtml(render(view)).toString()).text, buttons: [] });
}

test("any view is read by the strict parser as exactly the text and the markup that were meant", () => {
  fc.assert(
    fc.property(anyView(), (view) => {
      const pieces = render(view);
      const { text, entities } = parseHtml(toHtml(pieces).toString());
      assert.equal(text, toPlain(pieces));
      assert.deepEqual(
        entities.map(({ type, offset, length }) => `${type} ${offset} ${length}`),
        meant(pieces),
      );
      assert.ok(!isBlank(text), "something is to be seen");
    }),
    { numRuns: 500 },
  );
});

test("nothing invisible, no turned direction and no half character is left in any text", () => {
  fc.assert(
    fc.property(anyView(), (view) => {
      const text = toPlain(render(view));
      assert.ok(text.isWellFormed());
      assert.doesNotMatch(
        text,
        /(?!\n)\p{Cc}|[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/u,
      );
    }),
    { numRuns: 500 },
  );
});

test("a name can not add a line to facts, bars, tables, titles and headings", () => {
  fc.assert(
    fc.property(oddText, (name) => {
      const view: View = {
        title: name,
        blocks: [
          { type: "facts", rows: [{ label: name, value: [name, { kind: "code", text: name }] }] },
          { type: "bars", rows: [{ label: name, share: 0.5, text: name }] },
          { type: "heading", text: name },
          { type: "table", columns: [{ head: "A", align: "left" }], rows: [[name]] },
        ],
        buttons: [],
      };
      assert.deepEqual(
        render(view).map(({ lines }) => lines.length),
        [1, 1, 1, 1, 2],
      );
    }),
  );
});

test("the tag function escapes data, in texts and in attributes, and keeps markup", () => {
  const name = `</b><a href="x">&'`;
  assert.equal(html`<b>${name}</b>`.toString(), "<b>&lt;/b&gt;&lt;a href=&quot;x&quot;&gt;&amp;&#39;</b>");
  assert.equal(html`<i>${html`<b>${1}</b>`}</i>`.toString(), "<i><b>1</b></i>");
});

test("a reading as a phone shows it", () => {
  const view: View = {
    title: "web-1 · Memory",
    blocks: [
      {
        type: "facts",
        rows: [
          { label: "Used", value: ["11.2 of 23.5 GiB (48 %)"], level: "ok" },
          { label: "Swap", value: [{ kind: "strong", text: "1.9 GiB of 2.0 GiB" }], level: "bad" },
          { label: "Seen", value: [{ kind: "time", at: 1_767_323_045, style: "relative" }] },
        ],
      },
      {
        type: "bars",
        rows: [
          { label: "/", share: 0.53, text: "53 %", level: "ok" },
          { label: "/home", share: 0.004, text: "0 %", level: "warn" },
          { label: "/var", share: 0.998, text: "100 %", level: "bad" },
        ],
      },
      { type: "heading", text: "Top" },
      {
        type: "table",
        columns: [
          { head: "PID", align: "right" },
          { head: "Name", align: "left" },
          { head: "User", align: "left" },
          { head: "CPU", align: "right" },
        ],
        rows: [
          ["1", "systemd", "root", "0.1 %"],
          ["30211", "Web Content (漢字) and more words", "postgres", "99.9 %"],
        ],
      },
      { type: "note", text: ["Measured over ", { kind: "strong", text: "1 s" }] },
    ],
    buttons: [],
  };
  assert.equal(
    shown(view),
    [
      "web-1 · Memory",
      "",
      "🟢 Used: 11.2 of 23.5 GiB (48 %)",
      "🔴 Swap: 1.9 GiB of 2.0 GiB",
      "Seen: 2026-01-02 03:04 UTC",
      "",
      "🟢 ▰▰▰▰▰▱▱▱▱▱ / 53 %",
      "🟡 ▰▱▱▱▱▱▱▱▱▱ /home 0 %",
      "🔴 ▰▰▰▰▰▰▰▰▰▱ /var 100 %",
      "",
      "Top",
      "  PID  Name        User         CPU",
      "    1  systemd     root       0.1 %",
      "30211  Web Conte…  postgres  99.9 %",
      "",
      "Measured over 1 s",
    ].join("\n"),
  );
});

test("a path is no command to tap, a command in a list is one", () => {
  const view: View = {
    blocks: [
      { type: "heading", text: "/home · ext4" },
      { type: "bars", rows: [{ label: "/var", share: 0.5, text: "50 %" }] },
      { type: "facts", rows: [{ label: "/boot", value: ["1 %"], level: "ok" }] },
      { type: "facts", rows: [{ label: "/temp", value: ["CPU temperature"] }] },
    ],
    buttons: [],
  };
  const { text, entities } = parseHtml(toHtml(render(view)).toString());
  const tapped = settleText(text, entities).entities.filter(({ type }) => type === "bot_command");
  assert.deepEqual(
    tapped.map(({ offset, length }) => text.slice(offset, offset + length)),
    ["/temp"],
  );
});

test("times carry Telegram's formats, and words for clients that know none", () => {
  const at = 1_767_323_045;
  const styles = ["relative", "clock", "date", "full"] as const;
  const view: View = {
    blocks: [{ type: "text", text: styles.map((style) => ({ kind: "time", at, style })) }],
    buttons: [],
  };
  const { entities, text } = parseHtml(toHtml(render(view)).toString());
  assert.equal(text, "2026-01-02 03:04 UTC03:04:05 UTC2026-01-02 03:04 UTC2026-01-02 03:04 UTC");
  assert.deepEqual(
    entities.map((entity) => entity.date_time_format),
    ["r", "T", "D", "Dt"],
  );
  assert.ok(entities.every((entity) => entity.unix_time === at));
});

test("only web addresses become links; what Telegram would drop is written out", () => {
  const links = ["https://example.org/a", "tg://user?id=7", "javascript:alert(1)", "http://localhost:8080/x"];
  const view: View = {
    blocks: [{ type: "text", text: links.map((href) => ({ kind: "link", text: "here", href })) }],
    buttons: [[{ label: "Page", href: "http://localhost:8080/" }]],
  };
  const { text, entities } = parseHtml(toHtml(render(view)).toString());
  assert.deepEqual(
    entities.map((entity) => [entity.type, entity.url]),
    [["text_link", "https://example.org/a"]],
  );
  assert.match(text, /here \(http:\/\/localhost:8080\/x\)/);
  assert.match(text, /Page: http:\/\/localhost:8080\//);
});

test("width, padding and shortening agree with how the emulator draws", () => {
  for (const text of ["web-1", "漢字", "🟢", "👨‍👩‍👧", "🇩🇪", "e\u0301", "ｆｕｌｌ", "한국", "▰"]) {
    assert.equal(displayWidth(text), width(text), text);
  }
  assert.equal(padded("漢", 4, "right"), "  漢");
  assert.equal(shortened("漢字漢字", 6), "漢字…");
  fc.assert(
    fc.property(oddText, fc.integer({ min: 1, max: 20 }), (text, columns) => {
      assert.ok(displayWidth(shortened(text, columns)) <= Math.max(columns, 1));
    }),
  );
});
