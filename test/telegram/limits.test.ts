/** Rate limits, on a turned clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "./caller.ts";
import { TurnedClock } from "./clock.ts";
import { startTelegramEmulator } from "./emulator.ts";
import { LimitKeeper, publishedLimits } from "./limits.ts";

test("a private chat takes a burst of ten, then one a second", () => {
  const clock = new TurnedClock();
  const keeper = new LimitKeeper(clock, publishedLimits);
  for (let count = 0; count < 10; count++) assert.equal(keeper.spend(5), 0);
  assert.equal(keeper.spend(5), 1);
  assert.equal(keeper.spend(6), 0, "another chat is free");
  clock.advance(1000);
  assert.equal(keeper.spend(5), 0);
  assert.equal(keeper.spend(5), 1);
});

test("a group takes twenty a minute", () => {
  const clock = new TurnedClock();
  const keeper = new LimitKeeper(clock, publishedLimits);
  for (let count = 0; count < 20; count++) assert.equal(keeper.spend(-5), 0);
  assert.equal(keeper.spend(-5), 3);
  clock.advance(2_000);
  assert.equal(keeper.spend(-5), 1);
  clock.advance(1_000);
  assert.equal(keeper.spend(-5), 0);
});

test("all chats together take thirty a second", () => {
  const keeper = new LimitKeeper(new TurnedClock(), publishedLimits);
  for (let chat = 1; chat <= 30; chat++) assert.equal(keeper.spend(chat), 0);
  assert.equal(keeper.spend(31), 1);
});

test("over the limit the answer is 429 with the seconds to wait, and nothing is sent", async () => {
  const clock = new TurnedClock();
  const emulator = await startTelegramEmulator({
    clock,
    limits: { ...publishedLimits, privateChat: { burst: 1, perSecond: 0.25 } },
  });
  try {
    emulator.control.person({ id: 5, firstName: "Ann", started: true });
    assert.equal((await call(emulator, "sendMessage", { chat_id: 5, text: "1" })).ok, true);
    assert.deepEqual(await call(emulator, "sendMessage", { chat_id: 5, text: "2" }), {
      ok: false,
      error_code: 429,
      description: "Too Many Requests: retry after 4",
      parameters: { retry_after: 4 },
    });
    assert.equal(emulator.control.chat(5).messages.length, 1);
    clock.advance(4_000);
    assert.equal((await call(emulator, "sendMessage", { chat_id: 5, text: "2" })).ok, true);
    emulator.control.setLimits(false);
    for (let count = 0; count < 50; count++)
      assert.equal((await call(emulator, "sendMessage", { chat_id: 5, text: "x" })).ok, true);
  } finally {
    await emulator.close();
  }
});
