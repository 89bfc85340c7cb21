/** The gate, row by row, and as properties. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ROLES, type Role } from "@servereye/contract";
import fc from "fast-check";
import type { Actor } from "../ports/people.ts";
import { atLeast, authorize, type HubVerb, type ServerVerb, verbFor } from "./authorize.ts";

const actor = (roles: Record<string, Role>, admin = false): Actor => ({
  person: { id: "7", name: "Ann", language: null, admin },
  servers: Object.entries(roles).map(([id, role], i) => ({
    id,
    name: id,
    region: "",
    role,
    number: i + 1,
    lastSeen: null,
  })),
  chosen: null,
});

const SERVER: Array<[ServerVerb, Role]> = [
  ["server.read", "viewer"],
  ["server.use", "viewer"],
  ["server.act", "operator"],
  ["server.rename", "admin"],
  ["server.share", "admin"],
  ["server.audit", "admin"],
  ["server.remove", "owner"],
];
const HUB: HubVerb[] = ["hub.add", "hub.stats", "hub.invite"];

test("every verb is allowed from its least role on, and not below", () => {
  for (const [verb, needs] of SERVER)
    for (const role of ROLES) {
      const decision = authorize(actor({ a: role }), verb, { serverId: "a" });
      assert.equal(decision.allowed, ROLES.indexOf(role) >= ROLES.indexOf(needs), `${verb} as ${role}`);
      if (!decision.allowed) assert.deepEqual(decision, { allowed: false, reason: "role", needs });
    }
});

test("a stranger may nothing, an empty list means nothing", () => {
  for (const [verb] of SERVER) {
    assert.deepEqual(authorize(undefined, verb, { serverId: "a" }), { allowed: false, reason: "stranger" });
    assert.deepEqual(authorize(actor({}), verb, { serverId: "a" }), { allowed: false, reason: "unseen" });
    assert.deepEqual(authorize(actor({ a: "owner" }), verb, "hub"), { allowed: false, reason: "unseen" });
  }
  for (const verb of HUB) {
    assert.deepEqual(authorize(undefined, verb, "hub"), { allowed: false, reason: "stranger" });
    assert.equal(authorize(actor({ a: "owner" }, true), verb, { serverId: "a" }).allowed, false);
  }
});

test("an admin of the installation sees nobody else's server", () => {
  assert.deepEqual(authorize(actor({}, true), "server.read", { serverId: "a" }), {
    allowed: false,
    reason: "unseen",
  });
  assert.equal(authorize(actor({}, true), "hub.stats", "hub").allowed, true);
  assert.deepEqual(authorize(actor({ a: "owner" }), "hub.stats", "hub"), { allowed: false, reason: "admin" });
  assert.equal(authorize(actor({}), "hub.add", "hub").allowed, true);
});

test("whoever is allowed a thing on a server is a member of exactly that server", () => {
  const ids = fc.constantFrom("a", "b", "c", "d");
  fc.assert(
    fc.property(
      fc.dictionary(ids, fc.constantFrom(...ROLES)),
      ids,
      fc.constantFrom(...SERVER.map(([verb]) => verb)),
      fc.boolean(),
      (roles, serverId, verb, admin) => {
        const decision = authorize(actor(roles, admin), verb, { serverId });
        const role = Object.hasOwn(roles, serverId) ? roles[serverId] : undefined;
        if (decision.allowed) assert.equal(decision.server?.id, serverId);
        assert.equal(decision.allowed && role === undefined, false);
      },
    ),
  );
});

test("a command's least role maps to a verb that needs exactly it", () => {
  for (const needs of ROLES)
    for (const role of ROLES)
      assert.equal(
        authorize(actor({ a: role }), verbFor(needs), { serverId: "a" }).allowed,
        atLeast(role, needs),
      );
});
