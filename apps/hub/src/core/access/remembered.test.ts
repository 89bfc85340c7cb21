/** Rights from memory: a minute old at most, the last word of the store, and no more of them than there is room for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { turnedClock } from "../fleet/doubles.test-code.ts";
import type { Account, Actor } from "../ports/people.ts";
import { KEPT_MS, rememberActors } from "./remembered.ts";

const account = (externalId: string): Account => ({ channel: "telegram", externalId });
const actor = (name: string): Actor => ({
  person: { id: name, name, language: null, admin: false },
  servers: [],
  chosen: null,
});

test("what was told is recalled for a minute, for this account in this chat alone", () => {
  const clock = turnedClock();
  const remembered = rememberActors(clock);
  remembered.keep(account("1"), "chat", actor("ann"));
  clock.turn(KEPT_MS);
  assert.equal(remembered.recall(account("1"), "chat")?.person.name, "ann");
  assert.equal(remembered.recall(account("1"), "another"), undefined);
  assert.equal(remembered.recall(account("2"), "chat"), undefined);
  assert.equal(remembered.recall({ channel: "local", externalId: "1" }, "chat"), undefined);
  clock.turn(1);
  assert.equal(remembered.recall(account("1"), "chat"), undefined);
  assert.equal(remembered.size(), 0);
});

test("recalling makes nothing younger, telling anew does, and who became a stranger is forgotten", () => {
  const clock = turnedClock();
  const remembered = rememberActors(clock);
  remembered.keep(account("1"), "chat", actor("ann"));
  clock.turn(40_000);
  remembered.recall(account("1"), "chat");
  remembered.keep(account("2"), "chat", actor("bob"));
  clock.turn(40_000);
  assert.equal(remembered.recall(account("1"), "chat"), undefined);
  assert.equal(remembered.recall(account("2"), "chat")?.person.name, "bob");
  remembered.keep(account("2"), "chat", undefined);
  assert.equal(remembered.recall(account("2"), "chat"), undefined);
});

test("where rights on a server were changed, who had any on it is forgotten", () => {
  const remembered = rememberActors(turnedClock());
  const server = { id: "ab", name: "web", region: "", role: "viewer", number: 1, lastSeen: null } as const;
  remembered.keep(account("1"), "chat", { ...actor("ann"), servers: [server] });
  remembered.keep(account("2"), "chat", actor("bob"));
  remembered.forget("ab");
  assert.equal(remembered.recall(account("1"), "chat"), undefined);
  assert.equal(remembered.recall(account("2"), "chat")?.person.name, "bob");
});

test("beyond its room the one told longest ago goes", () => {
  const remembered = rememberActors(turnedClock(), 2);
  remembered.keep(account("1"), "chat", actor("ann"));
  remembered.keep(account("2"), "chat", actor("bob"));
  remembered.keep(account("1"), "chat", actor("ann"));
  remembered.keep(account("3"), "chat", actor("eve"));
  assert.equal(remembered.size(), 2);
  assert.equal(remembered.recall(account("2"), "chat"), undefined);
  assert.equal(remembered.recall(account("1"), "chat")?.person.name, "ann");
});

test("those who see many servers together have no more room than others, and who was told too long ago has none", () => {
  const clock = turnedClock();
  const remembered = rememberActors(clock, 10, 5);
  const server = { id: "ab", name: "web", region: "", role: "viewer", number: 1, lastSeen: null } as const;
  const seeing = (count: number) => ({
    ...actor("ann"),
    servers: Array.from({ length: count }, () => server),
  });
  remembered.keep(account("1"), "chat", seeing(3));
  remembered.keep(account("1"), "chat", seeing(3));
  remembered.keep(account("2"), "chat", seeing(2));
  assert.equal(remembered.size(), 2);
  remembered.keep(account("3"), "chat", seeing(1));
  assert.equal(remembered.recall(account("1"), "chat"), undefined);
  assert.equal(remembered.size(), 2);
  clock.turn(KEPT_MS + 1);
  remembered.keep(account("4"), "chat", actor("eve"));
  assert.equal(remembered.size(), 1);
});
