/** Contract of People: admitting, linking, choosing, and the one question of every message. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  aServer,
  atOnce,
  type ContractTest,
  faultOf,
  NOW,
  serverId,
  someAccount,
  somebody,
  somePerson,
} from "./world.test-suite.ts";

export function peopleContract(test: ContractTest): void {
  test("a stranger is nobody", async (open) => {
    const { store } = await open();
    assert.equal(await store.people.actor(someAccount(), "chat"), undefined);
    assert.equal(await store.people.byAccount(someAccount()), undefined);
    const odd = { channel: "telegram", externalId: "\0" } as const;
    assert.equal(await store.people.actor(odd, "chat"), undefined);
    assert.equal(await store.people.byAccount(odd), undefined);
  });

  test("an account is admitted once, and admin is raised but never lowered", async (open) => {
    const { store } = await open();
    const account = someAccount();
    const first = await store.people.admit(account, { name: "Ann", admin: false });
    assert.deepEqual(first, { id: first.id, name: "Ann", language: null, admin: false });
    const raised = await store.people.admit(account, { name: "Other", admin: true });
    assert.deepEqual(raised, { ...first, admin: true });
    assert.deepEqual(await store.people.admit(account, { name: "Ann", admin: false }), raised);
    assert.deepEqual(await store.people.byAccount(account), raised);
    assert.deepEqual(await store.people.admins(), [raised]);
    await store.people.setAdmin(first.id, false);
    assert.deepEqual(await store.people.admins(), []);
    const names = await store.people.names([first.id, crypto.randomUUID()]);
    assert.deepEqual([...names], [[first.id, raised.name]]);
    assert.equal((await store.people.names([])).size, 0);
  });

  test("an account admitted by many at once is one person", async (open) => {
    const [one, other] = [await open(), await open()];
    const account = someAccount();
    const persons = await atOnce(30, (n) =>
      (n % 2 === 0 ? one : other).store.people.admit(account, { name: `n${n}`, admin: false }),
    );
    assert.equal(new Set(persons.map((person) => person.id)).size, 1);
    assert.equal((await one.store.figures()).persons, 1);
  });

  test("an account is linked to one person only", async (open) => {
    const { store } = await open();
    const { account, person } = await somebody(store);
    const local = { channel: "local", externalId: "owner" } as const;
    await store.people.link(local, person.id);
    await store.people.link(local, person.id);
    assert.deepEqual(await store.people.accounts(person.id), [local, account]);
    assert.equal((await store.people.actor(local, "page"))?.person.id, person.id);
    const stranger = await somePerson(store);
    await assert.rejects(store.people.link(local, stranger.id), faultOf("NOT_ALLOWED"));
    await assert.rejects(store.people.link(someAccount(), crypto.randomUUID()), faultOf("NOT_ALLOWED"));
    assert.equal((await store.people.byAccount(local))?.id, person.id);
  });

  test("language and name are kept, and only for those who exist", async (open) => {
    const { store } = await open();
    const { account, person } = await somebody(store);
    await store.people.setLanguage(person.id, "ru");
    await store.people.setName(person.id, "Анна");
    assert.deepEqual(await store.people.byAccount(account), { ...person, language: "ru", name: "Анна" });
    await store.people.setLanguage(person.id, null);
    assert.equal((await store.people.byAccount(account))?.language, null);
    await assert.rejects(store.people.setLanguage(crypto.randomUUID(), "en"), faultOf("NOT_ALLOWED"));
    await assert.rejects(store.people.setName(person.id, ""), faultOf("NAME_INVALID"));
  });

  test("an actor sees their own servers by number, and no others", async (open) => {
    const { store } = await open();
    const [ann, bob] = [await somebody(store), await somebody(store)];
    const [web, db] = [aServer(ann.person.id, "web"), aServer(ann.person.id, "db")];
    await store.servers.add(web);
    await store.servers.add(db);
    await store.servers.add(aServer(bob.person.id, "bob's"));
    await store.servers.grant(web.id, bob.person.id, "viewer");
    await store.servers.seen([{ serverId: db.id, at: NOW }]);
    assert.deepEqual(await store.people.actor(ann.account, "chat"), {
      person: ann.person,
      servers: [
        { id: web.id, name: "web", region: "eu", role: "owner", number: 1, lastSeen: null },
        { id: db.id, name: "db", region: "eu", role: "owner", number: 2, lastSeen: NOW },
      ],
      chosen: null,
    });
    const seen = (await store.people.actor(bob.account, "chat"))?.servers;
    assert.deepEqual(
      seen?.map((server) => [server.name, server.role, server.number]),
      [
        ["bob's", "owner", 1],
        ["web", "viewer", 2],
      ],
    );
    const nobodys = await somebody(store);
    assert.deepEqual((await store.people.actor(nobodys.account, "chat"))?.servers, []);
  });

  test("a choice holds for its chat, changes, and is forgotten", async (open) => {
    const { store } = await open();
    const { account, person } = await somebody(store);
    const [web, db] = [aServer(person.id, "web"), aServer(person.id, "db")];
    await store.servers.add(web);
    await store.servers.add(db);
    const chosen = async (chat: string) => (await store.people.actor(account, chat))?.chosen;
    await store.people.choose(person.id, "one", web.id);
    await store.people.choose(person.id, "two", db.id);
    assert.deepEqual(
      [await chosen("one"), await chosen("two"), await chosen("three")],
      [web.id, db.id, null],
    );
    await store.people.choose(person.id, "one", db.id);
    await store.people.choose(person.id, "two", null);
    assert.deepEqual([await chosen("one"), await chosen("two")], [db.id, null]);
    assert.equal((await store.people.actor(account, "one"))?.servers.length, 2);
  });

  test("only a server one is a member of is chosen, and only while one is", async (open) => {
    const { store } = await open();
    const [ann, bob] = [await somebody(store), await somebody(store)];
    const web = aServer(ann.person.id);
    await store.servers.add(web);
    await assert.rejects(store.people.choose(bob.person.id, "chat", web.id), faultOf("SERVER_UNKNOWN"));
    await assert.rejects(store.people.choose(bob.person.id, "chat", serverId()), faultOf("SERVER_UNKNOWN"));
    await store.servers.grant(web.id, bob.person.id, "viewer");
    await store.people.choose(bob.person.id, "chat", web.id);
    assert.equal((await store.people.actor(bob.account, "chat"))?.chosen, web.id);
    await store.servers.revoke(web.id, bob.person.id);
    assert.equal((await store.people.actor(bob.account, "chat"))?.chosen, null);
  });

  test("any name that can be kept is read back as it was written", async (open) => {
    const { store } = await open();
    const name = fc
      .string({ unit: "binary", minLength: 1, maxLength: 60 })
      .filter((text) => !text.includes("\0"));
    const hostile = fc.constantFrom(
      "'); drop table persons; --",
      '"',
      "\\",
      "$1",
      "{a,b}",
      "NULL",
      "%s",
      "‮x",
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(name, hostile), async (written) => {
        const account = someAccount();
        const person = await store.people.admit(account, { name: written, admin: false });
        assert.equal(person.name, written);
        assert.equal((await store.people.byAccount(account))?.name, written);
      }),
      { numRuns: 60 },
    );
  });
}
