/** From updates to the core: bounds, a hanging handler, a failing inbox. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatHandler } from "../../core/ports.ts";
import { createIntake } from "./intake.ts";
import {
  collectedLog,
  collectedMetrics,
  memoryInbox,
  notingHandler,
  settle,
  textOf,
  turnedClock,
} from "./turned.test-suite.ts";

const me = { id: 99, username: "eye_bot" };

function update(id: number, chat: number, text: string): unknown {
  const from = { id: chat, is_bot: false, first_name: "A" };
  return { update_id: id, message: { message_id: id, from, chat: { id: chat, type: "private" }, text } };
}

function bench(handler: ChatHandler) {
  const clock = turnedClock();
  const log = collectedLog();
  const metrics = collectedMetrics();
  const inbox = memoryInbox();
  const answered: string[] = [];
  const presses = {
    arrived() {},
    answer: () => Promise.resolve(),
    handled: (pressId: string) => void answered.push(pressId),
  };
  const intake = createIntake({ inbox, handler, presses, clock, log, metrics });
  const come = async (...updates: unknown[]) => intake.handle(await intake.keep(updates));
  return { clock, log, metrics, inbox, intake, come, answered };
}

test("one chat's flood is cut off and harms no other chat", async () => {
  let letGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const handler = notingHandler(async (incoming) => (incoming.chat.chatId === "7" ? slow : undefined));
  const { intake, come, inbox, log, metrics } = bench(handler);
  await intake.meet(me);
  await come(...Array.from({ length: 80 }, (_, at) => update(at, 7, `/n${at}`)), update(100, 8, "/temp"));
  await settle();
  assert.equal(metrics.counted.get("telegram_updates flood"), 30);
  assert.equal(log.events("warn").length, 30);
  assert.deepEqual(handler.seen.map(textOf), ["/n0", "/temp"]);
  letGo();
  await intake.drained();
  assert.deepEqual(
    handler.seen.filter(({ chat }) => chat.chatId === "7").map(textOf),
    Array.from({ length: 50 }, (_, at) => `/n${at}`),
  );
  assert.deepEqual(inbox.open(), []);
});

test("an update that a slow store kept after all is handled when it comes again, once", async () => {
  const handler = notingHandler();
  const { intake, come, inbox } = bench(handler);
  await intake.meet(me);
  await come(update(1, 7, "/one"));
  const { take, unfinished } = inbox;
  // Kept, and nobody is there any more to hear of it.
  inbox.take = async (updates) => {
    await take(updates);
    throw new Error("read timeout");
  };
  await assert.rejects(come(update(2, 7, "/two")), /read timeout/);
  await assert.rejects(come(update(2, 7, "/two"), update(3, 7, "/three")), /read timeout/);
  inbox.take = take;
  inbox.unfinished = () => Promise.reject(new Error("gone again"));
  await assert.rejects(come(update(2, 7, "/two"), update(3, 7, "/three")), /gone again/);
  inbox.unfinished = unfinished;
  await come(update(2, 7, "/two"), update(3, 7, "/three"), update(4, 7, "/four"));
  await come(update(3, 7, "/three"), update(1, 7, "/one"));
  await intake.drained();
  assert.deepEqual(handler.seen.map(textOf), ["/one", "/two", "/three", "/four"]);
  assert.deepEqual(inbox.open(), []);
});

test("500 at the same time is full: there is room again when some are through", async () => {
  const ends: Array<() => void> = [];
  const { intake, come } = bench(notingHandler(() => new Promise((resolve) => ends.push(resolve))));
  await intake.meet(me);
  let room: number | undefined;
  const last = come(...Array.from({ length: 500 }, (_, at) => update(at, at + 1, "/temp"))).then((free) => {
    room = free;
  });
  await settle();
  assert.deepEqual([intake.full(), intake.size(), room], [true, 500, undefined]);
  for (const end of ends.slice(0, 3)) end();
  await last;
  assert.ok(room !== undefined && room >= 1 && !intake.full());
});

test("a handler that hangs is left behind after three minutes, and its chat goes on", async () => {
  const handler = notingHandler((incoming) =>
    textOf(incoming) === "/hang" ? new Promise(() => {}) : Promise.resolve(),
  );
  const { intake, come, clock, log } = bench(handler);
  await intake.meet(me);
  await come(update(1, 7, "/hang"), update(2, 7, "/temp"));
  await clock.turn(179_999);
  assert.deepEqual(handler.seen.map(textOf), ["/hang"]);
  await clock.turn(1);
  assert.deepEqual(handler.seen.map(textOf), ["/hang", "/temp"]);
  assert.deepEqual(log.events("error"), ["telegram.handler-stuck"]);
  assert.deepEqual(clock.waits(), []);
});

test("a handler that rejects, or an inbox that does not note the end, is told and stops nobody", async () => {
  const handler = notingHandler(() => Promise.reject(new Error("a fault of ours")));
  const { intake, come, inbox, log, answered } = bench(handler);
  await intake.meet(me);
  inbox.done = () => Promise.reject(new Error("the store is away"));
  const from = { id: 7, is_bot: false, first_name: "A" };
  const message = { message_id: 1, chat: { id: 7, type: "private" } };
  await come(
    { update_id: 1, callback_query: { id: "q1", from, message, data: "t" } },
    update(2, 7, "/temp"),
    { odd: 1 },
  );
  await intake.drained();
  await settle();
  assert.equal(handler.seen.length, 2);
  assert.deepEqual(answered, ["q1"]);
  assert.deepEqual(log.events("error").toSorted(), [
    "telegram.inbox-failed",
    "telegram.inbox-failed",
    "telegram.update-failed",
    "telegram.update-failed",
  ]);
  assert.deepEqual(log.events("warn"), ["telegram.update-unreadable"]);
});
