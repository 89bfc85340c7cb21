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

  test("expired buttons are swept and counted", async (open) => {
    const { store } = await open();
    const [old, fresh] = [aButton({ expires: NOW - 1 }), aButton({ expires: NOW })];
    await store.buttons.save([old, fresh]);
    assert.equal(await store.buttons.sweep(NOW), 1);
    assert.equal(await store.buttons.find(old.token), undefined);
    assert.deepEqual(await store.buttons.find(fresh.token), fresh);
  });

  test("an update is taken once, in order, also by two hubs with overlapping batches", async (open) => {
    const [one, other] = [await open(), await open()];
    const update = (id: number) => ({ id, body: { update_id: id, text: "\0 \ud800 'x' \\ {}" } });
    const batch = Array.from({ length: 50 }, (_, n) => update(n));
    const rounds = await atOnce(10, (n) => {
      const { store } = n % 2 === 0 ? one : other;
      return store.inbox.take(n % 2 === 0 ? batch : [...batch].reverse());
    });
    const taken = rounds.flat().map(({ id }) => id);
    assert.deepEqual(
      taken.toSorted((a, b) => a - b),
      batch.map(({ id }) => id),
    );
    assert.deepEqual(await one.store.inbox.take([]), []);
    const next = [update(49), update(51), update(50), { id: 51, body: "second" }];
    // A number comes again with another content when a bot's count begins anew: that is another update.
    assert.deepEqual(await one.store.inbox.take(next), [update(51), update(50), { id: 51, body: "second" }]);
    assert.deepEqual(await one.store.inbox.take([{ id: 51, body: "second" }]), []);
    assert.deepEqual((await other.store.inbox.unfinished()).slice(0, 2), [update(0), update(1)]);
  });

  test("what is handled is no longer unfinished, and known until it is swept", async (open) => {
    const { store } = await open();
    const batch = Array.from({ length: 30 }, (_, n) => ({ id: n, body: n === 0 ? null : { n } }));
    await store.inbox.take(batch);
    await Promise.all(batch.slice(5).map(({ id }) => store.inbox.done(id)));
    await store.inbox.done(5);
    await store.inbox.done(999);
    assert.deepEqual(await store.inbox.unfinished(), batch.slice(0, 5));
    await store.inbox.sweep(NOW);
    assert.deepEqual(await store.inbox.take(batch), []);
    await store.inbox.sweep(NOW + 1);
    assert.deepEqual(await store.inbox.take(batch), batch.slice(5));
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
