/** Contract of what persons are in the middle of: seen by every hub, changed by one at a time, taken once. */
import assert from "node:assert/strict";
import { atOnce, type ContractTest, NOW, somePerson } from "./world.test-suite.ts";

export function wizardsContract(test: ContractTest): void {
  test("a wizard begun at one hub is gone on with at another, and the next takes its place", async (open) => {
    const [one, other] = [await open(), await open()];
    const [ann, bob] = [await somePerson(one.store), await somePerson(one.store)];
    const begun = { id: "w1", chatId: "c", personId: ann.id, kind: "create", expires: NOW + 10 };
    await one.store.wizards.begin({ ...begun, steps: { odd: "\0'\\" } });
    assert.deepEqual(await other.store.wizards.open("c", ann.id, NOW), {
      ...begun,
      steps: { odd: "\0'\\" },
      revision: 0,
    });
    assert.equal(await other.store.wizards.open("c", bob.id, NOW), undefined);
    assert.equal(await other.store.wizards.open("d", ann.id, NOW), undefined);
    assert.equal(await other.store.wizards.open("c", ann.id, NOW + 10), undefined, "it is expired then");
    await other.store.wizards.begin({ ...begun, id: "w2", steps: {} });
    assert.equal((await one.store.wizards.open("c", ann.id, NOW))?.id, "w2");
    assert.equal(await one.store.wizards.take("w1", ann.id, NOW), undefined);
  });

  test("of many changes at once one is kept", async (open) => {
    const [one, other] = [await open(), await open()];
    const ann = await somePerson(one.store);
    const begun = { id: "w", chatId: "c", personId: ann.id, kind: "k", expires: NOW + 10 };
    await one.store.wizards.begin({ ...begun, steps: [] });
    const kept = await atOnce(10, (n) =>
      (n % 2 === 0 ? one : other).store.wizards.change({
        ...begun,
        steps: [n],
        revision: 0,
        expires: NOW + 20,
      }),
    );
    assert.equal(kept.filter(Boolean).length, 1);
    const now = await one.store.wizards.open("c", ann.id, NOW + 19);
    assert.deepEqual([now?.steps, now?.revision], [[kept.indexOf(true)], 1]);
  });

  test("it is taken by one alone, never by another person, and goes when its time is over", async (open) => {
    const [one, other] = [await open(), await open()];
    const [ann, bob] = [await somePerson(one.store), await somePerson(one.store)];
    const begun = { chatId: "c", kind: "k", steps: 1, expires: NOW + 10 };
    await one.store.wizards.begin({ ...begun, id: "w", personId: ann.id });
    assert.equal(await one.store.wizards.take("w", bob.id, NOW), undefined);
    const taken = await atOnce(10, (n) => (n % 2 === 0 ? one : other).store.wizards.take("w", ann.id, NOW));
    assert.equal(taken.filter((wizard) => wizard !== undefined).length, 1);
    await one.store.wizards.begin({ ...begun, id: "late", personId: ann.id });
    assert.equal(await one.store.wizards.take("late", ann.id, NOW + 10), undefined);
    for (const [id, expires] of [["a", NOW] as const, ["b", NOW + 5] as const])
      await one.store.wizards.begin({ ...begun, id, chatId: id, personId: ann.id, expires });
    assert.equal(await one.store.wizards.sweep(NOW + 1), 1);
    assert.equal((await one.store.wizards.open("b", ann.id, NOW))?.id, "b");
  });
}
