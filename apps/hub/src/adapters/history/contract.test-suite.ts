/** The contract of the History port, as tests to run on each implementation; written against the port alone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Sample, Series } from "@servereye/contract";
import type { History, Ingest, Line, Point } from "../../core/ports/history.ts";

/** One empty history. */
export interface HistoryWorld {
  history: History;
  /** Epoch ms by its clock, which stands until it is turned. */
  now(): number;
  turn(ms: number): void;
  /** Makes a server that history may be kept of; gives its id. */
  server(): Promise<string>;
  /** Resolves when what was kept so far can be asked for. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const CPU: Series = { key: "cpu.usage" };
const DISKS: Series[] = [
  { key: "disk.used", of: "/" },
  { key: "disk.used", of: '/srv/it\'s \\ "mine"' },
];
const BOOT = "0f0f0f0f-0000-4000-8000-000000000001";
const OTHER_BOOT = "0f0f0f0f-0000-4000-8000-000000000002";

/** A batch that arrived when its newest sample was made, by a clock that is right. */
export function batchOf(serverId: string, samples: Sample[], more: Partial<Ingest["batch"]> = {}): Ingest {
  const arrived = Math.max(...samples.map(({ at }) => at));
  return { serverId, arrived, skewMs: 0, batch: { boot: BOOT, series: [CPU], samples, ...more } };
}

/** Every `stepMs` from `from` on, with the values given; `seq` counts from `seq`. */
export function samplesFrom(
  from: number,
  stepMs: number,
  values: ReadonlyArray<number | null>,
  seq = 0,
): Sample[] {
  return values.map((value, n) => ({ seq: seq + n, at: from + n * stepMs, values: [value] }));
}

/** Batches of so many samples at the most, as agents send them. */
export function inBatches(serverId: string, samples: Sample[], many = 120): Ingest[] {
  const batches: Ingest[] = [];
  for (let at = 0; at < samples.length; at += many)
    batches.push(batchOf(serverId, samples.slice(at, at + many)));
  return batches;
}

export const countOf = (line: Line | undefined): number =>
  (line?.points ?? []).reduce((sum, { value }) => sum + (value?.count ?? 0), 0);

/** Does all there is to do now; a history that always has more to do is broken. */
export async function tendAll(history: History, now: number, most = 5_000): Promise<number> {
  for (let steps = 0; steps < most; steps++) if (!(await history.tend(now))) return steps;
  throw new Error(`after ${most} steps there still was more to do`);
}

/** Registers the contract's tests under `name`. `fresh` is called once for each; what it gives is closed here. */
export function historyContract(
  name: string,
  fresh: () => Promise<HistoryWorld>,
  options: { skip?: string | false } = {},
): void {
  describe(name, options, () => {
    const contractTest = (what: string, run: (world: HistoryWorld) => Promise<void>) => {
      test(what, async () => {
        const world = await fresh();
        try {
          await run(world);
        } finally {
          await world.close();
        }
      });
    };

    async function keep(world: HistoryWorld, ...batches: Ingest[]): Promise<void> {
      await world.history.ingest(batches);
      await world.settled();
    }
    const ask = (world: HistoryWorld, serverId: string, from: number, to: number, points = 1_000) =>
      world.history.query({ serverIds: [serverId], series: [CPU], from, to, points });
    const lasts = (points: readonly Point[]) => points.flatMap(({ value }) => (value ? [value.last] : []));

    contractTest(
      "gives back what it was given, each series of it, and nothing of other servers",
      async (world) => {
        const [mine, other] = [await world.server(), await world.server()];
        const from = world.now() - 10 * MINUTE;
        const samples = Array.from({ length: 30 }, (_, n) => ({
          ...{ seq: n, at: from + n * 20 * SECOND },
          values: [n, 50 + n / 10, n % 2 === 0 ? null : -n],
        }));
        await keep(world, batchOf(mine, samples, { series: [CPU, ...DISKS] }));
        await keep(world, batchOf(other, samplesFrom(from, 20 * SECOND, [99, 99, 99])));
        const lines = await world.history.query({
          ...{ serverIds: [mine], series: [CPU, { key: "disk.used" }], from, to: world.now(), points: 500 },
        });
        const byThing = new Map(lines.map((line) => [line.series.of, line]));
        assert.deepEqual(new Set(byThing.keys()), new Set([undefined, "/", DISKS[1]?.of]));
        for (const line of lines) assert.equal(line.serverId, mine);
        // Two in a step at the most here, so that each is its lowest or its highest.
        const values = (line: Line | undefined) =>
          new Set((line?.points ?? []).flatMap(({ value }) => (value ? [value.min, value.max] : [])));
        assert.deepEqual(
          values(byThing.get(undefined)),
          new Set(samples.map(({ values: [first] }) => first)),
        );
        assert.deepEqual(values(byThing.get("/")), new Set(samples.map(({ values: [, second] }) => second)));
        assert.equal(countOf(byThing.get(DISKS[1]?.of)), 15, "null is no value");
        const one = await world.history.query({
          ...{ serverIds: [mine, other], series: [DISKS[0] ?? CPU], from, to: world.now(), points: 500 },
        });
        assert.deepEqual(
          one.map(({ serverId, series }) => [serverId, series.of]),
          [[mine, "/"]],
        );
      },
    );

    contractTest("has nothing of what it knows nothing of", async (world) => {
      const serverId = await world.server();
      const [from, to] = [world.now() - HOUR, world.now()];
      assert.deepEqual(await ask(world, serverId, from, to), []);
      assert.deepEqual(await ask(world, "ab".repeat(16), from, to), []);
      assert.deepEqual(await ask(world, serverId, to, from), []);
      assert.deepEqual(await world.history.latest([serverId], CPU.key, HOUR), []);
      assert.deepEqual(await world.history.series(serverId, from, to), []);
      await world.history.ingest([]);
      await world.history.check();
    });

    contractTest(
      "keeps each sample once, however often, late and in whatever order it comes",
      async (world) => {
        const serverId = await world.server();
        const from = world.now() - 2 * HOUR;
        const samples = samplesFrom(
          from,
          10 * SECOND,
          Array.from({ length: 600 }, (_, n) => n),
        );
        const batches = inBatches(serverId, samples, 50);
        const shuffled = batches.map((batch, n) => [batch, (n * 7) % 12] as const);
        shuffled.sort(([, a], [, b]) => a - b);
        for (const [batch] of shuffled) await world.history.ingest([batch, batch]);
        await Promise.all(batches.map((batch) => world.history.ingest([batch])));
        await world.settled();
        const [line] = await ask(world, serverId, from, world.now(), 1_000);
        assert.equal(countOf(line), samples.length);
        const order = lasts(line?.points ?? []);
        assert.deepEqual(
          order,
          order.toSorted((a, b) => a - b),
          "in the order of their numbers",
        );
        assert.deepEqual([order[0], order.at(-1)], [line?.points[0]?.value?.last, 599]);
      },
    );

    contractTest("shows gaps as gaps, and what is around them as it was", async (world) => {
      const serverId = await world.server();
      const from = world.now() - HOUR;
      const before = samplesFrom(from, 10 * SECOND, new Array<number>(60).fill(5));
      const after = samplesFrom(from + 30 * MINUTE, 10 * SECOND, new Array<number>(180).fill(7), 60);
      await keep(world, ...inBatches(serverId, before), ...inBatches(serverId, after));
      for (const points of [1_000, 60, 12]) {
        const [line] = await ask(world, serverId, from, world.now(), points);
        assert.ok(line !== undefined && line.points.length <= points && line.points.length > 2);
        for (const { at, value } of line.points) {
          const inGap = at >= from + 10 * MINUTE && at + line.stepMs <= from + 30 * MINUTE;
          if (inGap) assert.equal(value, null, `at ${(at - from) / MINUTE} min of ${points}`);
          else if (at + line.stepMs <= from + 10 * MINUTE) assert.equal(value?.max, 5);
          else if (at >= from + 30 * MINUTE) assert.equal(value?.min, 7, `at ${(at - from) / MINUTE} min`);
        }
      }
    });

    contractTest("leaves no step empty for want of punctuality", async (world) => {
      const serverId = await world.server();
      const from = world.now() - 30 * MINUTE;
      const samples = samplesFrom(from, 10 * SECOND, new Array<number>(180).fill(1)).map((sample, n) => ({
        ...sample,
        at: sample.at + ((n * 7919) % 1_500) - 750,
      }));
      await keep(world, ...inBatches(serverId, samples));
      const [line] = await ask(world, serverId, from + MINUTE, world.now() - MINUTE, 2_000);
      assert.ok((line?.points.length ?? 0) > 80);
      assert.deepEqual(
        line?.points.filter(({ value }) => value === null),
        [],
      );
    });

    contractTest("keeps the highest and the lowest when it thins", async (world) => {
      const serverId = await world.server();
      const from = world.now() - 5 * HOUR;
      const values = Array.from({ length: 1_800 }, (_, n) =>
        n === 900 ? 99 : n === 1_200 ? -3 : 10 + (n % 3),
      );
      await keep(world, ...inBatches(serverId, samplesFrom(from, 10 * SECOND, values)));
      const [line] = await ask(world, serverId, from, world.now(), 20);
      const all = (line?.points ?? []).flatMap(({ value }) => (value === null ? [] : [value]));
      assert.ok(all.length > 5 && (line?.points.length ?? 0) <= 20);
      assert.equal(Math.max(...all.map(({ max }) => max)), 99);
      assert.equal(Math.min(...all.map(({ min }) => min)), -3);
      assert.equal(countOf(line), 1_800);
      const average = all.reduce((sum, { avg, count }) => sum + avg * count, 0) / 1_800;
      assert.ok(Math.abs(average - values.reduce((a, b) => a + b, 0) / 1_800) < 1e-6);
    });

    contractTest("orders by boot and number, whatever an agent's clock says", async (world) => {
      const serverId = await world.server();
      const from = world.now() - 20 * MINUTE;
      const right = samplesFrom(
        from,
        10 * SECOND,
        Array.from({ length: 90 }, (_, n) => n),
      );
      const jumps = [
        (at: number) => at,
        (at: number) => at + 3 * HOUR,
        (at: number) => at - 5 * HOUR,
        () => 1_000,
        (at: number) => at + 400 * DAY,
        (at: number) => at,
      ];
      const wrong = right.map((sample, n) => ({
        ...sample,
        at: (jumps[Math.floor(n / 15)] ?? jumps[0])?.(sample.at) ?? 0,
      }));
      await keep(world, { ...batchOf(serverId, wrong), arrived: from + 90 * 10 * SECOND });
      const [line] = await ask(world, serverId, from - 6 * HOUR, world.now(), 10_000);
      assert.equal(countOf(line), 90);
      const order = lasts(line?.points ?? []);
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
      const rebooted = samplesFrom(world.now() - 3 * MINUTE, 10 * SECOND, [200, 201, 202]);
      await keep(world, batchOf(serverId, rebooted, { boot: OTHER_BOOT }));
      const [both] = await ask(world, serverId, from - 6 * HOUR, world.now(), 10_000);
      assert.deepEqual([countOf(both), lasts(both?.points ?? []).at(-1)], [93, 202]);
    });

    contractTest("takes a steady skew off", async (world) => {
      const serverId = await world.server();
      const from = world.now() - 10 * MINUTE;
      const skewMs = 2 * HOUR;
      const samples = samplesFrom(from + skewMs, 10 * SECOND, [1, 2, 3]);
      await keep(world, { ...batchOf(serverId, samples), arrived: from + 30 * SECOND, skewMs });
      assert.equal(countOf((await ask(world, serverId, from, from + MINUTE))[0]), 3);
    });

    contractTest("a day without the hub: none lost, none doubled, live ones first", async (world) => {
      const serverId = await world.server();
      const from = world.now();
      const samples = samplesFrom(
        from,
        30 * SECOND,
        Array.from({ length: 2_880 }, (_, n) => n % 100),
      );
      world.turn(DAY + 10 * MINUTE);
      await tendAll(world.history, world.now());
      const live = samplesFrom(from + DAY, 30 * SECOND, [1, 1, 1], 2_880);
      const late = inBatches(serverId, samples).map((batch) => ({ ...batch, arrived: world.now() }));
      await keep(world, batchOf(serverId, live));
      for (const [n, batch] of late.entries()) {
        await world.history.ingest([batch]);
        // Sealed in between, and sent again since nobody said that it was kept.
        if (n % 8 === 3) await tendAll(world.history, world.now());
        if (n % 5 === 4) await world.history.ingest(late.slice(n - 4, n + 1));
      }
      world.turn(2 * HOUR);
      await tendAll(world.history, world.now());
      await world.history.ingest(late);
      await tendAll(world.history, world.now());
      await world.settled();
      const [line] = await ask(world, serverId, from, from + DAY + HOUR, 2_000);
      assert.equal(countOf(line), samples.length + live.length);
      const empty = line?.points.findIndex(({ value }) => value === null) ?? -1;
      assert.ok((line?.points[empty]?.at ?? 0) > from + DAY, "no gap before its end");
    });

    contractTest("answers the same after sealing and rolling up, in each width of step", async (world) => {
      const serverId = await world.server();
      const from = Math.floor((world.now() - 2 * DAY) / DAY) * DAY;
      const samples = samplesFrom(
        from,
        MINUTE,
        Array.from({ length: 2_880 }, (_, n) => (n * 37) % 101),
      );
      const holes = samples.filter((_, n) => n % 400 > 25);
      for (const batch of inBatches(serverId, holes)) await world.history.ingest([batch]);
      await world.settled();
      const asked = [2, 10, 60, 300, 3_000];
      const all = () =>
        Promise.all(asked.map((points) => ask(world, serverId, from, from + 2 * DAY, points)));
      const before = await all();
      for (const hours of [1, 20, 30]) {
        world.turn(hours * HOUR);
        await tendAll(world.history, world.now());
        for (const [n, lines] of (await all()).entries()) {
          assert.equal(lines[0]?.points.length, before[n]?.[0]?.points.length);
          assert.deepEqual(lines[0]?.points, before[n]?.[0]?.points, `${asked[n]} points, ${hours} h later`);
        }
      }
      for (const [line] of before) assert.equal(countOf(line), holes.length);
    });

    contractTest("knows the newest of a measure for many servers", async (world) => {
      const servers = [await world.server(), await world.server(), await world.server()];
      const [first = "", second = "", third = ""] = servers;
      const now = world.now();
      const series = [CPU, ...DISKS];
      const at = (ms: number, seq: number, values: Array<number | null>) => ({ seq, at: now - ms, values });
      await keep(
        world,
        // Newest first, as after an hour offline; the second disk is measured now and then.
        batchOf(first, [at(30 * SECOND, 9, [3, 4, 5]), at(10 * SECOND, 10, [6, 7, null])], { series }),
        batchOf(first, [at(70 * SECOND, 7, [1, 2, 3])], { series }),
        batchOf(second, [at(20 * SECOND, 1, [11])]),
        batchOf(third, [at(10 * MINUTE, 1, [12])]),
      );
      const latest = async (key: string, maxAgeMs: number) =>
        (await world.history.latest(servers, key, maxAgeMs))
          .map((one) => [servers.indexOf(one.serverId), one.series.of, now - one.at, one.value])
          .toSorted();
      assert.deepEqual(await latest(CPU.key, 2 * MINUTE), [
        [0, undefined, 10 * SECOND, 6],
        [1, undefined, 20 * SECOND, 11],
      ]);
      assert.equal((await latest(CPU.key, HOUR)).length, 3);
      assert.deepEqual(await latest("disk.used", 2 * MINUTE), [
        [0, "/", 10 * SECOND, 7],
        [0, DISKS[1]?.of, 30 * SECOND, 5],
      ]);
      assert.deepEqual(await world.history.latest([second], "disk.used", HOUR), []);
      const every = await world.history.latest([first], undefined, 2 * MINUTE);
      assert.deepEqual(
        every.map((one) => `${one.series.key} ${one.series.of ?? ""} ${one.value}`).toSorted(),
        ["cpu.usage  6", "disk.used / 7", `disk.used ${DISKS[1]?.of} 5`],
      );
    });

    contractTest("knows which series there were, while they were", async (world) => {
      const serverId = await world.server();
      const from = world.now() - 6 * HOUR;
      const container = { key: "container.cpu", of: "web" };
      await keep(
        world,
        batchOf(serverId, [{ seq: 0, at: from, values: [1, 2] }], { series: [CPU, container] }),
        batchOf(serverId, samplesFrom(from + 4 * HOUR, 10 * SECOND, [1], 1)),
      );
      const named = async (begin: number, end: number) =>
        (await world.history.series(serverId, begin, end))
          .map(({ key, of }) => `${key} ${of ?? ""}`)
          .toSorted();
      const both = ["container.cpu web", "cpu.usage "];
      assert.deepEqual(await named(from, world.now()), both);
      assert.deepEqual(await named(from + 3 * HOUR, world.now()), ["cpu.usage "]);
      world.turn(HOUR);
      await tendAll(world.history, world.now());
      assert.deepEqual(await named(from, from + HOUR), both, "sealed");
      assert.deepEqual(await named(from + 3 * HOUR, world.now()), ["cpu.usage "]);
    });
  });
}
