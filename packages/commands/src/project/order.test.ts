/** The order of a project: who is needed stands first, whatever the labels say and however they are listed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Member, needsIn, orderOf } from "./order.ts";

const member = (name: string, label = "", service = name): Member => ({
  ...{ id: `id-${name}`, name, service, needs: needsIn(label) },
});
const named = (ids: readonly string[]) => ids.map((id) => id.replace("id-", ""));

test("Compose's label is read with its conditions, and what is odd in it is taken for `started`", () => {
  assert.deepEqual(
    needsIn("db:service_healthy:true,redis:service_started:false, migrate:service_completed_successfully"),
    [
      { service: "db", condition: "healthy" },
      { service: "redis", condition: "started" },
      { service: "migrate", condition: "completed" },
    ],
  );
  assert.deepEqual(needsIn("db,:x,,x:odd:"), [
    { service: "db", condition: "started" },
    { service: "x", condition: "started" },
  ]);
  assert.deepEqual(needsIn(undefined), []);
});

test("who is needed goes first, and last when it is stopped; the containers of a scaled service go each", () => {
  const members = [
    member("web", "api"),
    member("api-1", "db:service_healthy:true", "api"),
    member("api-2", "db:service_healthy:true", "api"),
    member("db"),
    member("alone"),
  ];
  const { ids, waits, broken } = orderOf(members);
  assert.deepEqual(named(ids), ["alone", "db", "api-1", "api-2", "web"]);
  assert.deepEqual(
    waits.get("id-web")?.map(({ on }) => on),
    ["id-api-1", "id-api-2"],
  );
  assert.deepEqual(waits.get("id-api-1"), [{ on: "id-db", condition: "healthy" }]);
  assert.deepEqual(broken, []);
  assert.deepEqual(named(orderOf(members, true).ids), ["alone", "web", "api-1", "api-2", "db"]);
});

test("a ring is broken at one place, which is told", () => {
  const ring = [member("a", "b"), member("b", "c"), member("c", "a"), member("self", "self")];
  const { ids, broken } = orderOf(ring);
  assert.deepEqual(named(ids), ["c", "b", "a", "self"]);
  assert.deepEqual(broken, [{ a: "c", b: "a" }]);
});

test("any labels: each container once, after all it waits for, the same in whatever order they are listed", () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const label = fc.array(fc.constantFrom(...names, "gone"), { maxLength: 4 }).map((all) => all.join(","));
  const members = fc
    .array(fc.tuple(fc.constantFrom(...names), label), { maxLength: 20 })
    .map((all) => all.map(([service, needs], at) => member(`${service}-${at}`, needs, service)));
  fc.assert(
    fc.property(members, fc.boolean(), fc.integer(), (all, backwards, turn) => {
      const { ids, waits, broken } = orderOf(all, backwards);
      assert.deepEqual([...ids].sort(), all.map(({ id }) => id).sort());
      const at = new Map(ids.map((id, place) => [id, place]));
      for (const [id, list] of waits)
        for (const { on } of list) assert.ok((at.get(on) ?? 99) < (at.get(id) ?? -1), `${on} before ${id}`);
      const cut = all.length === 0 ? 0 : Math.abs(turn) % all.length;
      assert.deepEqual(orderOf([...all.slice(cut), ...all.slice(0, cut)], backwards), { ids, waits, broken });
      // Nothing is left out but what closes a ring.
      const wished = all.flatMap((one) =>
        one.needs.flatMap(({ service }) =>
          all.filter((o) => o.service === service && one.service !== service),
        ),
      ).length;
      const kept = [...waits.values()].reduce((sum, list) => sum + list.length, 0);
      assert.equal(kept + broken.length, wished);
    }),
  );
});
