/** Which server is meant: never the wrong one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SeenServer } from "../ports/people.ts";
import { nearest } from "./nearest.ts";
import { leading, which } from "./which.ts";

const server = (number: number, name: string): SeenServer => ({
  id: String(number).padStart(32, "a"),
  name,
  region: "",
  role: "owner",
  number,
  lastSeen: null,
});
const FLEET = [
  server(1, "web-1"),
  server(2, "web-10"),
  server(3, "db"),
  server(7, "Мой Сервер"),
  server(9, "10-node"),
];
const one = (reference: string) => {
  const found = which(reference, FLEET);
  return found.kind === "one" ? found.server.name : found.kind;
};

test("number, whole name, unique beginning, id", () => {
  assert.equal(one("1"), "web-1");
  assert.equal(one("#7"), "Мой Сервер");
  assert.equal(one("web-1"), "web-1", "a whole name beats another's beginning");
  assert.equal(one("WEB-10"), "web-10");
  assert.equal(one("d"), "db");
  assert.equal(one("мой"), "Мой Сервер");
  assert.equal(one("10"), "10-node", "a number nobody has may begin a name");
  assert.equal(one(FLEET[2]?.id ?? ""), "db");
});

test("several and none are said, with the nearest", () => {
  assert.deepEqual(which("web", FLEET).kind, "several");
  assert.deepEqual(which("wbe-1", FLEET), { kind: "none", near: FLEET[0] });
  assert.deepEqual(which("zzzzzz", FLEET), { kind: "none", near: undefined });
  assert.deepEqual(which("", FLEET), { kind: "none", near: undefined });
  assert.deepEqual(which("8", FLEET).kind, "none");
});

test("a name with spaces leads a command", () => {
  const found = leading(["Мой", "Сервер", "new"], FLEET);
  assert.equal(found.which.kind === "one" && found.which.server.number, 7);
  assert.deepEqual(found.rest, ["new"]);
  assert.deepEqual(leading(["db", "new", "name"], FLEET).rest, ["new", "name"]);
  assert.equal(leading([], FLEET).which.kind, "none");
});

test("what is found always answers to what was typed, and only one when only one does", () => {
  const names = fc.uniqueArray(
    fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom("a", "b", "1", "-", "я") }),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(
      names,
      fc.string({ maxLength: 4, unit: fc.constantFrom("a", "b", "1", "-", "я", "A") }),
      (given, reference) => {
        const fleet = given.map((name, i) => server(i + 1, name));
        const found = which(reference, fleet);
        const wanted = reference.trim().toLowerCase();
        const begins = (s: SeenServer) =>
          s.name.toLowerCase().startsWith(wanted) || String(s.number) === wanted.replace("#", "");
        if (found.kind === "one") assert.ok(begins(found.server));
        if (found.kind === "several") assert.ok(found.servers.length > 1 && found.servers.every(begins));
        if (found.kind === "none" && wanted !== "")
          assert.ok(!fleet.some((s) => s.name.toLowerCase().startsWith(wanted)));
      },
    ),
  );
});

test("the nearest is near, or nothing", () => {
  assert.equal(nearest("memry", ["memory", "members"]), "memory");
  assert.equal(nearest("mem", ["status", "memory", "members"]), "memory");
  assert.equal(nearest("x", ["memory"]), undefined);
  assert.equal(nearest("hello", ["help", "memory"]), "help");
  assert.equal(nearest("good morning", ["help", "memory"]), undefined);
});
