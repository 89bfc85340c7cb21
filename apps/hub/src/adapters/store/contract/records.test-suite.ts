/** Contract of the audit log, sessions, figures, and the store as a whole. */
import assert from "node:assert/strict";
import type { AuditEntry } from "../../../core/ports/store.ts";
import {
  aButton,
  aServer,
  type ContractTest,
  faultOf,
  NOW,
  serverId,
  somePerson,
} from "./world.test-suite.ts";

export function recordsContract(test: ContractTest): void {
  test("the audit log gives the newest first, of all or of one server", async (open) => {
    const { store } = await open();
    const [one, two] = [serverId(), serverId()];
    const entry = (n: number): AuditEntry => ({
      at: NOW - n,
      personId: n % 2 === 0 ? crypto.randomUUID() : null,
      from: "telegram:1",
      what: "member.grant",
      on: n < 3 ? one : two,
      result: "done",
      detail: { n, text: "'\0'" },
    });
    const entries = [0, 1, 2, 3, 4].map(entry);
    for (const each of entries) await store.audit.record(each);
    assert.deepEqual(await store.audit.recent({ limit: 2 }), entries.slice(3).reverse());
    assert.deepEqual(await store.audit.recent({ serverId: one, limit: 9 }), entries.slice(0, 3).reverse());
    assert.deepEqual(await store.audit.recent({ limit: 0 }), []);
  });

  test("an entry is recorded whatever somebody sent", async (open) => {
    const { store } = await open();
    const entry = { at: NOW, personId: null, what: "x", result: "begun", detail: {} } as const;
    await store.audit.record({ ...entry, from: "a\0b", on: "\ud800" });
    assert.deepEqual(await store.audit.recent({ limit: 1 }), [{ ...entry, from: "a\ufffdb", on: "\ufffd" }]);
  });

  test("what is old is thrown away, and nothing that is younger", async (open) => {
    const { store } = await open();
    const entry = { personId: null, from: "hub", what: "x", on: null, result: "done", detail: {} } as const;
    for (const at of [NOW - 2, NOW, NOW - 1]) await store.audit.record({ ...entry, at });
    assert.equal(await store.audit.trim(NOW), 2);
    assert.equal(await store.audit.trim(NOW), 0);
    assert.deepEqual(
      (await store.audit.recent({ limit: 5 })).map(({ at }) => at),
      [NOW],
    );
  });

  test("a session lives until it expires or ends", async (open) => {
    const { store } = await open();
    const account = { channel: "local", externalId: "owner" } as const;
    await store.sessions.start("secret", account, NOW + 10);
    assert.deepEqual(await store.sessions.find("secret", NOW + 9), account);
    assert.equal(await store.sessions.find("secret", NOW + 10), undefined);
    assert.equal(await store.sessions.find("other", NOW), undefined);
    await store.sessions.end("secret");
    assert.equal(await store.sessions.find("secret", NOW), undefined);
  });

  test("figures count what there is", async (open) => {
    const { store } = await open();
    await store.check();
    const { storeBytes, ...none } = await store.figures();
    assert.deepEqual(none, { persons: 0, servers: 0, memberships: 0, auditEntries: 0 });
    assert.ok(storeBytes > 1_000_000 && Number.isSafeInteger(storeBytes));
    const [ann, bob] = [await somePerson(store), await somePerson(store)];
    const server = aServer(ann.id);
    await store.servers.add(server);
    await store.servers.grant(server.id, bob.id, "viewer");
    const { storeBytes: _, ...some } = await store.figures();
    assert.deepEqual(some, { persons: 2, servers: 1, memberships: 2, auditEntries: 0 });
  });

  test("closing writes what was promised; afterwards nothing is taken", async (open) => {
    const [one, other] = [await open(), await open()];
    const button = aButton();
    const saving = one.store.buttons.save([button]);
    await one.store.close();
    await one.store.close();
    await saving;
    assert.deepEqual(await other.store.buttons.find(button.token), button);
    await assert.rejects(one.store.check(), faultOf("STORE_UNAVAILABLE"));
    await assert.rejects(one.store.buttons.save([aButton()]), faultOf("STORE_UNAVAILABLE"));
  });
}
