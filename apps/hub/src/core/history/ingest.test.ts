/** Samples on their way in: acknowledged when kept, live ones first, bounded whatever the store does, limits that hold for one alone. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MOST_SERIES, type SamplesFrame } from "@servereye/contract";
import { keptLog, readMetrics, turnedClock } from "../fleet/doubles.test-code.ts";
import type { SampleIntake } from "../ports/samples.ts";
import { ALLOWANCE } from "./allowance.ts";
import { createIngest, type IngestParts } from "./ingest.ts";
import { type MemoryHistory, memoryHistory } from "./memory.test-code.ts";

const BOOT = "0b1c2d3e-0000-4000-8000-000000000000";

function bench(more: Partial<IngestParts> = {}) {
  const clock = turnedClock();
  const log = keptLog();
  const metrics = readMetrics();
  const history = memoryHistory();
  const ingest = createIngest({ history, clock, log, metrics, ...more });
  const agent = (serverId: string, skewMs = 0) => {
    const told: Array<string | number> = [];
    const intake: SampleIntake = ingest.open(
      serverId,
      {
        kept: ({ from, to }) => void told.push(`kept ${from}-${to}`),
        pace: (perSecond) => void told.push(perSecond),
        flooded: () => void told.push("flooded"),
      },
      () => skewMs,
    );
    return { serverId, intake, told, send: (part: SamplesFrame, bytes = 1_000) => intake.take(part, bytes) };
  };
  return { clock, log, metrics, history, ingest, agent };
}

const series = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => ({ key: "disk.used", of: `/${from + n}` }));

function frame(
  from: number,
  count = 1,
  more: Partial<SamplesFrame> & { columns?: number; first?: number } = {},
): SamplesFrame {
  const { columns = 2, first = 0, ...rest } = more;
  const samples = Array.from({ length: count }, (_, n) => ({
    seq: from + n,
    at: 1_000 * (from + n),
    values: Array.from({ length: columns }, (_one, column) => from + n + column),
  }));
  const batch = { boot: BOOT, series: series(columns, first), samples };
  return { t: "samples", batch, late: count > 1, waiting: 0, lost: 0, diskless: false, ...rest };
}

/** What is ready to go on does. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
};

function held(history: MemoryHistory): { release: () => void; entered: Promise<void> } {
  const gate = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  history.before = async () => {
    entered.resolve();
    await gate.promise;
    history.before = async () => undefined;
  };
  return { release: gate.resolve, entered: entered.promise };
}

describe("samples on their way in", () => {
  it("are acknowledged once they are kept and not before, what is measured now before what is late", async () => {
    const { history, agent } = bench();
    const one = agent("srv-1", 250);
    const gate = held(history);
    const order: string[] = [];
    one.send(frame(1));
    await gate.entered;
    history.before = async (batches) =>
      void order.push(...batches.map(({ batch }) => String(batch.samples[0]?.seq)));
    one.send(frame(100, 5));
    one.send(frame(2));
    await settle();
    assert.deepEqual(one.told, [120], "a pace alone");
    gate.release();
    await settle();
    assert.deepEqual(one.told, [120, "kept 1-1", "kept 2-2", "kept 100-104"]);
    assert.deepEqual(order, [], "the gate was put back");
    assert.equal(history.samples.get(`srv-1 ${BOOT} 1`)?.skewMs, 250);
    assert.deepEqual(history.samples.get(`srv-1 ${BOOT} 100`)?.values, {
      "disk.used /0": 100,
      "disk.used /1": 101,
    });
  });

  it("pile up nowhere while the store is away: all wait at their agents, which are told so, and told when it is back", async () => {
    const { history, agent, clock, metrics, log } = bench();
    const [one, two] = [agent("srv-1"), agent("srv-2")];
    history.away = true;
    one.send(frame(1));
    await settle();
    for (let n = 2; n < 500; n++) two.send(frame(n));
    await settle();
    assert.deepEqual(
      [one.told, two.told],
      [
        [120, 0],
        [120, 0],
      ],
    );
    assert.equal(metrics.read("history_queue_bytes"), 0);
    assert.equal(history.samples.size, 0);
    clock.turn(60_000);
    await settle();
    assert.equal(log.events.filter(({ event }) => event === "history.away").length, 1, "said once");
    history.away = false;
    for (let s = 0; s < 20; s++) {
      clock.turn(1_000);
      await settle();
    }
    assert.ok(one.told.at(-1) === 120 && two.told.at(-1) === 120, "a pace again");
    for (let n = 2; n < 5; n++) two.send(frame(n));
    await settle();
    assert.deepEqual(two.told.slice(-3), ["kept 2-2", "kept 3-3", "kept 4-4"]);
  });

  it("are bounded while the store is slow, in all and for each server, and go on when there is room", async () => {
    const limits = { bytes: 60_000, batches: 100, bytesEach: 40_000, batchesEach: 4, liveEach: 2 };
    const { history, agent, metrics, clock } = bench({ limits });
    const [one, two] = [agent("srv-1"), agent("srv-2")];
    const gate = held(history);
    one.send(frame(0));
    await gate.entered;
    for (let n = 0; n < 10; n++) one.send(frame(100 + 10 * n, 10));
    assert.equal(one.told.at(-1), 0, "asked to wait");
    assert.equal(metrics.of("samples_refused", { reason: "full" }), 60);
    two.send(frame(500, 10));
    two.send(frame(600));
    assert.deepEqual(two.told, [120], "another has room all the same");
    for (let n = 0; n < 50; n++) agent(`srv-${10 + n}`).send(frame(0, 10));
    assert.ok((metrics.read("history_queue_bytes") ?? 0) <= limits.bytes);
    gate.release();
    await settle();
    assert.deepEqual(two.told, [120, "kept 600-600", "kept 500-509"]);
    clock.turn(1_000);
    assert.ok(Number(one.told.at(-1)) > 0, "a pace again once there is room");
  });

  it("of a server that sends too much are refused, and it is named, told to wait, then closed; others go on", async () => {
    const allowance = { ...ALLOWANCE, samplesPerMinute: 600 };
    const { agent, log, metrics, clock, history } = bench({ allowance });
    const [loud, calm] = [agent("loud"), agent("calm")];
    let seq = 0;
    const flood = (): void => {
      loud.send(frame(seq, 100));
      seq += 100;
    };
    for (let n = 0; n < 8; n++) flood();
    calm.send(frame(1));
    await settle();
    assert.deepEqual(calm.told, [120, "kept 1-1"]);
    assert.equal(loud.told.filter((word) => word === 0).length, 1, "told to wait, once");
    assert.equal(history.samples.size, 601);
    assert.equal(metrics.of("samples_refused", { reason: "limit" }), 200);
    const named = log.events.filter(({ event }) => event === "agent.samples_limited");
    assert.deepEqual(
      named.map(({ fields }) => [fields?.serverId, fields?.by]),
      [["loud", "samples"]],
    );
    for (let n = 0; n < 5; n++) flood();
    assert.equal(loud.told.at(-1), "flooded", "it did not listen");
    loud.intake.gone();
    const again = agent("loud");
    assert.deepEqual(again.told, [0], "a new connection begins where the last one ended");
    clock.turn(180_000);
    assert.ok(Number(again.told.at(-1)) > 0);
  });

  it("of more series than one server may have lose those beyond, and keep the others", async () => {
    const { agent, history, log } = bench();
    const churn = agent("churn");
    for (let n = 0; n < 3; n++)
      churn.send(frame(n, 1, { columns: MOST_SERIES, first: n * (MOST_SERIES - 1) }));
    await settle();
    assert.deepEqual(churn.told, [120, "kept 0-0", "kept 1-1", "kept 2-2"]);
    const sizes = [0, 1, 2].map(
      (n) => Object.keys(history.samples.get(`churn ${BOOT} ${n}`)?.values ?? {}).length,
    );
    assert.deepEqual(sizes, [MOST_SERIES, MOST_SERIES, 2]);
    assert.equal(log.events.find(({ event }) => event === "agent.samples_limited")?.fields?.by, "series");
  });

  it("that the store fails on hold up nobody else's", async () => {
    const { agent, history, log } = bench();
    const gate = held(history);
    const [good, bad, last] = [agent("good"), agent("bad"), agent("last")];
    good.send(frame(0));
    await gate.entered;
    for (const one of [good, bad, last]) one.send(frame(1));
    gate.release();
    const kept = history.ingest.bind(history);
    history.ingest = async (batches) => {
      if (batches.some(({ serverId }) => serverId === "bad")) throw new Error("a value that breaks it");
      await kept(batches);
    };
    await settle();
    assert.deepEqual([good.told.at(-1), bad.told.at(-1), last.told.at(-1)], ["kept 1-1", 120, "kept 1-1"]);
    assert.equal(log.events.find(({ event }) => event === "history.failed")?.fields?.serverId, "bad");
  });

  it("that fit together in no way are no batch; what agents lost or can not write is said", async () => {
    const { agent, log, metrics } = bench();
    const one = agent("srv-1");
    const gap = frame(1, 3);
    gap.batch.samples.splice(1, 1);
    assert.equal(one.send(gap), false);
    const twice = frame(1);
    twice.batch.series = [...series(1), ...series(1)];
    assert.equal(one.send(twice), false);
    const short = frame(1);
    short.batch.samples[0]?.values.pop();
    assert.equal(one.send(short), false);
    one.send(frame(1, 1, { lost: 7, diskless: true }));
    one.send(frame(2, 1, { lost: 7, diskless: true }));
    one.send(frame(3, 1, { lost: 9, diskless: false }));
    assert.equal(metrics.of("samples_lost"), 9);
    assert.deepEqual(
      log.events.map(({ event }) => event),
      ["agent.samples_lost", "agent.buffer_diskless", "agent.samples_lost", "agent.buffer_well"],
    );
  });

  it("of a thousand agents that come back with an hour each are in within a minute, live ones within 2 s", async () => {
    const clock = turnedClock();
    const [log, metrics] = [keptLog(), readMetrics()];
    let kept = 0;
    let slowest = 0;
    // A store that keeps 20,000 samples a second, and 3 ms for each group.
    const history = {
      check: async () => undefined,
      ingest: async (batches: Parameters<MemoryHistory["ingest"]>[0]) => {
        const samples = batches.reduce((sum, { batch }) => sum + batch.samples.length, 0);
        await new Promise<void>((resolve) => void clock.after(3 + samples / 20, resolve));
        kept += samples;
        for (const { arrived, batch } of batches)
          if (batch.samples.length === 1) slowest = Math.max(slowest, clock.now() - arrived);
      },
    };
    const ingest = createIngest({ history, clock, log, metrics });
    const agents = Array.from({ length: 1_000 }, (_, n) => {
      const one = {
        left: 360,
        pace: 0,
        tokens: 0,
        next: n % 100,
        intake: undefined as SampleIntake | undefined,
        unkept: 0,
      };
      const line = {
        kept: ({ from, to }: { from: number; to: number }) => {
          if (from < 1_000_000) one.unkept -= to - from + 1;
        },
        pace: (perSecond: number) => {
          if (one.pace === 0 && perSecond > 0 && one.unkept > 0) one.left += one.unkept;
          if (one.pace === 0 && perSecond > 0) one.unkept = 0;
          one.pace = perSecond;
        },
        flooded: () => assert.fail("no agent of these floods"),
      };
      one.intake = ingest.open(`srv-${n}`, line, () => 0);
      return one;
    });
    const wide = (from: number, count: number, waiting: number): SamplesFrame =>
      frame(from, count, { columns: 1, waiting, late: count > 1 });
    let steps = 0;
    for (; agents.some(({ left, unkept }) => left > 0 || unkept > 0) && steps < 1_200; steps++) {
      for (const one of agents) {
        one.tokens = Math.min(240, one.tokens + one.pace / 20);
        const size = Math.min(one.left, Math.max(2, Math.floor(one.pace * 2)), 120);
        if (one.left > 0 && one.pace > 0 && one.tokens >= size && one.unkept < 4 * size) {
          one.tokens -= size;
          one.left -= size;
          one.unkept += size;
          one.intake?.take(wide(10_000 - one.left, size, one.left), 400 * size);
        }
        if (steps % 200 === one.next * 2) one.intake?.take(wide(1_000_000 + steps, 1, one.left), 400);
      }
      clock.turn(50);
      await settle();
    }
    assert.ok(steps < 1_200, `after a minute ${360_000 - kept} are left`);
    assert.ok(slowest <= 2_000, `${slowest} ms for one that was measured then`);
  });
});
