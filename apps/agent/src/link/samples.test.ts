/** Samples from a buffer to a hub's history: none lost, none doubled, what is measured now first, at the hub's pace. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_BATCH_BYTES, MOST_LATE_BYTES, MOST_SAMPLES } from "@servereye/contract";
import { BOOT, TearingDisk, upTo } from "../buffer/buffer.fixture.ts";
import { chance } from "../buffer/chance.fixture.ts";
import { linesOf, rowsOf } from "../buffer/record.ts";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { settle, testAgent, testHub, type Way } from "./samples.fixture.ts";
import { AGAIN_MS } from "./samples.ts";

test("a hub that was away for 24 hours gets all of them, each once, oldest first, and live ones before them", async () => {
  const hub = testHub();
  const agent = await testAgent(hub);
  await agent.add(
    8_640,
    upTo(20).map((n) => ({ key: "disk.used", of: `/${n}` })),
  );
  agent.connect();
  let worst = 0;
  for (let second = 0; second < 120; second++) {
    if (second % 10 === 0) {
      await agent.add(
        1,
        upTo(20).map((n) => ({ key: "disk.used", of: `/${n}` })),
      );
      await settle();
      const key = `srv-1 ${BOOT} ${8_640 + second / 10}`;
      if (!hub.history.samples.has(key)) worst = Math.max(worst, second);
    }
    await agent.pass(1_000);
  }
  const kept = [...hub.history.samples];
  assert.equal(kept.length, 8_652, "0 lost");
  assert.ok(
    kept.every(([, { given }]) => given === 1),
    "0 doubled",
  );
  assert.equal(worst, 0, "each live one was kept before the clock went on");
  assert.equal(agent.buffer.waiting, 0);
  assert.equal(agent.buffer.lost, 0);
  const late = agent.frames.flatMap((frame) => (frame.t === "samples" && frame.late ? [frame] : []));
  const order = late.flatMap(({ batch }) => batch.samples.map(({ seq }) => seq));
  assert.deepEqual(order, upTo(8_640));
  assert.ok(late.every((frame) => JSON.stringify(frame).length < MOST_BATCH_BYTES + 200));
  assert.ok(late.every(({ batch }) => batch.samples.length <= MOST_SAMPLES));
});

test("sends nothing to a hub that told no pace, and waits at a pace of 0 with all but what is measured now", async () => {
  const hub = testHub();
  const agent = await testAgent(hub);
  const sent: Array<[boolean, number]> = [];
  agent.sender.open({ sample: ({ batch, late }) => void sent.push([late, batch.samples.length]) });
  await agent.add(3);
  await agent.pass(60_000, 10_000);
  assert.deepEqual(sent, []);
  agent.sender.paced(0);
  await agent.add(1);
  await agent.pass(5_000);
  assert.deepEqual(sent, [[false, 1]]);
  agent.sender.paced(2);
  await agent.pass(2_000);
  assert.deepEqual(
    sent,
    [
      [false, 1],
      [true, 4],
    ],
    "what was on its way when the hub had no room comes again",
  );
  agent.sender.kept({ boot: BOOT, from: 0, to: 3 });
  await agent.pass(60_000, 10_000);
  assert.equal(sent.length, 2);
  assert.equal(agent.buffer.waiting, 0);
});

test("what is not acknowledged is sent again after a while, few frames at once, and by the next connection at once", async () => {
  const agent = await testAgent(testHub());
  await agent.add(1_000);
  const sent: number[] = [];
  const line = {
    sample: ({ batch }: { batch: { samples: { seq: number }[] } }) =>
      void sent.push(batch.samples[0]?.seq ?? -1),
  };
  agent.sender.open(line);
  agent.sender.paced(10);
  await agent.pass(20_000);
  assert.deepEqual(sent, [0, 20, 40, 60], "four on their way");
  await agent.pass(AGAIN_MS - 20_000 + 4_000);
  assert.deepEqual(sent.slice(4, 5), [0], "the first once more");
  agent.sender.close();
  const before = sent.length;
  await agent.pass(10_000);
  assert.equal(sent.length, before, "nobody is there");
  agent.sender.open(line);
  agent.sender.paced(10);
  await agent.pass(2_000);
  assert.equal(sent[before], 0);
});

test("large samples go by bytes, and many small frames by samples, however often the pace changes", async () => {
  const agent = await testAgent(testHub());
  const series = (name: string, count: number) =>
    upTo(count).map((n) => ({ key: "disk.used", of: `${name} ${n}` }));
  await agent.add(60, series("large", 1_500));
  for (let n = 0; n < 40; n++) await agent.add(1, series(String(n % 2), 2));
  const sent: Array<{ at: number; bytes: number; samples: number }> = [];
  const began = agent.clock.monotonic();
  agent.sender.open({
    sample({ batch }) {
      const { samples } = batch;
      sent.push({
        at: agent.clock.monotonic() - began,
        bytes: JSON.stringify(batch).length,
        samples: samples.length,
      });
      agent.sender.kept({ boot: batch.boot, from: samples[0]?.seq ?? 0, to: samples.at(-1)?.seq ?? 0 });
    },
  });
  for (let second = 0; second < 40; second++) {
    agent.sender.paced(80 + (second % 2) * 40);
    await agent.pass(1_000, 100);
  }
  assert.equal(agent.buffer.waiting, 0, "all are sent");
  const large = sent.filter(({ samples }) => samples > 1);
  const last = large.at(-1);
  const bytes = large.slice(0, -1).reduce((sum, one) => sum + one.bytes, 0);
  assert.ok(bytes / ((last?.at ?? 0) / 1_000) <= MOST_LATE_BYTES, "no more bytes a second than there may be");
  assert.equal(sent.filter(({ samples }) => samples === 1).length, 40);
});

test("samples that no frame can hold are let go of, and said, and the next ones go on", async () => {
  const agent = await testAgent(testHub());
  await agent.add(1);
  await agent.add(1, [{ key: "disk.used", of: "huge" }, { key: "cpu.usage" }]);
  await agent.add(1);
  const sent: number[] = [];
  agent.sender.open({
    sample({ batch }) {
      if (batch.series.length === 2) throw new RangeError("too large");
      sent.push(batch.samples[0]?.seq ?? -1);
      agent.sender.kept({
        boot: batch.boot,
        from: batch.samples[0]?.seq ?? 0,
        to: batch.samples.at(-1)?.seq ?? 0,
      });
    },
  });
  agent.sender.paced(100);
  await agent.pass(20_000);
  assert.deepEqual(sent, [0, 2]);
  assert.equal(agent.buffer.lost, 1);
  assert.deepEqual(
    agent.logged("buffer.lost").map(({ fields }) => fields.why),
    ["refused"],
  );
});

test("whatever happens on the way, to the disk, to the store and to the process, none is lost but by a cut, none doubled", async () => {
  for (let seed = 1; seed <= 12; seed++) await anyStory(seed);
});

/** Kills with cuts, restarts, breaks, frames lost and doubled, a full disk, a store that goes away: then all is well again. */
async function anyStory(seed: number): Promise<void> {
  const random = chance(seed);
  const hub = testHub();
  let calm = false;
  const fate = () =>
    calm ? "once" : ((["once", "once", "once", "twice", "never"] as const)[random(5)] ?? "once");
  const way: Way = { up: fate, down: fate };
  const clock = new TurnedClock();
  const disk = new TearingDisk();
  const began = clock.monotonic();
  /** As the machine's uptime: the agent takes a sample each 10 s, or fewer. */
  const start = () =>
    testAgent(hub, { clock, disk, way, first: Math.ceil((clock.monotonic() - began) / 1_000) + 1 });
  let agent = await start();
  agent.connect();
  /** What was measured, by its value, with whether a cut may have taken it. */
  const measured = new Map<number, "safe" | "cut">();
  let next = 1;
  const add = async (): Promise<void> => {
    measured.set(next, "safe");
    agent.buffer.add({ at: clock.now(), values: [[{ key: "cpu.usage" }, next++]] });
    await agent.buffer.settled();
  };
  const kill = async (): Promise<void> => {
    agent.disconnect();
    // What a full disk did not take goes with the process.
    if (agent.buffer.diskless) {
      const rows = [...disk.files.values()].flatMap(({ text }) => rowsOf(linesOf(text)));
      const there = new Set(rows.map(({ values }) => values[0]));
      for (const one of measured.keys()) if (!there.has(one)) measured.set(one, "cut");
    }
    const path = [...disk.files.keys()].sort().at(-1);
    const text = path === undefined ? "" : disk.text(path);
    if (path !== undefined && random(2) === 0) {
      // In the middle of writing the last line.
      const lines = text.split("\n");
      const last = lines.at(-2) ?? "";
      const [row] = linesOf(last);
      if (row?.[0] === "row") measured.set(Number(row[4][0]), "cut");
      disk.put(path, text.slice(0, text.length - 1 - random(last.length + 1)));
    }
    disk.full = false;
    agent = await start();
    if (random(4) > 0) agent.connect();
  };
  for (let step = 0; step < 150; step++) {
    await add();
    await agent.pass(10_000, 2_500);
    const event = random(16);
    if (event === 0) await kill();
    else if (event === 1) agent.disconnect();
    else if (event === 2 || event === 3) {
      agent.disconnect();
      agent.connect();
    } else if (event === 4) hub.history.away = !hub.history.away;
    else if (event === 5) disk.full = !disk.full;
    else if (event === 6) disk.tearAt = random(80);
  }
  calm = true;
  hub.history.away = false;
  disk.full = false;
  agent.disconnect();
  agent.connect();
  for (let round = 0; round < 40 && agent.buffer.waiting > 0; round++) await agent.pass(10_000);
  assert.equal(agent.buffer.waiting, 0, `seed ${seed}: ${agent.buffer.waiting} wait still`);
  const values = [...hub.history.samples.values()].map((sample) => sample.values["cpu.usage"] ?? 0);
  const once = new Set(values);
  assert.equal(once.size, values.length, `seed ${seed}: doubled under another number`);
  const lost = [...measured]
    .filter(([value, how]) => how === "safe" && !once.has(value))
    .map(([value]) => value);
  assert.deepEqual(lost, [], `seed ${seed}: lost`);
}
