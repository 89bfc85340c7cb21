/** The journal: what it remembers, over torn lines, odd bytes, full disks and clocks set back. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { MemoryDisk } from "../disk.fixture.ts";
import { watchedLog } from "../link/agent.fixture.ts";
import { Journal, journalOf } from "./journal.ts";

const PATH = "/data/seen.log";
const open = (disk: MemoryDisk) => Journal.open(disk, PATH, watchedLog().log);

test("any text is read without harm, and every whole line in it counts", () => {
  const entry = fc.tuple(fc.uuid(), fc.integer({ min: 0, max: 9e14 }));
  fc.assert(
    fc.property(fc.array(entry), fc.string(), fc.string({ unit: "binary" }), (entries, before, torn) => {
      const lines = entries.map(([id, expires]) => `${id} ${expires}\n`).join("");
      const { ids } = journalOf(`${before.replaceAll("\n", "")}\n${lines}${torn.replaceAll("\n", "")}`);
      for (const [id, expires] of entries) assert.ok((ids.get(id) ?? -1) >= expires);
    }),
  );
});

test("a line torn anywhere loses no other, and the file is whole again after the start", async () => {
  const ids = [randomUUID(), randomUUID(), randomUUID()];
  const text = ids.map((id) => `${id} 2000\n`).join("");
  for (let cut = text.length - 42; cut < text.length; cut++) {
    const disk = new MemoryDisk();
    disk.put(PATH, text.slice(0, cut));
    const journal = await open(disk);
    for (const id of ids.slice(0, 2)) assert.equal(journal.enter(id, 2_000, 1_000), "seen");
    await journal.kept();
    assert.match(disk.text(PATH), /^floor 0\n([0-9a-f-]{36} \d+\n)*$/);
  }
});

test("remembers over a restart whatever was entered and kept", async () => {
  const one = fc.record({ id: fc.uuid(), expires: fc.integer({ min: 1_001, max: 1e12 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(one, { maxLength: 40 }), async (entries) => {
      const disk = new MemoryDisk();
      const first = await open(disk);
      for (const { id, expires } of entries) first.enter(id, expires, 1_000);
      await first.kept();
      await first.close();
      const second = await open(disk);
      for (const { id, expires } of entries) assert.equal(second.enter(id, expires, 1_000), "seen");
    }),
    { numRuns: 50 },
  );
});

test("lets expired ids go, and still refuses them when the clock is set back or after a restart", async () => {
  const disk = new MemoryDisk();
  const journal = await open(disk);
  const old = Array.from({ length: 1_100 }, () => randomUUID());
  for (const id of old.slice(0, 1_024)) assert.equal(journal.enter(id, 2_000, 1_000), "new");
  for (const id of old.slice(1_024)) assert.equal(journal.enter(id, 9_000, 3_000), "new");
  assert.equal(journal.size, 76);
  await journal.kept();
  assert.equal(disk.text(PATH).split("\n").length, 78);
  for (const later of [journal, await open(disk)]) {
    for (const id of old) assert.equal(later.enter(id, 2_000, 500), "seen");
    assert.equal(later.enter(randomUUID(), 2_000, 500), "seen");
    assert.equal(later.enter(randomUUID(), 2_001, 500), "new");
  }
});

test("keeps no more than it can hold", async () => {
  const journal = await open(new MemoryDisk());
  let full = 0;
  for (let i = 0; i < 66_000; i++) if (journal.enter(randomUUID(), 9_000, 1_000) === "full") full++;
  assert.equal(journal.size, 65_536);
  assert.equal(full, 66_000 - 65_536);
  assert.equal(journal.enter(randomUUID(), 20_000, 10_000), "new");
});

test("what could not be written is written as soon as the disk takes it", async () => {
  const disk = new MemoryDisk();
  const journal = await open(disk);
  await journal.kept();
  disk.full = true;
  const id = randomUUID();
  assert.equal(journal.enter(id, 2_000, 1_000), "new");
  await assert.rejects(journal.kept(), { code: "ENOSPC" });
  disk.full = false;
  await journal.kept();
  assert.ok(disk.text(PATH).includes(id));
});
