/** Every message the code asks for stands in every language, with the same values, and nothing stands unused. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FluentResource } from "@fluent/bundle";
import { FAULT_CODES, ROLES } from "@servereye/contract";
import { chatCommands } from "./commands/all.ts";
import { aboutId } from "./commands/help.ts";
import { faultId } from "./faults.ts";
import { menuFor } from "./menu.ts";
import { catalogues, hasMessage, LANGUAGES, languageFor, translator } from "./translate.ts";

const idsIn = (ftl: string): string[] => new FluentResource(ftl).body.map((entry) => entry.id).sort();
const valuesIn = (ftl: string): string[] =>
  [...new Set([...ftl.matchAll(/\$([a-zA-Z]+)/g)].map((match) => match[1] ?? ""))].sort();

test("each catalogue has the same ids and the same values in every language, and no id twice", () => {
  const all: string[] = [];
  for (const messages of catalogues) {
    assert.deepEqual(idsIn(messages.ru), idsIn(messages.en));
    const entry = (ftl: string, id: string) =>
      new RegExp(`^${id} =[^]*?(?=^[a-z][a-zA-Z0-9-]* =|$(?![^]))`, "m").exec(ftl)?.[0] ?? "";
    for (const id of idsIn(messages.en))
      assert.deepEqual(valuesIn(entry(messages.ru, id)), valuesIn(entry(messages.en, id)), `values of ${id}`);
    all.push(...idsIn(messages.en));
  }
  assert.deepEqual(
    all.filter((id, i) => all.indexOf(id) !== i),
    [],
    "an id stands twice",
  );
});

test("every id written in the chat's code exists", () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.includes("messages"),
  );
  const used = files.flatMap((file) =>
    [...readFileSync(join(import.meta.dirname, file), "utf8").matchAll(/\bt\(\s*"([a-z0-9-]+)"/g)].map(
      (match) => match[1] ?? "",
    ),
  );
  assert.ok(used.length > 80, "the search for ids found hardly any");
  for (const language of LANGUAGES)
    assert.deepEqual(
      used.filter((id) => !hasMessage(language, id)),
      [],
      `missing in ${language}`,
    );
});

test("ids that are put together exist too: faults, roles, menus, links", () => {
  const put = [
    ...FAULT_CODES.map(faultId),
    ...ROLES.map((role) => `role-${role}`),
    ...[...chatCommands.keys()].map(aboutId),
    ...["setup", "invited", "invited-server", "worthless"].map((kind) => `link-${kind}`),
    "debug-chat-private",
    "debug-chat-group",
    "fault-since",
    "fault-until",
  ];
  for (const language of LANGUAGES)
    assert.deepEqual(
      put.filter((id) => !hasMessage(language, id)),
      [],
    );
});

test("menus fit Telegram's limits in every language and name each command once", () => {
  for (const language of LANGUAGES)
    for (const who of ["all", "admin"] as const) {
      const menu = menuFor(language, who);
      assert.ok(menu.length > 15 && menu.length <= 100);
      assert.equal(new Set(menu.map(({ name }) => name)).size, menu.length);
      assert.equal(
        menu.some(({ name }) => name === "stats"),
        who === "admin",
      );
      for (const { name, about } of menu) {
        assert.match(name, /^[a-z0-9_]{1,32}$/);
        assert.ok(about.length >= 1 && about.length <= 60, `${name}: ${about}`);
      }
    }
});

test("plural rules", () => {
  const ru = translator("ru");
  assert.deepEqual(
    [1, 2, 5, 21].map((count) => ru("servers-title", { count, online: 0 }).split(",")[0]),
    ["🖥 1 сервер", "🖥 2 сервера", "🖥 5 серверов", "🖥 21 сервер"],
  );
});

test("the person's choice beats the chat's language, unknown languages get English", () => {
  assert.equal(languageFor(null, "ru-RU"), "ru");
  assert.equal(languageFor("en", "ru"), "en");
  assert.equal(languageFor(null, "de"), "en");
  assert.equal(languageFor(null, undefined), "en");
});

test("a missing message or value is a loud defect, not an empty text", () => {
  assert.throws(() => translator("en")("no-such-id"), /no message/);
  assert.throws(() => translator("en")("asking"), /asking/);
});

test("no line breaks between a number and its unit", () => {
  for (const language of LANGUAGES) {
    const t = translator(language);
    assert.match(t("unit-gib", { value: 11.5 }), /^11[.,]5\u00a0\p{L}+$/u);
    const size = t("unit-mib", { value: 1 });
    assert.match(t("unit-a-second", { amount: size }), /^1[.,]0\u00a0\p{L}+\/\p{L}$/u);
  }
});
