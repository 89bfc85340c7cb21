/** Contract of Servers: adding and naming, members and their numbers, signs of life, removal. */
import assert from "node:assert/strict";
import { Fault } from "@servereye/contract";
import fc from "fast-check";
import {
  aButton,
  aServer,
  atOnce,
  type ContractTest,
  facts,
  faultOf,
  NOW,
  serverId,
  somebody,
  somePerson,
} from "./world.test-suite.ts";

export function serversContract(test: ContractTest): void {
  test("public keys are given many at once, of those that exist", async (open) => {
    const { store } = await open();
    const owner = (await somePerson(store)).id;
    const [one, two] = [aServer(owner), aServer(owner)];
    for (const server of [one, two]) await store.servers.add(server);
    assert.deepEqual(await store.servers.keys([]), new Map());
    assert.deepEqual(
      await store.servers.keys([two.id, serverId(), "\0", one.id]),
      new Map([one, two].map(({ id, publicKey }) => [id, publicKey] as const)),
    );
  });

  test("a server is added with its first owner and read back", async (open) => {
    const { store } = await open();
    const owner = await somePerson(store);
    const server = aServer(owner.id);
    const { owner: _, ...shown } = server;
    const record = await store.servers.add(server);
    assert.deepEqual(record, { ...shown, lastSeen: null, facts: null });
    assert.deepEqual(await store.servers.byId(server.id), record);
    assert.deepEqual(await store.servers.members(server.id), [{ person: owner, role: "owner" }]);
    assert.equal(await store.servers.byId(serverId()), undefined);
    assert.equal(await store.servers.byId("\0"), undefined);
  });

  test("a name taken by another server of the owner gets a number, whatever its case", async (open) => {
    const { store } = await open();
    const [ann, bob] = [await somePerson(store), await somePerson(store)];
    const names = [];
    for (const name of ["web", "Web", "WEB", "web-2", "ÄÖ", "äö", "A\u0308ö"])
      names.push((await store.servers.add(aServer(ann.id, name))).name);
    assert.deepEqual(names, ["web", "Web-2", "WEB-3", "web-2-2", "ÄÖ", "äö-2", "A\u0308ö-3"]);
    assert.equal((await store.servers.add(aServer(bob.id, "web"))).name, "web");
  });

  test("servers of one name added at once all get names and numbers of their own", async (open) => {
    const [one, other] = [await open(), await open()];
    const { account, person } = await somebody(one.store);
    await atOnce(20, (n) => (n % 2 === 0 ? one : other).store.servers.add(aServer(person.id, "web")));
    const seen = (await one.store.people.actor(account, "chat"))?.servers ?? [];
    assert.deepEqual(
      seen.map((server) => server.number),
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    assert.equal(new Set(seen.map((server) => server.name)).size, 20);
  });

  test("one server added by many at once has one owner; the owner adds it again, others may not", async (open) => {
    const [one, other] = [await open(), await open()];
    const persons = await atOnce(10, () => somePerson(one.store));
    const id = serverId();
    const outcomes = await Promise.allSettled(
      persons.map((person, n) =>
        (n % 2 === 0 ? one : other).store.servers.add(aServer(person.id, `n${n}`, id)),
      ),
    );
    assert.equal(outcomes.filter((outcome) => outcome.status === "fulfilled").length, 1);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") assert.ok(faultOf("NOT_ALLOWED")(outcome.reason));
    const [owner] = await one.store.servers.members(id);
    const again = await one.store.servers.add(aServer(owner?.person.id ?? "", "again", id));
    assert.deepEqual(again, await one.store.servers.byId(id));
    assert.notEqual(again.name, "again");
    assert.equal((await one.store.servers.members(id)).length, 1);
  });

  test("one server added twice at once by its owner is one server", async (open) => {
    const [one, other] = [await open(), await open()];
    const { account, person } = await somebody(one.store);
    const server = aServer(person.id);
    const [first, second] = await Promise.all([
      one.store.servers.add(server),
      other.store.servers.add(server),
    ]);
    assert.deepEqual(first, second);
    assert.equal((await one.store.people.actor(account, "chat"))?.servers.length, 1);
  });

  test("an owner who does not exist adds nothing", async (open) => {
    const { store } = await open();
    await assert.rejects(store.servers.add(aServer(crypto.randomUUID())), faultOf("NOT_ALLOWED"));
    assert.equal((await store.figures()).servers, 0);
  });

  test("a server is renamed to just what was asked", async (open) => {
    const { store } = await open();
    const owner = await somePerson(store);
    const server = aServer(owner.id);
    await store.servers.add(server);
    await store.servers.rename(server.id, "  two words ");
    assert.equal((await store.servers.byId(server.id))?.name, "  two words ");
    await assert.rejects(store.servers.rename(serverId(), "x"), faultOf("SERVER_UNKNOWN"));
    for (const bad of ["", "\0", "a\0b", "\ud800", "x".repeat(129)])
      await assert.rejects(store.servers.rename(server.id, bad), faultOf("NAME_INVALID"));
    await assert.rejects(store.servers.add(aServer(owner.id, "a\0b")), faultOf("NAME_INVALID"));
    assert.equal((await store.servers.byId(server.id))?.name, "  two words ");
  });

  test("any name of a server is kept verbatim or refused, never changed", async (open) => {
    const { store } = await open();
    const owner = await somebody(store);
    const server = aServer(owner.person.id);
    await store.servers.add(server);
    const names = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) });
    await fc.assert(
      fc.asyncProperty(fc.oneof(names, fc.string({ unit: "grapheme" })), async (name) => {
        const keepable = name !== "" && name.length <= 128 && name.isWellFormed() && !name.includes("\0");
        const outcome = await store.servers.rename(server.id, name).catch((error: unknown) => error);
        if (!keepable) {
          assert.ok(faultOf("NAME_INVALID")(outcome));
          return;
        }
        assert.equal(outcome, undefined);
        assert.equal((await store.servers.byId(server.id))?.name, name);
        assert.equal((await store.people.actor(owner.account, "chat"))?.servers[0]?.name, name);
      }),
      { numRuns: 60 },
    );
  });

  test("numbers of a person are theirs alone, stable, and never meet", async (open) => {
    const [one, other] = [await open(), await open()];
    const owners = await atOnce(12, () => somePerson(one.store));
    const servers = owners.map((owner) => aServer(owner.id));
    for (const server of servers) await one.store.servers.add(server);
    const { account, person } = await somebody(one.store);
    await Promise.all(
      servers.map((server, n) =>
        (n % 2 === 0 ? one : other).store.servers.grant(server.id, person.id, "viewer"),
      ),
    );
    const numbers = async () =>
      (await one.store.people.actor(account, "chat"))?.servers.map((server) => server.number);
    assert.deepEqual(await numbers(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const before = (await one.store.people.actor(account, "chat"))?.servers ?? [];
    await one.store.servers.revoke(before[2]?.id ?? "", person.id);
    await one.store.servers.grant(before[4]?.id ?? "", person.id, "operator");
    assert.deepEqual(await numbers(), [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await one.store.servers.grant(before[2]?.id ?? "", person.id, "viewer");
    assert.deepEqual((await numbers())?.at(-1), 13);
  });

  test("roles are given, changed and taken; what is not there is refused", async (open) => {
    const { store } = await open();
    const [ann, bob] = [await somePerson(store, "Ann"), await somePerson(store, "Bob")];
    const server = aServer(ann.id);
    await store.servers.add(server);
    await store.servers.grant(server.id, bob.id, "viewer");
    await store.servers.grant(server.id, bob.id, "admin");
    const roles = async () =>
      Object.fromEntries((await store.servers.members(server.id)).map((one) => [one.person.name, one.role]));
    assert.deepEqual(await roles(), { Ann: "owner", Bob: "admin" });
    await store.servers.revoke(server.id, bob.id);
    await store.servers.revoke(server.id, bob.id);
    assert.deepEqual(await roles(), { Ann: "owner" });
    await assert.rejects(store.servers.grant(serverId(), bob.id, "viewer"), faultOf("SERVER_UNKNOWN"));
    await assert.rejects(store.servers.revoke(serverId(), bob.id), faultOf("SERVER_UNKNOWN"));
    await assert.rejects(
      store.servers.grant(server.id, crypto.randomUUID(), "viewer"),
      faultOf("NOT_ALLOWED"),
    );
  });

  test("the last owner stays, also when all owners leave at once", async (open) => {
    const [one, other] = [await open(), await open()];
    const owners = await atOnce(8, () => somePerson(one.store));
    const [first] = owners;
    const server = aServer(first?.id ?? "");
    await one.store.servers.add(server);
    await assert.rejects(one.store.servers.revoke(server.id, first?.id ?? ""), faultOf("NOT_ALLOWED"));
    await assert.rejects(
      one.store.servers.grant(server.id, first?.id ?? "", "admin"),
      faultOf("NOT_ALLOWED"),
    );
    for (const owner of owners) await one.store.servers.grant(server.id, owner.id, "owner");
    const outcomes = await Promise.allSettled(
      owners.map((owner, n) => {
        const { store } = n % 2 === 0 ? one : other;
        return n < 4
          ? store.servers.revoke(server.id, owner.id)
          : store.servers.grant(server.id, owner.id, "viewer");
      }),
    );
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    assert.equal(refused.length, 1);
    assert.ok(faultOf("NOT_ALLOWED")(refused[0]?.reason));
    const left = (await one.store.servers.members(server.id)).filter((member) => member.role === "owner");
    assert.equal(left.length, 1);
  });

  test("the latest sign of life is kept, however many come at once", async (open) => {
    const [one, other] = [await open(), await open()];
    const owner = await somePerson(one.store);
    const servers = Array.from({ length: 10 }, () => aServer(owner.id));
    for (const server of servers) await one.store.servers.add(server);
    await one.store.servers.seen([]);
    await atOnce(40, (n) => {
      const signs = servers.map((server) => ({ serverId: server.id, at: NOW + n }));
      // Overlapping batches in opposite orders from two pools: nobody may block anybody.
      return n % 2 === 0 ? one.store.servers.seen(signs) : other.store.servers.seen(signs.reverse());
    });
    const [first] = servers;
    await one.store.servers.seen([
      { serverId: first?.id ?? "", at: NOW - 5 },
      { serverId: first?.id ?? "", at: NOW + 100 },
      { serverId: first?.id ?? "", at: NOW + 60 },
      { serverId: serverId(), at: NOW },
    ]);
    const kept = await Promise.all(servers.map((server) => one.store.servers.byId(server.id)));
    assert.deepEqual(
      kept.map((server) => (server?.lastSeen ?? 0) - NOW),
      [100, ...Array.from({ length: 9 }, () => 39)],
    );
  });

  test("facts are kept as told, with the time of telling as a sign of life", async (open) => {
    const { store } = await open();
    const server = aServer((await somePerson(store)).id);
    await store.servers.add(server);
    await store.servers.setFacts(server.id, facts, NOW);
    await store.servers.setFacts(server.id, { ...facts, version: "0.2.0" }, NOW - 1);
    const record = await store.servers.byId(server.id);
    assert.deepEqual(record?.facts, { ...facts, version: "0.2.0" });
    assert.equal(record?.lastSeen, NOW);
    await store.servers.setFacts(serverId(), facts, NOW);
  });

  test("a removed server takes memberships, choices and buttons with it, and leaves the audit log", async (open) => {
    const { store } = await open();
    const { account, person } = await somebody(store);
    const [gone, kept] = [aServer(person.id, "gone"), aServer(person.id, "kept")];
    await store.servers.add(gone);
    await store.servers.add(kept);
    await store.people.choose(person.id, "chat", gone.id);
    const ask = (id: string) => aButton({ action: { kind: "ask", command: "temp", ask: {}, serverId: id } });
    const act = (id: string) =>
      aButton({ action: { kind: "do", what: "server.remove", values: { serverId: id } } });
    const going = [ask(gone.id), act(gone.id)];
    const staying = [ask(kept.id), act(kept.id), aButton()];
    await store.buttons.save([...going, ...staying]);
    await store.audit.record({
      ...{ at: NOW, personId: person.id, from: "telegram:1", what: "server.remove" },
      ...{ on: gone.id, result: "done", detail: {} },
    });
    await store.servers.remove(gone.id);
    await store.servers.remove(gone.id);
    assert.equal(await store.servers.byId(gone.id), undefined);
    const actor = await store.people.actor(account, "chat");
    assert.equal(actor?.chosen, null);
    assert.deepEqual(
      actor?.servers.map((server) => [server.id, server.number]),
      [[kept.id, 2]],
    );
    for (const button of going) assert.equal(await store.buttons.find(button.token), undefined);
    for (const button of staying) assert.deepEqual(await store.buttons.find(button.token), button);
    assert.equal((await store.audit.recent({ serverId: gone.id, limit: 5 })).length, 1);
  });

  test("granting, removing and signs of life at once end without a deadlock", async (open) => {
    const [one, other] = [await open(), await open()];
    const persons = await atOnce(6, () => somePerson(one.store));
    const servers = persons.map((person) => aServer(person.id));
    for (const server of servers) await one.store.servers.add(server);
    const work = servers.flatMap((server, s) =>
      persons.flatMap((person, p) => {
        const { store } = (s + p) % 2 === 0 ? one : other;
        return [
          store.servers.grant(server.id, person.id, "operator"),
          store.servers.seen(servers.map(({ id }) => ({ serverId: id, at: NOW + s * 10 + p }))),
          store.people.choose(person.id, "chat", server.id),
          store.buttons.save([
            aButton({ action: { kind: "ask", command: "temp", ask: {}, serverId: server.id } }),
          ]),
          ...(p === 5 && s > 2 ? [other.store.servers.remove(server.id)] : []),
        ];
      }),
    );
    for (const outcome of await Promise.allSettled(work)) {
      if (outcome.status === "fulfilled") continue;
      assert.ok(outcome.reason instanceof Fault);
      assert.match(outcome.reason.code, /^(SERVER_UNKNOWN|NOT_ALLOWED)$/, String(outcome.reason.cause));
    }
    assert.equal((await one.store.figures()).servers, 3);
  });
}
