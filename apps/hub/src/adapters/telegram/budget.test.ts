/** The bot's budget, shared by its hubs: kept to after it was met, and a rest that another hub was told of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createBudget } from "./budget.ts";
import { createOutbound } from "./outbound.ts";
import { ownerOf } from "./spread.ts";
import { collectedLog, collectedMetrics, settle, turnedClock } from "./turned.test-suite.ts";

test("nothing waits before the limit was met; then each hub keeps to its share for a minute", async () => {
  const clock = turnedClock();
  let hubs = 3;
  const budget = createBudget(clock, () => 1 / hubs);
  assert.equal(budget.turn(), 0);
  budget.met();
  const turns = Array.from({ length: 11 }, () => budget.turn());
  assert.deepEqual(turns.map(Math.round), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
  await clock.turn(2_000);
  hubs = 1;
  budget.turn();
  assert.equal(Math.round(budget.turn()), 33);
  await clock.turn(60_000);
  assert.equal(budget.turn(), 0);
});

test("when another hub was told to rest, this one rests with it", async () => {
  const clock = turnedClock();
  const [log, metrics] = [collectedLog(), collectedMetrics()];
  const outbound = createOutbound({ clock, log, metrics, random: () => 1, share: () => 0.5 });
  outbound.rest(3_000);
  let sent = false;
  void outbound.run("7", (call) =>
    call(async () => {
      sent = true;
      return "1";
    }),
  );
  await clock.turn(2_999);
  assert.equal(sent, false);
  await clock.turn(1);
  await settle();
  assert.equal(sent, true);
  outbound.close();
});

test("a hub that goes moves only its own chats, and all have their share", () => {
  const chats = Array.from({ length: 3_000 }, (_, n) => String(n));
  const three = chats.map((chat) => ownerOf(chat, ["a", "b", "c"]));
  for (const hub of ["a", "b", "c"]) {
    const share = three.filter((owner) => owner === hub).length;
    assert.ok(share > 900 && share < 1_100, `${hub} has ${share}`);
  }
  for (const [n, chat] of chats.entries())
    if (three[n] !== "c") assert.equal(ownerOf(chat, ["b", "a"]), three[n]);
});
