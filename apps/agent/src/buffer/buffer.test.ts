/** The buffer of samples: nothing is lost but what its bound or a cut takes, whatever the disk does. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { MOST_BATCH_BYTES, MOST_SERIES, SampleBatch } from "@servereye/contract";
import { nodeDisk } from "../host/files.ts";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { BOOT, batchesOf, openBuffer, runOf, seqsOf, TearingDisk, upTo } from "./buffer.fixture.ts";
import { MOST_VALUES_IN_MEMORY, RETRY_MS, SampleBuffer } from "./buffer.ts";
import { linesOf, rowsOf } from "./record.ts";

const run = (from: number, to: number) => ({ boot: BOOT, from, to });

describe("what waits", () => {
  test("is there after a restart, without what the hub has kept, and numbers go on", async () => {
    const one = await openBuffer();
    await one.add(6);
    one.buffer.kept(run(1, 2));
    one.buffer.kept(run(4, 4));
    await one.add(1);
    assert.equal(one.buffer.waiting, 4);
    // No close: the process was killed.
    const two = await openBuffer({ disk: one.disk });
    assert.deepEqual(seqsOf(await batchesOf(two.buffer)), [0, 3, 5, 6]);
    await two.add(1);
    assert.deepEqual(seqsOf(await batchesOf(two.buffer)), [0, 3, 5, 6, 7]);
    for (const seq of [0, 3, 5, 6, 7]) two.buffer.kept(run(seq, seq));
    await two.buffer.close();
    const three = await openBuffer({ disk: one.disk });
    assert.equal(three.buffer.waiting, 0);
    await three.add(1);
    assert.deepEqual(seqsOf(await batchesOf(three.buffer)), [8], "no number twice, though nothing waited");
  });

  test("is told in batches as the hub takes them: one layout, no gap, not too large", async () => {
    const { buffer, add } = await openBuffer();
    const wide = upTo(1_500).map((n) => ({ key: "container.cpu", of: `container ${n}` }));
    await add(3);
    await add(20, wide);
    await add(200);
    const batches = await batchesOf(buffer);
    for (const batch of batches) {
      assert.deepEqual(SampleBatch.parse(batch), batch);
      assert.ok(Buffer.byteLength(JSON.stringify(batch)) <= MOST_BATCH_BYTES);
    }
    assert.deepEqual(seqsOf(batches), upTo(223));
    assert.deepEqual(batches.at(-1)?.samples.length, 80);
    assert.ok(batches.length < 12, `${batches.length} batches`);
  });

  test("keeps to its columns while series come and go, and lists no more than there may be", async () => {
    const { buffer, clock, logged } = await openBuffer();
    const put = (...names: string[]) =>
      buffer.add({ at: clock.now(), values: names.map((of, n) => [{ key: "disk.used", of }, n] as const) });
    put("a", "b", "c", "d", "e");
    put("e", "d", "c", "b");
    put("a");
    put("a", "new");
    const batches = await batchesOf(buffer);
    assert.deepEqual(
      batches.map(({ series, samples }) => [
        series.map(({ of }) => of).join(""),
        samples.map(({ values }) => values),
      ]),
      [
        [
          "abcde",
          [
            [0, 1, 2, 3, 4],
            [null, 3, 2, 1, 0],
          ],
        ],
        ["a", [[0]]],
        ["anew", [[0, 1]]],
      ],
    );
    buffer.add({ at: clock.now(), values: [[{ key: "cpu.usage" }, Number.NaN]] });
    assert.equal(buffer.waiting, 4, "what is no number was not measured");
    put(...upTo(MOST_SERIES + 5).map(String));
    put(...upTo(MOST_SERIES + 5).map(String));
    assert.equal((await batchesOf(buffer)).at(-1)?.series.length, MOST_SERIES);
    assert.deepEqual(
      logged("buffer.too_many_series").map(({ fields }) => fields.beyond),
      [5],
    );
  });

  test("is in the order of its numbers, wherever the clock jumps to, over boots", async () => {
    const one = await openBuffer();
    await one.add(2);
    one.clock.sleep(-86_400_000 * 400);
    await one.add(2);
    one.clock.sleep(86_400_000 * 4_000);
    await one.add(2);
    const two = await openBuffer({ disk: one.disk, boot: "ffffffff-0000" });
    await two.add(2);
    const batches = await batchesOf(two.buffer);
    assert.deepEqual(
      batches.map(({ boot, samples }) => [boot, samples.map(({ seq }) => seq)]),
      [
        [BOOT, upTo(6)],
        ["ffffffff-0000", [0, 1]],
      ],
    );
  });
});

describe("a disk", () => {
  test("cut at any byte loses the sample that was cut, and no other", async () => {
    const { disk, add, buffer } = await openBuffer();
    await add(4, [{ key: "disk.used", of: "/Музыка" }]);
    buffer.kept(run(1, 1));
    await add(4);
    const [path = ""] = disk.files.keys();
    const bytes = Buffer.from(disk.text(path));
    const ends = new Map<number, number>();
    let at = 0;
    for (const line of disk.text(path).split("\n")) {
      at += Buffer.byteLength(line);
      const [row] = linesOf(line);
      if (row?.[0] === "row") ends.set(row[2], at);
      at += 1;
    }
    for (let cut = 0; cut <= bytes.length; cut++) {
      const torn = new TearingDisk();
      torn.put(path, bytes.subarray(0, cut).toString());
      const { buffer: opened, add: more } = await openBuffer({ disk: torn, first: 100 });
      await more(1);
      const there = seqsOf(await batchesOf(opened));
      const whole = [...ends].filter(([, end]) => end <= cut).map(([seq]) => seq);
      const missing = whole.filter((seq) => !there.includes(seq));
      assert.ok(
        missing.every((seq) => seq === 1),
        `cut at ${cut}: ${missing} are missing`,
      );
      assert.deepEqual(
        there.filter((seq) => seq < 100 && !whole.includes(seq)),
        [],
      );
      assert.equal(there.at(-1), 100);
    }
  });

  test("spoilt in the middle loses what was spoilt, which is counted once it is missed", async () => {
    const { disk, add } = await openBuffer();
    await add(10);
    const [path = ""] = disk.files.keys();
    const lines = disk.text(path).split("\n");
    lines[5] = lines[5]?.replace(/\d\]\]$/, "7]]") ?? "";
    disk.put(path, lines.join("\n"));
    const two = await openBuffer({ disk });
    assert.equal(two.buffer.waiting, 9);
    disk.put(path, lines.slice(0, 8).join("\n"));
    const there = seqsOf(await batchesOf(two.buffer));
    assert.equal(there.length, 5);
    assert.equal(two.buffer.lost, 4);
    assert.deepEqual(
      two.logged("buffer.lost").map(({ fields }) => [fields.samples, fields.why]),
      [[4, "unread"]],
    );
  });

  test("that is full leaves samples in memory, says so once, and has them all when there is room", async () => {
    const one = await openBuffer();
    await one.add(3);
    one.disk.tearAt = 20;
    await one.add(1);
    one.disk.full = true;
    await one.add(30);
    assert.ok(one.buffer.diskless);
    assert.equal(one.logged("buffer.memory_only").length, 1);
    assert.deepEqual(seqsOf(await batchesOf(one.buffer)), upTo(34));
    one.buffer.kept(run(3, 9));
    one.disk.full = false;
    one.clock.turn(RETRY_MS);
    await one.add(1);
    assert.ok(!one.buffer.diskless);
    assert.equal(one.logged("buffer.well").length, 1);
    const two = await openBuffer({ disk: one.disk });
    assert.deepEqual(seqsOf(await batchesOf(two.buffer)), [0, 1, 2, ...upTo(25, 10)]);
    assert.equal(one.buffer.lost, 0);
  });

  test("that tears what it then takes again gives each sample once", async () => {
    for (const tearAt of [0, 40, 120, 200, 260, 400]) {
      const one = await openBuffer();
      await one.add(2);
      one.disk.tearAt = tearAt;
      one.clock.turn(10_000);
      for (let n = 0; n < 4; n++) one.buffer.add({ at: n, values: [[{ key: "load.one" }, n]] });
      await one.buffer.settled();
      one.clock.turn(RETRY_MS);
      await one.add(1);
      assert.deepEqual(seqsOf(await batchesOf(one.buffer)), upTo(7));
      const two = await openBuffer({ disk: one.disk });
      assert.deepEqual(seqsOf(await batchesOf(two.buffer)), upTo(7), `torn at ${tearAt}`);
      assert.equal(two.buffer.waiting, 7);
    }
  });

  test("that takes nothing for very long costs the oldest, counted, and memory is bounded", async () => {
    const one = await openBuffer();
    one.disk.full = true;
    const wide = upTo(1_000).map((n) => ({ key: "container.cpu", of: `c${n}` }));
    await one.add(250, wide);
    const most = MOST_VALUES_IN_MEMORY / 1_000;
    assert.deepEqual(seqsOf(await batchesOf(one.buffer)), upTo(most, 250 - most));
    assert.equal(one.buffer.lost, 250 - most);
  });

  test("whose folder vanished gets a new one, with what memory still has", async () => {
    const one = await openBuffer();
    await one.add(20);
    one.disk.vanish();
    await one.add(10);
    assert.equal(one.logged("buffer.vanished").length, 1);
    const two = await openBuffer({ disk: one.disk });
    assert.deepEqual(seqsOf(await batchesOf(two.buffer)), upTo(30));
  });

  test("that can not even be listed begins in memory", async () => {
    const disk = new TearingDisk();
    disk.list = () =>
      Promise.reject(Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" }));
    disk.full = true;
    const { buffer, add, logged } = await openBuffer({ disk });
    await add(5);
    assert.deepEqual(seqsOf(await batchesOf(buffer)), upTo(5));
    assert.equal(logged("buffer.memory_only").length, 1);
  });
});

test("a day of two hundred values each 10 s takes a fraction of the bound; beyond it the oldest go, and it is said", async () => {
  const one = await openBuffer();
  const many = upTo(200).map((n) => ({ key: "network.in", of: `eth${n}` }));
  await one.add(500, many);
  const bytes = [...one.disk.files.values()].reduce((sum, { text }) => sum + text.length, 0);
  assert.ok((bytes / 500) * 8_640 < (64 << 20) / 4, `${Math.round((bytes / 500) * 8_640)} bytes a day`);
  const mostBytes = 2 << 20;
  const two = await openBuffer({ mostBytes });
  await two.add(6_000, many);
  const there = [...two.disk.files.values()].reduce((sum, { text }) => sum + text.length, 0);
  assert.ok(there <= mostBytes + 4_096, `${there} bytes`);
  const left = seqsOf(await batchesOf(two.buffer));
  assert.deepEqual(left, upTo(left.length, 6_000 - left.length), "the newest, without a hole");
  assert.equal(two.buffer.lost, 6_000 - left.length);
  assert.ok(two.buffer.lost > 0 && two.logged("buffer.lost").every(({ fields }) => fields.why === "room"));
});

test("in real files: kept ones go, killed and cut ones come back, and what is there stays small", async () => {
  const folder = join(await mkdtemp(join(tmpdir(), "samples-")), "samples");
  try {
    const parts = { folder, boot: BOOT, first: 0, mostBytes: 1 << 26, clock: new TurnedClock() };
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const buffer = await SampleBuffer.open({ ...parts, disk: nodeDisk, log });
    const values = upTo(60).map((n) => [{ key: "disk.used", of: `/${n}` }, n / 3] as const);
    for (let n = 0; n < 300; n++) {
      parts.clock.turn(10_000);
      buffer.add({ at: n, values });
      await buffer.settled();
      if (n >= 250) continue;
      for (const batch of await batchesOf(buffer)) buffer.kept(runOf(batch));
    }
    const names = await readdir(folder);
    assert.equal(names.length, 1, `${names}`);
    const path = join(folder, names[0] ?? "");
    const text = await readFile(path);
    await writeFile(path, text.subarray(0, text.length - 30));
    const again = await SampleBuffer.open({ ...parts, disk: nodeDisk, log });
    assert.deepEqual(seqsOf(await batchesOf(again)), upTo(49, 250));
    assert.equal(rowsOf(linesOf(await readFile(path, "utf8"))).at(-1)?.seq, 298);
    await Promise.all([buffer.close(), again.close()]);
  } finally {
    await rm(join(folder, ".."), { recursive: true, force: true });
  }
});
