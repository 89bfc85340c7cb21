/** The clock that tests turn, and the one that leaves nothing behind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { OwnedClock, TurnedClock } from "./clock.ts";

test("due runs happen in order, also those planned on the way", () => {
  const clock = new TurnedClock(0);
  const seen: string[] = [];
  clock.schedule(20, () => seen.push(`b${clock.now()}`));
  clock.schedule(10, () => {
    seen.push(`a${clock.now()}`);
    clock.schedule(5, () => seen.push(`c${clock.now()}`));
  });
  clock.schedule(31, () => seen.push("late"));
  clock.schedule(12, () => seen.push("cancelled"))();
  clock.advance(30);
  assert.deepEqual(seen, ["a10", "c15", "b20"]);
  assert.equal(clock.now(), 30);
  assert.equal(clock.waiting, 1);
});

test("an owned clock drops all it planned", () => {
  const clock = new TurnedClock(0);
  const owned = new OwnedClock(clock);
  let runs = 0;
  owned.schedule(1, () => runs++);
  owned.schedule(5, () => runs++);
  clock.advance(2);
  assert.equal(owned.waiting, 1);
  owned.close();
  owned.schedule(1, () => runs++);
  clock.advance(10);
  assert.equal(runs, 1);
  assert.equal(clock.waiting, 0);
});
