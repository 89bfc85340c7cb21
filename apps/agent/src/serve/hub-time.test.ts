/** The hub's clock at the agent: late words, better words, a machine that slept. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TurnedClock } from "../turned-clock.fixture.ts";
import { HubTime } from "./hub-time.ts";

test("goes on from the hub's word, however wrong the own clock is", () => {
  const clock = new TurnedClock(42);
  const time = new HubTime(clock);
  assert.equal(time.now(), undefined);
  time.learn(5_000_000, 0);
  clock.turn(1_234);
  assert.equal(time.now(), 5_001_234);
});

test("a quick word is better than a slow one, until drift makes it worse", () => {
  const clock = new TurnedClock();
  const time = new HubTime(clock);
  time.learn(1_000_000, 20);
  clock.turn(10_000);
  assert.ok(time.hear(1_009_700, 400));
  assert.equal(time.now(), 1_010_010);
  clock.turn(10_000);
  assert.ok(time.hear(1_020_005, 4));
  assert.equal(time.now(), 1_020_007);
});

test("after a sleep what expired meanwhile is known to have, and the next signed word is taken", () => {
  const clock = new TurnedClock();
  const time = new HubTime(clock);
  time.learn(1_000_000, 0);
  clock.sleep(60_000);
  assert.equal(time.now(), 1_060_000);
  assert.equal(time.hear(1_000_000, 900), false, "who is on the way could take back the time slept");
  assert.equal(time.now(), 1_060_000);
  time.learn(1_061_000, 900);
  assert.equal(time.now(), 1_061_450);
});

test("is off by no more than the way took and the clocks drift", () => {
  const beat = fc.record({
    wait: fc.integer({ min: 0, max: 20_000 }),
    took: fc.integer({ min: 0, max: 5_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(beat, { minLength: 1, maxLength: 50 }), (beats) => {
      const clock = new TurnedClock();
      const ahead = 7_777_777;
      const time = new HubTime(clock);
      let least = Number.POSITIVE_INFINITY;
      for (const { wait, took, share } of beats) {
        clock.turn(wait);
        const word = clock.monotonic() + ahead - took * share;
        if (least === Number.POSITIVE_INFINITY) time.learn(word, took);
        else assert.ok(time.hear(word, took), "a true word is believed");
        least = Math.min(least + wait * 1e-4, took);
        const off = Math.abs((time.now() ?? 0) - clock.monotonic() - ahead);
        assert.ok(off <= least + 1e-3, `${off} ms off, the best way took ${least}`);
      }
    }),
  );
});

test("no unsigned word sets the time, and none moves it further than clocks drift", () => {
  const clock = new TurnedClock();
  const time = new HubTime(clock);
  assert.equal(time.hear(1_000_000, 0), false);
  assert.equal(time.now(), undefined);
  time.learn(1_000_000, 20);
  clock.turn(10_000);
  for (const off of [-60_000, -100, 100, 60_000])
    assert.equal(time.hear(1_010_010 + off, 10), false, `${off}`);
  assert.equal(time.now(), 1_010_010);
});

test("a thousand words that all pull the same way come no further than one", () => {
  const pull = fc.record({ way: fc.constantFrom(-1, 1), took: fc.integer({ min: 0, max: 40 }) });
  fc.assert(
    fc.property(pull, ({ way, took }) => {
      const clock = new TurnedClock();
      const time = new HubTime(clock);
      time.learn(1_000_000, 20);
      const began = clock.monotonic();
      for (let beat = 0; beat < 1_000; beat++) {
        clock.turn(10_000);
        // The furthest that is still believed, from where it was moved to before.
        const truth = 1_000_010 + clock.monotonic() - began;
        for (const pulled of [5_100, 1_000, 100, 20, 10])
          if (time.hear((time.now() ?? 0) + way * pulled - (way < 0 ? took : 0), took)) break;
        const off = Math.abs((time.now() ?? 0) - truth);
        const most = 5 + 10 + Math.min((clock.monotonic() - began) * 5e-4, 5_000) + 1;
        assert.ok(off <= most, `${off} ms off after ${beat} beats, ${most} may be`);
      }
    }),
    { numRuns: 20 },
  );
});
