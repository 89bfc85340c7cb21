/** A hub's seat: who may sit together, what a killed hub leaves, and what a hub knows that was away. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as under } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { Fault } from "@servereye/contract";
import { needs } from "../../../test/engines.ts";
import { storesOnPostgres15 } from "./adapters/store/contract/fresh.test-suite.ts";
import {
  collectedLog,
  collectedMetrics,
  settle,
  type TurnedClock,
  turnedClock,
} from "./adapters/telegram/turned.test-suite.ts";
import type { Hubs } from "./core/ports/hubs.ts";
import { takeSeat } from "./membership.ts";

describe("a hub's seat", needs("postgres15"), () => {
  const stores = storesOnPostgres15();

  /** Opens hubs on one store; each has a clock of its own. */
  async function table(t: TestContext) {
    const opened = await (await stores().opener())();
    t.after(() => opened.close());
    // Calls under way: the database takes its own time, in which a turned clock should stand.
    let busy = 0;
    const counted =
      <A extends unknown[], R>(call: (...given: A) => Promise<R>) =>
      (...given: A): Promise<R> => {
        busy++;
        return call(...given).finally(() => busy--);
      };
    const { join, beat, leave } = opened.store.hubs;
    const hubs: Hubs = { join: counted(join), beat: counted(beat), leave: counted(leave) };
    const quiet = async () => {
      do await settle();
      while (busy > 0);
    };
    /** Turns the clock until it is so. */
    const until = async (clock: TurnedClock, so: () => boolean) => {
      for (let round = 0; ; round++) {
        await quiet();
        if (so()) return;
        assert.ok(round < 100);
        await clock.turn(500);
      }
    };
    const folder = () => {
      const path = mkdtempSync(under(tmpdir(), "seat-"));
      t.after(() => rmSync(path, { recursive: true, force: true }));
      return path;
    };
    const sit = (
      hub: string,
      more: { broker?: boolean; dataDir?: string; clock?: TurnedClock; hubs?: Hubs } = {},
    ) => {
      const clock = more.clock ?? turnedClock();
      const [log, said] = [collectedLog(), [] as string[]];
      const seat = takeSeat({
        hubs: more.hubs ?? hubs,
        ...{ hub, region: "eu", version: "1", broker: more.broker ?? true, clock, log },
        ...{ dataDir: more.dataDir ?? folder(), metrics: collectedMetrics() },
        progress: (text) => said.push(text),
      });
      return { seat, clock, log, said };
    };
    return { ...opened, hubs, folder, sit, quiet, until };
  }

  test("hubs learn of each other with their next beat, and of one that left", async (t) => {
    const { sit, until } = await table(t);
    const one = sit("one");
    const seat = await one.seat;
    let changes = 0;
    seat.changed(() => changes++);
    const two = await sit("two").seat;
    assert.deepEqual(seat.living(), ["one"]);
    assert.deepEqual(two.living(), ["one", "two"]);
    await until(one.clock, () => seat.living().length === 2);
    await two.leave();
    await until(one.clock, () => seat.living().length === 1);
    assert.deepEqual([changes, seat.term()], [2, 1]);
    await seat.leave();
    assert.deepEqual(one.clock.waits(), []);
  });

  test("a hub that leaves while it beats takes no seat again", async (t) => {
    const { sit, hubs, quiet } = await table(t);
    const gate = Promise.withResolvers<void>();
    const slow: Hubs = { ...hubs, beat: (hub, ms) => gate.promise.then(() => hubs.beat(hub, ms)) };
    const one = sit("one", { hubs: slow });
    const seat = await one.seat;
    await one.clock.turn(2_500);
    const left = seat.leave();
    await quiet();
    gate.resolve();
    await left;
    await quiet();
    assert.equal(await hubs.beat("one", 10_000), undefined);
    assert.deepEqual(one.clock.waits(), []);
  });

  test("a hub without REDIS_URL is refused as soon as the other is seen to beat, and by no ghost", async (t) => {
    const { sit, hubs, expire, until } = await table(t);
    const alone = sit("alone", { broker: false });
    await alone.seat;
    const second = sit("second", { broker: false });
    const refused = second.seat.then(
      () => undefined,
      (error: unknown) => error,
    );
    await second.clock.turn(500);
    while (second.said.length === 0) await settle();
    assert.match(second.said.join(), /Another hub was on this database a moment ago/);
    await hubs.beat("alone", 10_000);
    let fault: unknown;
    void refused.then((error) => {
      fault = error;
    });
    await until(second.clock, () => fault !== undefined);
    assert.ok(fault instanceof Fault && fault.code === "UNSUPPORTED");
    assert.match(
      fault.message,
      /Another hub runs on this database \(alone in eu\) and this one has no REDIS_URL/,
    );
    // Nor one with it beside one without. That one is dead, as it turns out: its seat ends, and there is room.
    const third = sit("third", { broker: true });
    while (third.said.length === 0) await settle();
    await expire("hubs", "alone");
    let seated = false;
    void third.seat.then(() => {
      seated = true;
    });
    await until(third.clock, () => seated);
    assert.deepEqual((await third.seat).living(), ["third"]);
  });

  test("a hub that was killed does not stand in its own way, and keeps no list of its past", async (t) => {
    const { sit, folder, hubs } = await table(t);
    const dataDir = folder();
    await sit("killed", { broker: false, dataDir }).seat;
    // Its start failed after it was written down.
    const broken: Hubs = { ...hubs, join: () => Promise.reject(new Fault("STORE_UNAVAILABLE", "away")) };
    await assert.rejects(sit("failed", { broker: false, dataDir, hubs: broken }).seat, /away/);
    const again = sit("again", { broker: false, dataDir });
    assert.deepEqual((await again.seat).living(), ["again"]);
    assert.deepEqual(again.said, []);
    assert.equal(readFileSync(under(dataDir, "run/hub-ids"), "utf8"), "again\n");
  });

  test("a hub that could not beat is not sure of its seat in time, and has another term after", async (t) => {
    const { sit, hubs, expire, until } = await table(t);
    let away = false;
    const shaky: Hubs = {
      ...hubs,
      beat: (hub, ms) => (away ? Promise.reject(new Fault("STORE_UNAVAILABLE", "away")) : hubs.beat(hub, ms)),
    };
    const { clock, log, seat: sitting } = sit("one", { hubs: shaky });
    const seat = await sitting;
    away = true;
    await clock.turn(9_499);
    assert.equal(seat.term(), 1);
    await clock.turn(1);
    assert.equal(seat.term(), undefined);
    // Still its own by the store's clock, but it could not know.
    away = false;
    await until(clock, () => seat.term() === 2);
    await expire("hubs", "one");
    await until(clock, () => seat.term() === 3);
    assert.deepEqual(log.events("warn"), ["hub.seated-again", "hub.seated-again"]);
    // Frozen, and meanwhile another sat down that it can not live with.
    await expire("hubs", "one");
    await hubs.join({ hub: "other", region: "", version: "", broker: false }, [], 60_000);
    await until(clock, () => log.events("error").length === 1);
    await until(clock, () => seat.term() === undefined);
    assert.deepEqual(log.events("error"), ["hub.unseated"]);
    await hubs.leave("other");
    await until(clock, () => seat.term() === 4);
  });
});
