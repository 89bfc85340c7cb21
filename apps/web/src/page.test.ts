/** The page's logic without a browser: what is shown, suggested, recalled and reconciled. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatMessage } from "@servereye/contract";
import fc from "fast-check";
import { type Conversation, type Happening, happened, nothingYet } from "./conversation.ts";
import { freshFor, momentText } from "./moments.ts";
import { loginToken, plain, safeLink } from "./plain.ts";
import { chips, recall, suggestions } from "./suggest.ts";
import { catalogues, languageOf, sayIn } from "./words.ts";

const message = (id: string, more: Partial<ChatMessage> = {}): ChatMessage => ({
  id,
  from: "bot",
  at: 1,
  revision: 1,
  text: id,
  ...more,
});
const after = (start: Conversation, ...what: Happening[]): Conversation => what.reduce(happened, start);
const told = (...messages: ChatMessage[]): Happening[] => [
  { type: "opened" },
  ...messages.map((one): Happening => ({ type: "message", message: one })),
  { type: "kept" },
];

test("an edit takes the place of what it edits, an older one does not", () => {
  const start = after(nothingYet, ...told(message("m1"), message("m2")));
  const edited = message("m1", { revision: 2, text: "new" });
  const now = after(start, { type: "message", message: edited }, { type: "message", message: message("m1") });
  assert.deepEqual(now.messages, [edited, message("m2")]);
});

test("after a reconnection: same messages stay the same objects, vanished ones go, renewed ids are replaced", () => {
  const start = after(nothingYet, ...told(message("m1"), message("m2"), message("m3")));
  const during = after(start, { type: "opened" }, { type: "message", message: message("m1") });
  assert.equal(during.messages, start.messages, "nothing moves until all is told");
  const renewed = message("m2", { at: 99 });
  const now = after(start, ...told(message("m1"), renewed));
  assert.equal(now.messages[0], start.messages[0]);
  assert.deepEqual(now.messages, [message("m1"), renewed]);
});

test("deleting and typing", () => {
  const start = after(nothingYet, ...told(message("m1")), { type: "typing" });
  assert.equal(start.typing, true);
  const asked = after(start, { type: "message", message: message("m2", { from: "person" }) });
  assert.equal(asked.typing, true);
  const answered = after(asked, { type: "message", message: message("m3") }, { type: "deleted", id: "m1" });
  assert.equal(answered.typing, false);
  assert.deepEqual(
    answered.messages.map(({ id }) => id),
    ["m2", "m3"],
  );
});

test("suggestions: what begins so first; none after a space", () => {
  const hints = ["memory", "members", "cpu", "rename_server"].map((name) => ({ name, about: "" }));
  const names = (text: string) => suggestions(text, hints).map(({ name }) => name);
  assert.deepEqual(names("/mem"), ["memory", "members"]);
  assert.deepEqual(names("/NAME"), ["rename_server"]);
  assert.deepEqual(names("/"), ["memory", "members", "cpu", "rename_server"]);
  assert.deepEqual(names("/cpu web"), []);
  assert.deepEqual(names("cpu"), []);
  assert.deepEqual(chips(hints), ["cpu", "memory"]);
});

test("recall walks back, stops at the oldest, and comes out at an empty line", () => {
  const written = ["a", "b"];
  assert.deepEqual(recall(written, undefined, -1), { place: 1, text: "b" });
  assert.deepEqual(recall(written, 0, -1), { place: 0, text: "a" });
  assert.deepEqual(recall(written, 1, 1), { place: undefined, text: "" });
  assert.deepEqual(recall([], undefined, -1), { place: undefined, text: "" });
});

test("moments", () => {
  const now = Date.UTC(2026, 0, 1, 12);
  const text = (ago: number, locale = "en") => momentText(now / 1000 - ago, "relative", now, locale, "now");
  assert.equal(text(1), "now");
  assert.equal(text(45), "45 seconds ago");
  assert.equal(text(7300), "2 hours ago");
  assert.equal(text(-90_000), "in 1 day");
  assert.equal(text(7300, "ru"), "2 часа назад");
  assert.equal(momentText(9e15, "full", now, "en", "now"), "–");
  assert.equal(freshFor(now / 1000 - 5, now), 1_000);
  assert.equal(freshFor(now / 1000 - 500, now), 30_000);
});

test("what is shown never acts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(plain(text).replace(/[\n\t]/g, ""), /[\p{Cc}\u202A-\u202E]/u);
    }),
  );
  assert.equal(plain("ok\n\t\u202Egnp"), "ok\n\tgnp");
  assert.equal(safeLink("javascript:alert(1)"), undefined);
  assert.equal(safeLink("data:text/html,x"), undefined);
  assert.equal(safeLink("/etc"), undefined);
  assert.equal(safeLink("tg://resolve?domain=x"), "tg://resolve?domain=x");
});

test("a login token is found in what people paste", () => {
  assert.equal(loginToken(" http://127.0.0.1:8080/#login=abc_DEF-123 \n"), "abc_DEF-123");
  assert.equal(loginToken("abc_DEF-123"), "abc_DEF-123");
  assert.equal(loginToken("http://127.0.0.1:8080/"), undefined);
  assert.equal(loginToken("<script>"), undefined);
});

test("both languages have all the words", () => {
  const ids = (text: string) => [...text.matchAll(/^([a-z-]+) =/gm)].map(([, id]) => id ?? "");
  assert.deepEqual(ids(catalogues.ru), ids(catalogues.en));
  const values = Object.fromEntries([...catalogues.en.matchAll(/\$(\w+)/g)].map(([, name]) => [name, "x"]));
  for (const language of ["en", "ru"] as const)
    for (const id of ids(catalogues.en)) assert.notEqual(sayIn(language)(id, values), "");
  assert.throws(() => sayIn("en")("there-is-no-such"));
  assert.equal(languageOf(undefined, "de-DE", "ru-RU"), "ru");
  assert.equal(languageOf("fr"), "en");
});
