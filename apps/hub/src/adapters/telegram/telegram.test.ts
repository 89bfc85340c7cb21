/** The channel on the emulator over HTTP: receiving, answering, trouble, restarts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { botFor, echo, emulatorFor, words } from "./bot.test-suite.ts";
import { TokenRefused } from "./failure.ts";
import { memoryLeases, settle, textOf } from "./turned.test-suite.ts";

const refresh = [[{ label: "Refresh", token: "tok-1" }]];

test("says who it is, answers what is written, and is polled no more after its end", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram, stop } = botFor(t, emulator, echo);
  assert.deepEqual(telegram.status().status, "starting");
  const known = await telegram.start();
  assert.deepEqual(known, { username: emulator.botUsername, link: `https://t.me/${emulator.botUsername}` });
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  anna.write("/temp <b>");
  assert.equal((await anna.chat.next()).text, "got: /temp <b>");
  assert.equal(telegram.status().status, "ok");
  await stop();
  assert.equal(emulator.control.polled, false);
  assert.equal(telegram.queueLength(), 0);
});

test("a wrong token is refused at once, and is in no log and no error", async (t) => {
  const emulator = await emulatorFor(t);
  const token = "7000000001:AAE-some-other-token-0000000000000";
  const { telegram, log } = botFor(t, emulator, echo, { token });
  const error = await telegram.start().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TokenRefused);
  assert.equal(telegram.status().status, "down");
  const all = JSON.stringify([log.lines, error.message, error.stack, String(error.cause)]);
  assert.ok(!all.includes(token) && !all.includes("AAE-some"));
});

test("without a network it tries again, says so, and shows the token nowhere", async (t) => {
  const emulator = await emulatorFor(t);
  emulator.control.faults.add({ kind: "drop", times: 1, method: "getMe" });
  emulator.control.faults.add({ kind: "502", times: 1, method: "getMe" });
  const { telegram, log, clock } = botFor(t, emulator, echo);
  const started = telegram.start();
  await log.until("telegram.setup-failed", 1);
  assert.equal(telegram.status().status, "down");
  await clock.turn(1_000);
  await log.until("telegram.setup-failed", 2);
  await clock.turn(2_000);
  assert.equal((await started).username, emulator.botUsername);
  assert.ok(!JSON.stringify(log.lines).includes(emulator.token));
});

test("a hub that leads again polls at once, whatever it waited for when it led before", async (t) => {
  const emulator = await emulatorFor(t);
  emulator.control.faults.add({ kind: "drop", times: 4, method: "deleteWebhook" });
  const leases = memoryLeases();
  const { telegram, log, clock } = botFor(t, emulator, echo, { leases });
  await telegram.start();
  for (const [n, wait] of [1_000, 2_000, 4_000].entries()) {
    await log.until("telegram.setup-failed", n + 1);
    await clock.turn(wait);
  }
  await log.until("telegram.setup-failed", 4);
  leases.holder = "another";
  await clock.turn(2_000);
  await log.until("telegram.leader-over");
  leases.holder = undefined;
  await clock.turn(2_000);
  await log.until("telegram.leader", 2);
  for (let round = 0; round < 2_000 && !emulator.control.polled; round++) await settle();
  assert.ok(emulator.control.polled);
});

test("an update handed over twice acts once; one chat keeps its order while another is slow", async (t) => {
  const emulator = await emulatorFor(t);
  let letGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { telegram, handler } = botFor(t, emulator, async (incoming, port) => {
    if (textOf(incoming) === "/slow") await slow;
    await echo(incoming, port);
  });
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  const boris = emulator.control.person({ id: 8, firstName: "Boris" });
  await telegram.start();
  anna.write("/slow");
  const { updateId } = anna.write("/second");
  boris.write("/quick");
  assert.equal((await boris.chat.next()).text, "got: /quick");
  assert.deepEqual(handler.seen.map(textOf), ["/slow", "/quick"]);
  emulator.control.redeliver(updateId);
  letGo();
  await anna.chat.next(({ text }) => text === "got: /second");
  boris.write("/after");
  await boris.chat.next();
  assert.deepEqual(handler.seen.map(textOf), ["/slow", "/quick", "/second", "/after"]);
});

test("what was kept but not handled is handled by the next run, before what is new", async (t) => {
  const emulator = await emulatorFor(t);
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  // A hub that dies: its handler never ends, and nothing of it is told to end.
  const first = botFor(t, emulator, () => new Promise(() => {}));
  await first.telegram.start();
  anna.write("/one");
  anna.write("/two");
  await first.handler.until(1);
  while (first.inbox.open().length < 2) await settle();
  await first.stop();
  anna.write("/three");
  assert.equal(first.inbox.open().length, 2, "stopping does not count as handling");

  const second = botFor(t, emulator, echo, { inbox: first.inbox });
  await second.telegram.start();
  for (const text of ["got: /one", "got: /two", "got: /three"]) {
    assert.equal((await anna.chat.next()).text, text);
  }
  while (first.inbox.open().length > 0) await settle();
  assert.deepEqual(
    anna.chat.messages.filter(({ from }) => from.bot).map(({ text }) => text),
    ["got: /one", "got: /two", "got: /three"],
  );
});

test("what can not be kept is answered at once, is confirmed only after that, and is known later", async (t) => {
  const emulator = await emulatorFor(t);
  let letGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { telegram, inbox, log, clock, handler } = botFor(t, emulator, async (incoming, port) => {
    if (textOf(incoming) === "/slow") await slow;
    await echo(incoming, port);
  });
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  const boris = emulator.control.person({ id: 8, firstName: "Boris" });
  inbox.broken = true;
  const { updateId } = anna.write("/slow");
  await log.until("telegram.inbox-failed");
  boris.write("/quick");
  const answer = boris.chat.next();
  await clock.turn(300);
  assert.equal((await answer).text, "got: /quick");
  const offsets = () =>
    emulator.control.calls.flatMap(({ method, params }) =>
      method === "getUpdates" ? [Number(params.offset ?? 0)] : [],
    );
  assert.ok(offsets().every((offset) => offset <= updateId));
  letGo();
  assert.equal((await anna.chat.next()).text, "got: /slow");
  while (offsets().every((offset) => offset <= updateId)) await clock.turn(300);
  inbox.broken = false;
  while (!log.events().includes("telegram.recorded")) await clock.turn(1_000);
  emulator.control.redeliver(updateId);
  anna.write("/after");
  assert.equal((await anna.chat.next()).text, "got: /after");
  assert.deepEqual(handler.seen.map(textOf), ["/slow", "/quick", "/after"]);
  assert.equal(telegram.status().status, "ok");
});

test("two pollers: it steps back, goes on, and loses nothing", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram, log, clock } = botFor(t, emulator, echo);
  await telegram.start();
  await log.until("telegram.known");
  while (!emulator.control.polled) await settle();
  const other = await fetch(`${emulator.url}/bot${emulator.token}/getUpdates?timeout=0`);
  assert.equal(other.status, 200);
  await log.until("telegram.poll-conflict");
  assert.equal(telegram.status().status, "down");
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  anna.write("/temp");
  await clock.turn(30_000);
  assert.equal((await anna.chat.next()).text, "got: /temp");
  assert.equal(telegram.status().status, "ok");
  assert.deepEqual(log.events("error"), []);
});

test("5xx, 429 and cut lines while polling are waited out", async (t) => {
  const emulator = await emulatorFor(t);
  for (const kind of ["500", "429", "drop"] as const) {
    emulator.control.faults.add({ kind, times: 1, method: "getUpdates", retryAfter: 2 });
  }
  const { telegram, clock, metrics } = botFor(t, emulator, echo);
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  anna.write("/temp");
  const answer = anna.chat.next();
  let done = false;
  void answer.then(() => {
    done = true;
  });
  while (!done) await clock.turn(500);
  assert.equal((await answer).text, "got: /temp");
  assert.equal(metrics.counted.get("telegram_poll_failures unreached"), 2);
  assert.equal(metrics.counted.get("telegram_poll_failures 429"), 1);
});

test("a press is told with who pressed, is answered once, and changes the message in place", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram, handler, clock } = botFor(t, emulator, async (incoming, port) => {
    if (incoming.did.kind === "wrote")
      return port.send(incoming.chat, words("reading", { buttons: refresh }));
    if (incoming.account.externalId !== "7") {
      return port.answerPress(incoming.chat, incoming.did.pressId, { text: "Not <yours>", alert: true });
    }
    await port.answerPress(incoming.chat, incoming.did.pressId);
    return port.edit(incoming.chat, incoming.messageId, words("reading 2", { buttons: refresh }));
  });
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  const mallory = emulator.control.person({ id: 66, firstName: "Mallory" });
  const group = emulator.control.group({ id: -1_000_000_000_005, title: "Team", members: [7, 66] });
  await telegram.start();
  anna.write("/temp", { chat: group.chatId });
  const sent = await group.next();

  const foreign = await mallory.press("Refresh", { chat: group.chatId }).answered();
  assert.deepEqual([foreign.text, foreign.showAlert], ["Not <yours>", true]);
  assert.deepEqual(handler.seen.at(-1)?.account.externalId, "66");

  const own = await anna.press("Refresh", { chat: group.chatId }).answered();
  assert.equal(own.text, "");
  const edited = await group.next();
  assert.deepEqual([edited.messageId, edited.text], [sent.messageId, "reading 2"]);
  anna.press("Refresh", { chat: group.chatId });
  await handler.until(4);
  while (!emulator.control.calls.some(({ description }) => description.includes("not modified")))
    await settle();
  assert.equal(group.messages.filter(({ from }) => from.bot).length, 1);
  const lease = [2_000, 5_500];
  const look = 2_500;
  assert.deepEqual(
    clock.waits(),
    [...lease, look, 40_000].sort((a, b) => a - b),
    "the poll has a deadline, no press waits for an answer",
  );
});

test("a press whose handler is slow, or forgets it, is answered all the same", async (t) => {
  const emulator = await emulatorFor(t);
  let letGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { telegram, handler, clock } = botFor(t, emulator, async (incoming, port) => {
    if (incoming.did.kind === "wrote")
      return port.send(incoming.chat, words("reading", { buttons: refresh }));
    return incoming.messageId === "0" ? undefined : slow;
  });
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  await telegram.start();
  anna.write("/temp");
  await anna.chat.next();
  const first = anna.press("Refresh");
  await handler.until(2);
  await clock.turn(5_000);
  assert.equal((await first.answered()).text, "");
  letGo();
  assert.equal((await anna.press("Refresh").answered()).text, "", "the handler ended without an answer");
});

test("menus: English for everybody, Russian for Russians, each kind of chat its own", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram } = botFor(t, emulator, echo, {
    menus: [
      {
        scope: "private",
        commands: [
          { name: "temp", about: "CPU temperature" },
          { name: "add", about: "Add a server" },
        ],
        translated: {
          ru: [
            { name: "temp", about: "Температура" },
            { name: "add", about: "Добавить" },
          ],
        },
      },
      { scope: "groups", commands: [{ name: "temp", about: "CPU temperature" }], translated: {} },
      { scope: { chatId: "7" }, commands: [{ name: "stats", about: "Figures" }], translated: {} },
      { scope: { chatId: "12345" }, commands: [{ name: "stats", about: "Figures" }], translated: {} },
    ],
  });
  emulator.control.person({ id: 7, firstName: "Admin", started: true });
  emulator.control.person({ id: 8, firstName: "Boris", started: true });
  emulator.control.group({ id: -1_000_000_000_005, title: "Team", members: [7] });
  await telegram.start();
  const calls = () => emulator.control.calls.filter(({ method }) => method === "setMyCommands");
  while (calls().length < 5) await settle();
  const menu = (chat: number, language?: string) =>
    emulator.control.menu(chat, language).map(({ command, description }) => `${command} ${description}`);
  assert.deepEqual(menu(8), ["temp CPU temperature", "add Add a server"]);
  assert.deepEqual(menu(8, "ru"), ["temp Температура", "add Добавить"]);
  assert.deepEqual(menu(8, "de"), menu(8));
  assert.deepEqual(menu(-1_000_000_000_005), ["temp CPU temperature"]);
  assert.deepEqual(menu(7), ["stats Figures"]);
  assert.deepEqual(emulator.control.warnings, []);
});
