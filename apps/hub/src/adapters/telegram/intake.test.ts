/** From updates to the core: bounds, a hanging handler, a failing inbox. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatHandler } from "../../core/ports/chat.ts";
import { createIntake } from "./intake.ts";
import {
  collectedLog,
  collectedMetrics,
  givenMembership,
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

function bench(handler: ChatHandler, inbox = memoryInbox()) {
  const clock = turnedClock();
  const log = collectedLog();
  const metrics = collectedMetrics();
  const answered: string[] = [];
  const left: string[] = [];
  const presses = {
    arrived() {},
    answer: () => Promise.resolve(),
    handled: (pressId: string) => void answered.push(pressId),
    left: (pressId: string) => void left.push(pressId),
  };
  const membership = givenMembership();
  const news = { tell: () => undefined, listen: async () => {}, claim: async () => new Set<number>() };
  const intake = createIntake({ inbox, membership, news, handler, presses, clock, log, metrics });
  const come = async (...updates: unknown[]) => {
    await intake.keep(updates);
    return intake.room();
  };
  return { clock, log, metrics, inbox, membership, intake, come, answered, left };
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

test("what can not be kept is handled at once and said to be so, held back until its end, and noted later", async () => {
  const ends: Array<() => void> = [];
  const handler = notingHandler(() => new Promise((resolve) => ends.push(resolve)));
  const { intake, inbox, clock, log, metrics } = bench(handler);
  await intake.meet(me);
  inbox.broken = true;
  const given = [update(5, 7, "/one"), update(6, 8, "/two")];
  const kept = await intake.keep(given);
  let ended = false;
  void kept?.ended.then(() => {
    ended = true;
  });
  await settle();
  assert.deepEqual(
    handler.seen.map((incoming) => [textOf(incoming), incoming.unkept]),
    [
      ["/one", true],
      ["/two", true],
    ],
  );
  assert.deepEqual([intake.lowestUnkept(), ended], [5, false]);
  // Telegram brings them again as long as they are not confirmed: whoever asks again waits for the same end.
  const again = await intake.keep(given);
  assert.equal(again?.fresh, 0);
  ends[0]?.();
  await settle();
  assert.deepEqual([intake.lowestUnkept(), ended], [6, false]);
  ends[1]?.();
  await again?.ended;
  assert.deepEqual([intake.lowestUnkept(), ended], [undefined, true]);
  inbox.broken = false;
  await clock.turn(2_500);
  assert.deepEqual(log.events("info"), ["telegram.inbox-back", "telegram.recorded"]);
  assert.deepEqual(log.events("warn"), ["telegram.inbox-failed"]);
  assert.equal((await intake.keep([...given, update(7, 7, "/three")]))?.fresh, 1);
  assert.equal(metrics.counted.get("telegram_updates_unkept"), 2);
});

test("an update that a slow store kept after all is handled once, and noted", async () => {
  const handler = notingHandler();
  const { intake, come, inbox, clock } = bench(handler);
  await intake.meet(me);
  const { take } = inbox;
  // Kept, and nobody is there any more to hear of it.
  inbox.take = async (hub, updates) => {
    await take(hub, updates);
    throw new Error("read timeout");
  };
  await come(update(2, 7, "/two"));
  await come(update(2, 7, "/two"), update(3, 7, "/three"));
  inbox.take = take;
  await clock.turn(2_500);
  await come(update(2, 7, "/two"), update(3, 7, "/three"), update(4, 7, "/four"));
  await clock.turn(2_500);
  assert.deepEqual(handler.seen.map(textOf), ["/two", "/three", "/four"]);
  assert.deepEqual(inbox.open(), []);
});

test("a press that comes while the seat is unsure is answered by whoever handles it, not with nothing before", async () => {
  const handler = notingHandler();
  const { intake, come, membership, answered, left } = bench(handler);
  await intake.meet(me);
  membership.set(["hub"], undefined);
  const from = { id: 7, is_bot: false, first_name: "A" };
  const message = { message_id: 1, chat: { id: 7, type: "private" } };
  await come({ update_id: 1, callback_query: { id: "press", from, message, data: "token" } });
  await settle();
  assert.deepEqual([handler.seen.length, answered, left], [0, [], ["press"]]);
  membership.set(["hub"], 2);
  await settle();
  assert.deepEqual([handler.seen.length, answered, left], [1, ["press"], ["press"]]);
});

test("a hub that may have lost its seat begins nothing before it has claimed it anew", async () => {
  let letGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const handler = notingHandler((incoming) => (textOf(incoming) === "/slow" ? slow : Promise.resolve()));
  const { intake, come, inbox, membership } = bench(handler);
  await intake.meet(me);
  await come(update(1, 7, "/slow"), update(2, 7, "/mine"), update(3, 7, "/taken"));
  membership.set(["hub"], undefined);
  letGo();
  await intake.drained();
  await come(update(4, 8, "/later"));
  await settle();
  assert.deepEqual(
    handler.seen.map(textOf),
    ["/slow"],
    "what was begun comes to its end, and nothing else begins",
  );
  assert.deepEqual(inbox.open(), [2, 3, 4]);
  // Meanwhile another hub took one over and was done with it.
  await inbox.done(3);
  membership.set(["hub", "other"], 2);
  await settle();
  assert.deepEqual(handler.seen.map(textOf), ["/slow", "/mine", "/later"]);
  assert.deepEqual(inbox.open(), []);
});

test("what hubs died of goes alone, and is given up after three", async () => {
  const first = bench(notingHandler(() => new Promise(() => {})));
  await first.intake.meet(me);
  await first.come(...[1, 2, 3, 4].map((id) => update(id, id, `/n${id}`)));
  await settle();
  const { inbox } = first;
  for (const [id, tries] of [
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
  ] as const)
    inbox.tries(id, tries);
  const ends: Array<() => void> = [];
  const handler = notingHandler(() => new Promise((resolve) => ends.push(resolve)));
  const told: string[] = [];
  const gaveUp: ChatHandler["gaveUp"] = async (incoming) => {
    told.push(`${textOf(incoming)} while ${inbox.open()} are open`);
    throw new Error("the chat is gone");
  };
  const { intake, log, metrics } = bench({ ...handler, gaveUp }, inbox);
  await intake.meet(me);
  await settle();
  assert.deepEqual(handler.seen.map(textOf), ["/n1", "/n2"]);
  assert.deepEqual(told, ["/n4 while 1,2,3 are open"]);
  for (const end of ends.splice(0)) end();
  await settle();
  assert.deepEqual(handler.seen.map(textOf), ["/n1", "/n2", "/n3"]);
  assert.deepEqual(log.events("error"), ["telegram.given-up"]);
  assert.deepEqual(log.events("warn"), ["telegram.given-up-untold"]);
  assert.equal(metrics.counted.get("telegram_updates_given_up"), 1);
  assert.deepEqual(inbox.open(), [3]);
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
  assert.deepEqual(clock.waits(), [2_500], "the next look into the inbox");
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
  assert.deepEqual(log.events("error"), ["telegram.update-failed", "telegram.update-failed"]);
  assert.deepEqual(log.events("warn"), ["telegram.update-unreadable", "telegram.inbox-failed"]);
});
