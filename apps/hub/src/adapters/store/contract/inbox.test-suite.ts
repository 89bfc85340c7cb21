/** Contract of the inbox: each update once, to one living hub, in its chat's order, whatever hubs come and go. */
import assert from "node:assert/strict";
import type { KeptUpdate, NewUpdate } from "../../../core/ports/inbox.ts";
import type { Store } from "../../../core/ports/store.ts";
import { atOnce, type ContractTest, NOW } from "./world.test-suite.ts";

const TTL = 60_000;

const update = (id: number, { chat = "c", owner = "a", body = undefined as unknown } = {}): NewUpdate => ({
  id,
  body: body ?? { update_id: id, text: "\0 \ud800 'x' \\ {}" },
  chat,
  owner,
});

async function seated(store: Store, ...hubs: string[]): Promise<void> {
  for (const hub of hubs) await store.hubs.join({ hub, region: "", version: "", broker: true }, [], TTL);
}

const brief = (rows: readonly KeptUpdate[] | undefined) =>
  (rows ?? []).map(({ id, owner }) => `${id} ${owner}`);

export function inboxContract(test: ContractTest): void {
  test("an update is taken once, in order, also by two hubs with overlapping batches", async (open) => {
    const [one, other] = [await open(), await open()];
    await seated(one.store, "a", "b");
    const batch = Array.from({ length: 50 }, (_, n) => update(n, { chat: `c${n}` }));
    const rounds = await atOnce(10, (n) => {
      const { store } = n % 2 === 0 ? one : other;
      return store.inbox.take("b", n % 2 === 0 ? batch : [...batch].reverse());
    });
    const taken = rounds.flatMap((rows) => rows?.map(({ id }) => id) ?? []);
    assert.deepEqual(
      taken.toSorted((a, b) => a - b),
      batch.map(({ id }) => id),
    );
    assert.deepEqual(await one.store.inbox.take("b", []), []);
    const second = { ...update(51, { chat: "d" }), body: "second" };
    const next = [update(49), update(51, { chat: "d" }), update(50, { chat: "d" }), second];
    // A number comes again with another content when a bot's count begins anew: that is another update.
    const again = await one.store.inbox.take("b", next);
    assert.deepEqual(
      again?.map(({ digest, tries, adopted, ...rest }) => [digest.length, tries, adopted, rest]),
      next.slice(1).map((one) => [22, 1, false, one]),
    );
    assert.deepEqual(await one.store.inbox.take("b", [second]), []);
    const { own, orphaned } = await other.store.inbox.waiting("a", [0, 2]);
    assert.deepEqual(
      own.slice(0, 2).map(({ id, body }) => [id, body]),
      [
        [1, batch[1]?.body],
        [3, batch[3]?.body],
      ],
    );
    assert.deepEqual([own.length, orphaned], [51, []]);
  });

  test("what is handled is no longer unfinished, and known until it is swept", async (open) => {
    const { store } = await open();
    await seated(store, "a");
    const batch = Array.from({ length: 30 }, (_, n) => update(n, { body: n === 0 ? [] : { n } }));
    await store.inbox.take("a", batch);
    await Promise.all(batch.slice(5).map(({ id }) => store.inbox.done(id)));
    await store.inbox.done(5);
    await store.inbox.done(999);
    const { own } = await store.inbox.waiting("a", []);
    assert.deepEqual(
      own.map(({ id, body }) => ({ id, body })),
      batch.slice(0, 5).map(({ id, body }) => ({ id, body })),
    );
    await store.inbox.sweep(NOW);
    assert.deepEqual(await store.inbox.take("a", batch, { known: [0, 1, 2, 3, 4] }), []);
    await store.inbox.sweep(NOW + 1);
    const fresh = await store.inbox.take("a", batch, { known: [0, 1, 2, 3, 4] });
    assert.deepEqual(
      brief(fresh),
      brief(batch.slice(5).map((one) => ({ ...one, digest: "", tries: 1, adopted: false }))),
    );
  });

  test("a chat stays with its hub while that lives and has some of it, and goes where it should after", async (open) => {
    const [one, other] = [await open(), await open()];
    await seated(one.store, "a", "b", "taker");
    await one.store.inbox.take("taker", [update(1), update(2, { chat: "d" })]);
    const moved = [update(3, { owner: "b" }), update(4, { chat: "e", owner: "b" })];
    assert.deepEqual(brief(await other.store.inbox.take("taker", moved)), ["3 a", "4 b"]);
    await one.store.inbox.done(1);
    assert.deepEqual(brief(await other.store.inbox.take("taker", [update(5, { owner: "b" })])), ["5 a"]);
    await Promise.all([3, 5].map((id) => one.store.inbox.done(id)));
    assert.deepEqual(brief(await other.store.inbox.take("taker", [update(6, { owner: "b" })])), ["6 b"]);
    // Who is proposed and does not live gets nothing: the taker has it.
    assert.deepEqual(brief(await one.store.inbox.take("taker", [update(7, { chat: "f", owner: "dead" })])), [
      "7 taker",
    ]);
  });

  test("a hub that takes has the earlier ones of the chat first, if it does not know them", async (open) => {
    const { store } = await open();
    await seated(store, "a", "b");
    await store.inbox.take("b", [update(2), update(1), update(3), update(4, { chat: "d" })]);
    const taken = await store.inbox.take("a", [update(5)], { known: [3] });
    assert.deepEqual(brief(taken), ["1 a", "2 a", "5 a"]);
    assert.deepEqual(taken?.[0]?.body, update(1).body);
    assert.deepEqual(brief(await store.inbox.take("b", [update(6)])), ["6 a"]);
  });

  test("hubs that disagree about who lives leave a chat with one of them", async (open) => {
    const [one, other] = [await open(), await open()];
    await seated(one.store, "a", "b");
    for (let round = 0; round < 10; round++) {
      const chat = `chat ${round}`;
      const taken = await atOnce(12, (n) => {
        const owner = n % 2 === 0 ? "a" : "b";
        const { store } = n % 2 === 0 ? one : other;
        return store.inbox.take(owner, [update(100 * round + n, { chat, owner })]);
      });
      assert.equal(new Set(taken.flatMap((rows) => rows?.map(({ owner }) => owner) ?? [])).size, 1);
    }
  });

  test("what a dead hub left is taken over once, in order, by its next hub or by whoever looks", async (open) => {
    const [one, other] = [await open(), await open()];
    await seated(one.store, "a", "b", "c");
    await one.store.inbox.take("a", [update(1), update(2), update(3, { chat: "d" })]);
    await one.expire("hubs", "a");
    // With what is new of the chat, at the same time as by those who look.
    const chats = [
      { chat: "c", owner: "b" },
      { chat: "d", owner: "c" },
    ];
    assert.deepEqual(await other.store.inbox.waiting("b", []), { own: [], orphaned: ["c", "d"] });
    const [taken, ...adopted] = await Promise.all([
      one.store.inbox.take("b", [update(4, { owner: "b" })]),
      one.store.inbox.adopt("b", chats, []),
      other.store.inbox.adopt("c", chats, []),
    ]);
    const ofB = [...(taken ?? []), ...(adopted[0] ?? [])];
    assert.deepEqual([...new Set(brief(ofB))].toSorted(), ["1 b", "2 b", "4 b"]);
    assert.ok(ofB.every(({ id, adopted, tries }) => adopted === id < 4 && tries === 1));
    assert.deepEqual(await one.store.inbox.waiting("a", []), { own: [], orphaned: [] });
    assert.deepEqual(brief((await one.store.inbox.waiting("c", [])).own), ["3 c"]);
    // The one that was only slow finds nothing of its own any more, and may not begin.
    const [first] = (await one.store.inbox.waiting("b", [])).own;
    assert.ok(first);
    assert.equal(await one.store.inbox.begin("a", first), undefined);
    assert.equal(await one.store.inbox.begin("b", first), 2);
    assert.equal(await one.store.inbox.begin("b", first), 3);
    // Nor does it end what another has begun since.
    await one.store.inbox.done(1);
    assert.equal(await one.store.inbox.begin("b", first), 4);
    await one.store.inbox.done(1, 4);
    assert.equal(await one.store.inbox.begin("b", first), undefined);
  });

  test("a hub that leaves gives up what it has at once, and no beginning of it counts", async (open) => {
    const { store } = await open();
    await seated(store, "a", "b");
    await store.inbox.take("a", [update(1), update(2)]);
    await store.hubs.leave("a");
    assert.deepEqual((await store.inbox.waiting("b", [])).orphaned, ["c"]);
    const rows = await store.inbox.adopt("b", [{ chat: "c", owner: "b" }], [2]);
    assert.deepEqual(
      rows.map(({ id, tries, adopted }) => [id, tries, adopted]),
      [[1, 0, true]],
    );
  });

  test("who does not lead any more takes nothing", async (open) => {
    const { store, expire } = await open();
    await seated(store, "a", "b");
    const fence = await store.leases.take("telegram", "a", TTL);
    assert.ok(fence);
    assert.deepEqual(brief(await store.inbox.take("a", [update(1)], { fence })), ["1 a"]);
    await expire("leases", "telegram");
    assert.equal(await store.leases.take("telegram", "b", TTL), fence + 1);
    assert.equal(await store.inbox.take("a", [update(2)], { fence }), undefined);
    assert.deepEqual(brief(await store.inbox.take("b", [update(2)], { fence: fence + 1 })), ["2 a"]);
  });

  test("what was handled unkept is known from then on, kept after all or not", async (open) => {
    const { store } = await open();
    await seated(store, "a");
    await store.inbox.take("a", [update(1)]);
    await store.inbox.record([update(1), update(2), update(2)]);
    assert.deepEqual(await store.inbox.waiting("a", []), { own: [], orphaned: [] });
    assert.deepEqual(brief(await store.inbox.take("a", [update(1), update(2), update(3)])), ["3 a"]);
    await store.inbox.record([]);
  });
}
