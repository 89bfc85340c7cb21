/** Contract of what happens once: tickets, waiting agents, buttons, updates, shared settings. */
import assert from "node:assert/strict";
import {
  aButton,
  aServer,
  atOnce,
  type ContractTest,
  chance,
  facts,
  faultOf,
  NOW,
  serverId,
  somePerson,
} from "./world.test-suite.ts";

export function onceContract(test: ContractTest): void {
  test("a ticket is redeemed by exactly one of a hundred at once", async (open) => {
    const [one, other] = [await open(), await open()];
    const issuer = await somePerson(one.store);
    const ticket = { kind: "invite", issuer: issuer.id, data: { role: "viewer", odd: "\0'" } } as const;
    await one.store.tickets.issue("secret", ticket, NOW + 10);
    const outcomes = await atOnce(100, (n) =>
      (n % 2 === 0 ? one : other).store.tickets.redeem("invite", "secret", NOW),
    );
    assert.deepEqual(
      outcomes.filter((outcome) => outcome !== undefined),
      [ticket],
    );
  });

  test("a ticket is worth nothing unknown, of another kind, expired or revoked", async (open) => {
    const { store } = await open();
    const issuer = await somePerson(store);
    await store.tickets.issue("a", { kind: "enrol", issuer: issuer.id, data: {} }, NOW + 10);
    await store.tickets.issue("b", { kind: "setup", issuer: null, data: {} }, NOW + 10);
    await store.tickets.issue("c", { kind: "enrol", issuer: null, data: {} }, NOW + 10);
    assert.equal(await store.tickets.redeem("enrol", "unknown\0", NOW), undefined);
    assert.equal(await store.tickets.redeem("login", "a", NOW), undefined);
    assert.equal(await store.tickets.redeem("enrol", "a", NOW + 10), undefined);
    await store.tickets.revoke("setup", null);
    assert.equal(await store.tickets.redeem("setup", "b", NOW), undefined);
    await store.tickets.revoke("enrol", null);
    assert.equal(await store.tickets.redeem("enrol", "c", NOW), undefined);
    assert.deepEqual(await store.tickets.redeem("enrol", "a", NOW + 9), {
      kind: "enrol",
      issuer: issuer.id,
      data: {},
    });
  });

  test("a waiting agent is taken once, and its code is not another's", async (open) => {
    const [one, other] = [await open(), await open()];
    const agent = { code: "ABCD1234", publicKey: new Uint8Array(32).fill(1), facts, expires: NOW + 10 };
    await one.store.waiting.put({ ...agent, expires: NOW + 5 });
    await one.store.waiting.put(agent);
    const rival = { ...agent, publicKey: new Uint8Array(32).fill(2) };
    await assert.rejects(one.store.waiting.put(rival), faultOf("NOT_ALLOWED"));
    assert.equal(await one.store.waiting.take(agent.code, NOW + 10), undefined);
    assert.equal(await one.store.waiting.take("\0", NOW), undefined);
    const takers = await atOnce(20, (n) => (n % 2 === 0 ? one : other).store.waiting.take(agent.code, NOW));
    assert.deepEqual(
      takers.filter((taken) => taken !== undefined),
      [agent],
    );
    await one.store.waiting.put(rival);
    await one.store.waiting.drop(agent.code);
    assert.equal(await one.store.waiting.take(agent.code, NOW), undefined);
  });

  test("buttons saved by many at once are all found as they were", async (open) => {
    const { store } = await open();
    const person = await somePerson(store);
    const buttons = Array.from({ length: 200 }, (_, n) =>
      aButton({ personId: n % 2 === 0 ? person.id : null, once: n % 3 === 0, chatId: `{"'\\ ${n}` }),
    );
    await Promise.all(buttons.map((button) => store.buttons.save([button])));
    await store.buttons.save([]);
    for (const button of buttons) assert.deepEqual(await store.buttons.find(button.token), button);
    assert.equal(await store.buttons.find(chance.token(16)), undefined);
    assert.equal(await store.buttons.find("a\0b"), undefined);
  });

  test("a button for a server that is gone fails nobody else's", async (open) => {
    const { store } = await open();
    const server = aServer((await somePerson(store)).id);
    await store.servers.add(server);
    const on = (id: string) => aButton({ action: { kind: "ask", command: "temp", ask: {}, serverId: id } });
    const [good, stale] = [on(server.id), on(serverId())];
    await Promise.all([store.buttons.save([good]), store.buttons.save([stale])]);
    assert.deepEqual(await store.buttons.find(good.token), good);
    assert.equal(await store.buttons.find(stale.token), undefined);
  });

  test("a button is spent by exactly one of a hundred at once", async (open) => {
    const [one, other] = [await open(), await open()];
    const button = aButton();
    await one.store.buttons.save([button]);
    const outcomes = await atOnce(100, (n) => (n % 2 === 0 ? one : other).store.buttons.spend(button.token));
    assert.equal(outcomes.filter(Boolean).length, 1);
    assert.equal(await one.store.buttons.spend(button.token), false);
    assert.equal(await one.store.buttons.spend(chance.token(16)), false);
    assert.equal(await one.store.buttons.spend("\0"), false);
  });

  test("how a spent button ended is known once it is noted, and of no other", async (open) => {
    const { store } = await open();
    const [spent, fresh] = [aButton(), aButton()];
    await store.buttons.save([spent, fresh]);
    assert.equal(await store.buttons.spend(spent.token), true);
    assert.equal(await store.buttons.outcome(spent.token), "unnoted");
    for (const outcome of ["done", "refused", "cancelled"] as const) {
      await store.buttons.end(spent.token, outcome);
      assert.equal(await store.buttons.outcome(spent.token), outcome);
    }
    await store.buttons.end(fresh.token, "done");
    assert.equal(await store.buttons.outcome(fresh.token), "unspent");
    assert.equal(await store.buttons.spend(fresh.token), true);
    assert.equal(await store.buttons.outcome(chance.token(16)), undefined);
  });

  test("what is done together is kept wholly, or not at all", async (open) => {
    const [one, other] = [await open(), await open()];
    const owner = await somePerson(one.store);
    const agent = { code: "ABCD1234", publicKey: new Uint8Array(32).fill(1), facts, expires: NOW + 10 };
    await one.store.tickets.issue("secret", { kind: "enrol", issuer: owner.id, data: {} }, NOW + 10);
    await one.store.waiting.put(agent);
    const server = aServer(owner.id);
    const account = { channel: "telegram", externalId: "777" } as const;
    const all = (fail: boolean) =>
      one.store.together(async (part) => {
        assert.notEqual(await part.tickets.redeem("enrol", "secret", NOW), undefined);
        assert.notEqual(await part.waiting.take(agent.code, NOW), undefined);
        const person = await part.people.admit(account, { name: "Eve", admin: false });
        const added = await part.servers.add(server);
        await part.servers.grant(added.id, person.id, "viewer");
        if (fail) throw new Error("the hub dies here");
        return added.name;
      });
    await assert.rejects(all(true), /dies here/);
    assert.equal(await other.store.servers.byId(server.id), undefined);
    assert.equal(await other.store.people.byAccount(account), undefined);
    assert.equal(await all(false), "web");
    assert.equal((await other.store.servers.members(server.id)).length, 2);
    assert.equal(await other.store.tickets.redeem("enrol", "secret", NOW), undefined);
    assert.equal(await other.store.waiting.take(agent.code, NOW), undefined);
  });

  test("a failure that was passed over inside of it does not make it look done", async (open) => {
    const { store } = await open();
    const owner = await somePerson(store);
    const server = aServer(owner.id);
    await assert.rejects(
      store.together(async (part) => {
        await part.servers.add(server);
        // A statement that PostgreSQL refuses: whatever is caught, its transaction is lost.
        await part.servers.grant(server.id, "no uuid", "viewer").catch(() => undefined);
      }),
      faultOf("INTERNAL"),
    );
    assert.equal(await store.servers.byId(server.id), undefined);
  });

  test("expired buttons are swept and counted", async (open) => {
    const { store } = await open();
    const [old, fresh] = [aButton({ expires: NOW - 1 }), aButton({ expires: NOW })];
    await store.buttons.save([old, fresh]);
    assert.equal(await store.buttons.sweep(NOW), 1);
    assert.equal(await store.buttons.find(old.token), undefined);
    assert.deepEqual(await store.buttons.find(fresh.token), fresh);
  });

  test("a setting is set, and set once by whoever is first", async (open) => {
    const [one, other] = [await open(), await open()];
    assert.equal(await one.store.settings.get("key"), undefined);
    const kept = await atOnce(40, (n) =>
      (n % 2 === 0 ? one : other).store.settings.setOnce("key", `value ${n}`),
    );
    assert.equal(new Set(kept).size, 1);
    assert.equal(await other.store.settings.get("key"), kept[0]);
    await one.store.settings.set("key", "another");
    assert.equal(await other.store.settings.setOnce("key", "late"), "another");
  });
}
