/** What the store's history does beneath its port: sealing, rolling up, dropping, and what goes wrong there. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { needs } from "../../../../../../test/engines.ts";
import type { Point } from "../../../core/ports/history.ts";
import { batchOf, countOf, inBatches, samplesFrom, tendAll } from "../../history/contract.test-suite.ts";
import { storesOnPostgres15 } from "../contract/fresh.test-suite.ts";
import { RETENTION, type Retention } from "./history.ts";
import { DAY_MS, HOUR_MS } from "./units.ts";
import { type StoreHistoryWorld, storeHistoryWorld } from "./world.test-code.ts";

const MINUTE = 60_000;
const CPU = { key: "cpu.usage" };

describe("the store's tiers", needs("postgres15"), () => {
  const stores = storesOnPostgres15();
  const inWorld = async (run: (world: StoreHistoryWorld) => Promise<void>, retention?: Retention) => {
    const world = await storeHistoryWorld(stores(), retention);
    try {
      await run(world);
    } finally {
      await world.close();
    }
  };
  const ask = async (world: StoreHistoryWorld, serverId: string, from: number, to: number, points = 2_000) =>
    (await world.history.query({ serverIds: [serverId], series: [CPU], from, to, points }))[0];
  const rowsOf = async (world: StoreHistoryWorld, table: string): Promise<number> =>
    Number((await world.sql(`select count(*) as n from ${table}`))[0]?.n);

  test("roll-ups are what a recomputation from all samples gives, with gaps, late, doubled and shuffled batches", async () => {
    await inWorld(async (world) => {
      const value = fc.option(fc.integer({ min: -5_000, max: 50_000 }), { freq: 8 });
      const story = fc.record({
        values: fc.array(value, { minLength: 30, maxLength: 200 }),
        /** Which batches come only after the day was rolled up. */
        late: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        order: fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
        stepMs: fc.constantFrom(MINUTE, 7 * MINUTE, 13 * MINUTE),
      });
      const day = Math.floor(world.now() / DAY_MS) * DAY_MS - DAY_MS;
      await fc.assert(
        fc.asyncProperty(story, async ({ values, late, order, stepMs }) => {
          const serverId = await world.server();
          // Tenths, as they are kept; a null is a sample without a value, a hole in the numbers none at all.
          const samples = samplesFrom(
            day,
            stepMs,
            values.map((one) => (one === null ? null : one / 10)),
          ).filter(({ seq, at }) => seq % 11 !== 4 && at < day + DAY_MS);
          const batches = inBatches(serverId, samples, 12).map((batch, n) => ({ batch, n }));
          batches.sort((a, b) => (order[a.n] ?? 0) - (order[b.n] ?? 0));
          const arrived = world.now();
          const send = (are: boolean) =>
            world.history.ingest(
              batches
                .filter(({ n }) => (late[n] ?? false) === are)
                .flatMap(({ batch }) => [
                  { ...batch, arrived },
                  { ...batch, arrived },
                ]),
            );
          await send(false);
          await tendAll(world.history, world.now());
          await send(true);
          await tendAll(world.history, world.now());
          for (const points of [24, 144]) {
            const line = await ask(world, serverId, day, day + DAY_MS, points);
            const kept = samples.flatMap(({ at, values: [one] }) =>
              typeof one === "number" ? [{ at, one }] : [],
            );
            assert.equal(countOf(line), kept.length);
            for (const { at, value: told } of line?.points ?? []) {
              const within = kept.filter((one) => one.at >= at && one.at < at + (line?.stepMs ?? 0));
              assert.deepEqual(exact(told), recomputed(within.map(({ one }) => one)));
            }
          }
        }),
        { numRuns: 12 },
      );
      assert.equal(await rowsOf(world, "history_due"), 0);
      assert.deepEqual(world.counted, []);
    });
  });

  test("samples that come while their hour is sealed are in it, on whichever hub they come", async () => {
    await inWorld(async (world) => {
      const serverId = await world.server();
      const from = Math.floor(world.now() / HOUR_MS) * HOUR_MS - 3 * HOUR_MS;
      const batches = inBatches(serverId, samplesFrom(from, 10_000, new Array<number>(1_000).fill(1)), 25);
      const hubs = [world.history, world.another(), world.another()];
      // Two hubs tend as well: one that was taken for dead, and its heir.
      const tending = [0, 1].map(async (n) => {
        for (let steps = 0; steps < 30; steps++) await hubs[n]?.tend(world.now());
      });
      await Promise.all(
        batches.flatMap((batch, n) => [hubs[n % 3], hubs[(n + 1) % 3]].map((hub) => hub?.ingest([batch]))),
      );
      await Promise.all(tending);
      world.turn(10 * MINUTE);
      await tendAll(world.history, world.now());
      assert.equal(countOf(await ask(world, serverId, from, world.now())), 1_000);
      assert.equal(Number((await world.sql("select sum(samples) as n from history_chunks"))[0]?.n), 1_000);
      assert.deepEqual(world.counted, []);
    });
  });

  test("a chunk that does not decode is told once, skipped, and left as it is; late samples go beside it", async () => {
    await inWorld(async (world) => {
      const serverId = await world.server();
      const from = Math.floor(world.now() / HOUR_MS) * HOUR_MS - 4 * HOUR_MS;
      const samples = samplesFrom(from, MINUTE, new Array<number>(180).fill(2));
      const [last = samples[0], ...first] = samples.toReversed();
      assert.ok(last !== undefined);
      await world.history.ingest(inBatches(serverId, first.toReversed(), 500));
      await tendAll(world.history, world.now());
      assert.equal(await rowsOf(world, "history_chunks"), 3);
      const hour = from / HOUR_MS + 2;
      await world.sql("update history_chunks set head = '\\x01ffff00' where hour = $1", [hour]);
      await world.sql("update history_chunks set codec = 99 where hour = $1", [hour - 2]);
      assert.equal(countOf(await ask(world, serverId, from, world.now())), 60);
      await ask(world, serverId, from, world.now());
      const told = world.log.events.filter(({ event }) => event === "history.unreadable");
      assert.deepEqual([told.length, told[0]?.level], [2, "error"]);
      assert.ok(world.counted.length >= 4);
      // Its samples are still there as they came: with the late one they make a chunk of their own.
      await world.history.ingest([{ ...batchOf(serverId, [last]), arrived: world.now() }]);
      await tendAll(world.history, world.now());
      const parts = await world.sql(
        "select part, samples from history_chunks where hour = $1 order by part",
        [hour],
      );
      assert.deepEqual(parts, [
        { part: 0, samples: 59 },
        { part: 1, samples: 60 },
      ]);
      assert.equal(countOf(await ask(world, serverId, from, world.now())), 120);
    });
  });

  test("what is too old goes in whole parts, and never before it is packed", async () => {
    const short = { ...RETENTION, fullDays: 8, rollupDays: 40 };
    await inWorld(async (world) => {
      const serverId = await world.server();
      const from = world.now();
      await world.history.ingest(
        inBatches(serverId, samplesFrom(from - HOUR_MS, MINUTE, new Array<number>(60).fill(3))),
      );
      const partsOf = async (table: string): Promise<number> =>
        Number(
          (
            await world.sql("select count(*) as n from pg_inherits where inhparent = $1::regclass", [table])
          )[0]?.n,
        );
      const turned = async (days: number) => {
        world.turn(days * DAY_MS);
        await tendAll(world.history, world.now());
        return {
          hot: await rowsOf(world, "history_samples"),
          chunks: await rowsOf(world, "history_chunks"),
          rollups: await rowsOf(world, "history_rollups"),
        };
      };
      const count = async () => countOf(await ask(world, serverId, from - 2 * HOUR_MS, from));
      assert.equal((await turned(2)).hot, 60);
      assert.equal((await turned(1)).hot, 0);
      assert.equal(await count(), 60, "from the chunks");
      assert.deepEqual(await turned(15), { hot: 0, chunks: 0, rollups: 2 });
      assert.equal(await count(), 60, "from the roll-ups");
      assert.deepEqual(await turned(60), { hot: 0, chunks: 0, rollups: 0 });
      assert.equal(await count(), 0);
      assert.deepEqual([await partsOf("history_samples"), await partsOf("history_chunks")], [2, 2]);
      assert.ok(!world.log.events.some(({ event }) => event === "history.dropped_unpacked"));
    }, short);
  });

  test("an agent that leaves a gap after each sample does not make each of its next dearer", async () => {
    await inWorld(async (world) => {
      const serverId = await world.server();
      const sparse = samplesFrom(world.now() - HOUR_MS, 500, new Array<number>(6_000).fill(1)).map((one) => ({
        ...one,
        seq: one.seq * 2,
      }));
      await world.history.ingest(inBatches(serverId, sparse, 1_000));
      const [row] = await world.sql(
        "select pg_column_size(kept) as size, upper(kept) as upto from history_boots",
      );
      assert.ok(Number(row?.size) < 100_000, String(row?.size));
      assert.equal(Number(row?.upto), 11_999);
      await world.history.ingest(inBatches(serverId, sparse, 1_000));
      assert.equal(countOf(await ask(world, serverId, world.now() - 2 * HOUR_MS, world.now())), 6_000);
    });
  });

  test("a part that is being read is dropped later, and nobody waits", async () => {
    await inWorld(async (world) => {
      const serverId = await world.server();
      await world.history.ingest([batchOf(serverId, samplesFrom(world.now() - HOUR_MS, MINUTE, [1, 2, 3]))]);
      await tendAll(world.history, world.now());
      world.turn(4 * DAY_MS);
      const reading = new pg.Client(world.address);
      await reading.connect();
      await reading.query("begin; select count(*) from history_samples");
      await tendAll(world.history, world.now());
      assert.ok(world.log.events.some(({ event }) => event === "history.part_in_use"));
      await reading.query("commit");
      assert.equal(await rowsOf(world, "history_samples"), 3);
      await reading.end();
      world.turn(HOUR_MS);
      await tendAll(world.history, world.now());
      assert.equal(await rowsOf(world, "history_samples"), 0);
    });
  });

  test("a removed server's history is nobody's at once, and goes; added again it begins anew", async () => {
    await inWorld(async (world) => {
      const serverId = await world.server();
      const owner = (await world.store.servers.members(serverId))[0]?.person.id ?? "";
      const samples = samplesFrom(world.now() - 3 * HOUR_MS, MINUTE, new Array<number>(120).fill(4));
      await world.history.ingest(inBatches(serverId, samples));
      await tendAll(world.history, world.now());
      const record = await world.store.servers.byId(serverId);
      assert.ok(record);
      await world.store.servers.remove(serverId);
      assert.equal(await ask(world, serverId, world.now() - DAY_MS, world.now()), undefined);
      await world.history.ingest(inBatches(serverId, samples));
      assert.deepEqual(await world.history.series(serverId, 0, world.now()), []);
      await world.store.servers.add({ ...record, owner });
      await world.history.ingest(inBatches(serverId, samples.slice(0, 10)));
      assert.equal(countOf(await ask(world, serverId, world.now() - DAY_MS, world.now())), 10);
      await tendAll(world.history, world.now());
      assert.equal(await rowsOf(world, "history_servers"), 1);
      assert.equal(countOf(await ask(world, serverId, world.now() - DAY_MS, world.now())), 10);
      assert.equal(Number((await world.sql("select sum(samples) as n from history_chunks"))[0]?.n), 10);
    });
  });

  test("what is kept takes as little as is said: a byte for a sealed value, 12 for a hot one, 100 MB for a year", async () => {
    await inWorld(async (world) => {
      const serverId = await world.server();
      const from = Math.floor(world.now() / DAY_MS) * DAY_MS - DAY_MS;
      const many = 60;
      const series = Array.from({ length: many }, (_, n) => ({ key: "some.measure", of: String(n) }));
      let seed = 7;
      const chance = (): number => {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        return seed / 2 ** 31;
      };
      const state = series.map(() => 50);
      // A sixth each: steady, slow, and of a few, some and many tenths' noise; and one that is mostly 0.
      const made = (n: number): number => {
        const kind = n % 6;
        const noise = chance() + chance() + chance() - 1.5;
        if (kind === 0) return 7;
        state[n] = (state[n] ?? 0) + noise * 0.1;
        if (kind === 1) return state[n] ?? 0;
        if (kind === 5) return chance() < 0.1 ? Math.round(chance() * 500) : 0;
        return 40 + noise * ([1, 5, 20][kind - 2] ?? 1);
      };
      const samples = Array.from({ length: 8_640 }, (_, n) => ({
        ...{ seq: n, at: from + n * 10_000 + Math.round(chance() * 9) },
        values: series.map((_one, at) => made(at)),
      }));
      for (let at = 0; at < samples.length; at += 960)
        await world.history.ingest([batchOf(serverId, samples.slice(at, at + 960), { series })]);
      const size = async (table: string): Promise<number> =>
        Number(
          (
            await world.sql(
              "select sum(pg_total_relation_size(inhrelid)) as n from pg_inherits where inhparent = $1::regclass",
              [table],
            )
          )[0]?.n,
        );
      const values = samples.length * many;
      const hot = (await size("history_samples")) / values;
      world.turn(HOUR_MS);
      await tendAll(world.history, world.now());
      const sealed = (await size("history_chunks")) / values;
      const rolled = await size("history_rollups");
      assert.ok(hot <= 12, `${hot} bytes a hot value`);
      assert.ok(sealed <= 1, `${sealed} bytes a sealed value`);
      // Parts go whole: a day of samples more, a week of chunks, 28 days of roll-ups.
      const year = 4 * hot * values + 37 * sealed * values + 365 * rolled;
      assert.ok(year <= 100e6, `${year} bytes a year`);
    });
  });
});

function exact(value: Point["value"]) {
  return value === null ? null : { ...value, avg: Number(value.avg.toFixed(6)) };
}

function recomputed(values: readonly number[]) {
  if (values.length === 0) return null;
  const avg = values.reduce((sum, one) => sum + one, 0) / values.length;
  return {
    ...{ min: Math.min(...values), max: Math.max(...values), avg: Number(avg.toFixed(6)) },
    ...{ last: values.at(-1), count: values.length },
  };
}
