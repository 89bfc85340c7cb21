/** What the core sends, as it stands in the chats of the emulator afterwards. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { View } from "@servereye/contract";
import { startTelegramEmulator } from "../../../../../test/telegram/emulator.ts";
import type { ChatRef } from "../../core/ports/chat.ts";
import { botFor, echo, emulatorFor, words } from "./bot.test-suite.ts";
import { settle, turnedClock } from "./turned.test-suite.ts";

const refresh = [[{ label: "Refresh", token: "tok-1" }]];

test("an edit of a deleted message is sent anew, and later edits find the new one", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram } = botFor(t, emulator, echo);
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const chat: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };
  const { messageId } = await telegram.port.send(chat, words("one"));
  await telegram.port.remove(chat, messageId);
  await telegram.port.remove(chat, messageId);
  const again = await telegram.port.edit(chat, messageId, words("two"));
  assert.notEqual(again.messageId, messageId);
  assert.deepEqual(await telegram.port.edit(chat, messageId, words("three")), again);
  assert.deepEqual(
    await telegram.port.edit(chat, messageId, words("three")),
    again,
    "not modified is success",
  );
  assert.equal(anna.chat.last?.text, "three");
});

test("a long text is several messages that an edit changes together, and a very long one a file", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram } = botFor(t, emulator, echo);
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const chat: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };
  const log = (word: string, lines: number, buttons: View["buttons"] = []): View => ({
    title: "Log",
    blocks: [{ type: "code", text: `${word.repeat(20)}\n`.repeat(lines) }],
    buttons,
  });
  const standing = () => anna.chat.messages.filter(({ deleted }) => !deleted);

  const sent = await telegram.port.send(chat, log("<&> ", 120, refresh));
  assert.equal(standing().length, 3);
  assert.deepEqual(
    standing().map(({ buttons }) => buttons.length),
    [0, 0, 1],
  );
  const edited = await telegram.port.edit(chat, sent.messageId, log("new ", 60));
  assert.equal(standing().length, 2);
  assert.ok(standing().every(({ text }) => !text.includes("<&>")));
  const file = await telegram.port.edit(chat, edited.messageId, log("file ", 2_000));
  assert.deepEqual(
    standing().map(({ messageId, kind }) => [String(messageId), kind]),
    [[file.messageId, "document"]],
  );
  const media = standing()[0]?.media;
  assert.ok(media?.fileName === "servereye.txt" && media.bytes.toString("utf8").split("\n").length > 2_000);
  const short = await telegram.port.edit(chat, file.messageId, words("short again"));
  assert.equal(anna.chat.last?.text, "short again");
  assert.notEqual(short.messageId, file.messageId);
});

test("a reply whose answer is lost comes twice at most thrice, one that is cut before comes once", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram, clock, metrics } = botFor(t, emulator, echo);
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const chat: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };
  const sendThrough = async (kind: "drop" | "drop-after" | "502" | "429", times: number) => {
    emulator.control.faults.add({ kind, times, method: "sendMessage", retryAfter: 3 });
    let done = false;
    const sent = telegram.port.send(chat, words(kind)).finally(() => {
      done = true;
    });
    sent.catch(() => {});
    while (!done) await clock.turn(500);
    await sent;
    return anna.chat.messages.filter(({ text }) => text === kind).length;
  };
  assert.equal(await sendThrough("drop", 1), 1);
  assert.equal(await sendThrough("502", 3), 1);
  assert.equal(await sendThrough("429", 1), 1);
  assert.equal(await sendThrough("drop-after", 1), 2);
  await assert.rejects(sendThrough("drop-after", 9), { code: "CHANNEL_UNREACHABLE" });
  assert.equal(anna.chat.messages.filter(({ text }) => text === "drop-after").length, 5);
  emulator.control.faults.clear();
  assert.ok((metrics.counted.get("telegram_retries network") ?? 0) > 0);
});

test("more than Telegram takes at once: all of it arrives, in order, at Telegram's pace", async (t) => {
  const time = turnedClock();
  const clock = { now: time.now, schedule: time.after };
  const emulator = await startTelegramEmulator({ clock });
  t.after(() => emulator.close());
  const { telegram } = botFor(t, emulator, echo, { clock: time });
  await telegram.start();
  const persons = [7, 8].map((id) => emulator.control.person({ id, firstName: "A", started: true }));
  const start = time.now();
  let done = false;
  const all = Promise.all(
    persons.flatMap(({ id }) =>
      Array.from({ length: 25 }, (_, at) =>
        telegram.port.send({ channel: "telegram", chatId: String(id), kind: "private" }, words(`n${at}`)),
      ),
    ),
  ).finally(() => {
    done = true;
  });
  while (!done) await time.turn(250);
  await all;
  for (const { chat } of persons) {
    assert.deepEqual(
      chat.messages.map(({ text }) => text),
      Array.from({ length: 25 }, (_, at) => `n${at}`),
    );
  }
  // Ten at once, then one a second: a wait never longer than it must be, but for the steps of this clock.
  assert.ok(time.now() - start < 25_000, `${time.now() - start} ms`);
  assert.ok(emulator.control.calls.filter(({ code }) => code === 429).length <= 60);
});

test("who blocked the bot is no error: it is said to the caller and noted", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram, log, metrics } = botFor(t, emulator, echo);
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  anna.block();
  const chat: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };
  await assert.rejects(telegram.port.send(chat, words("hello")), { code: "NOT_ALLOWED" });
  assert.equal(metrics.counted.get("telegram_dropped shut-out"), 1);
  assert.deepEqual(log.events("error"), []);
});

test("a press that Telegram has forgotten is no trouble, and typing reaches the chat", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram } = botFor(t, emulator, echo);
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const chat: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };
  await telegram.port.answerPress(chat, "123", { text: "too late", alert: false });
  telegram.port.typing(chat);
  while (anna.chat.actions.length === 0) await settle();
  assert.equal(anna.chat.actions[0]?.action, "typing");
  assert.deepEqual(emulator.control.warnings, []);
});

test("replies go to the topic, and to the message that asked", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram } = botFor(t, emulator, async (incoming, port) =>
    port.send(incoming.chat, words("here"), { replyTo: incoming.messageId }),
  );
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  const forum = emulator.control.group({ id: -1_000_000_000_006, title: "Forum", members: [7], forum: true });
  await telegram.start();
  const { message } = anna.write("/temp", { chat: forum.chatId, threadId: 12 });
  const answer = await forum.next();
  assert.deepEqual([answer.threadId, answer.replyTo], [12, message.messageId]);
});

test("a file goes out whole also when it is told to wait and is cut off, under a name that ends nothing early", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram, clock } = botFor(t, emulator, echo);
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const chat: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };
  const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) % 251);
  emulator.control.faults.add({ kind: "429", times: 1, method: "sendDocument", retryAfter: 3 });
  emulator.control.faults.add({ kind: "502", times: 1, method: "sendDocument", retryAfter: 3 });
  let done = false;
  const sent = telegram.port
    .sendFile(chat, {
      name: "web;1/\u202Egol.log",
      mediaType: "text/plain",
      bytes,
      caption: `<b>${"x".repeat(2_000)}`,
    })
    .finally(() => {
      done = true;
    });
  sent.catch(() => {});
  while (!done) await clock.turn(500);
  const { messageId } = await sent;
  const last = anna.chat.last;
  assert.equal(String(last?.messageId), messageId);
  assert.equal(last?.media?.fileName, "web_1_gol.log");
  assert.deepEqual(new Uint8Array(last?.media?.bytes ?? []), bytes);
  assert.ok((last?.text ?? "").startsWith("<b>x") && (last?.text ?? "").length <= 1_024);
  const empty = { name: "x", mediaType: "text/plain", bytes: new Uint8Array() };
  await assert.rejects(telegram.port.sendFile(chat, empty), { code: "NOT_ALLOWED" });
});

test("a live drawing is not sent anew when its message is gone", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram } = botFor(t, emulator, echo);
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const chat: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };
  const { messageId } = await telegram.port.send(chat, words("one"));
  assert.equal(await telegram.port.redraw(chat, messageId, words("two")), true);
  assert.equal(anna.chat.last?.text, "two");
  await telegram.port.remove(chat, messageId);
  assert.equal(await telegram.port.redraw(chat, messageId, words("three")), false);
  assert.equal(anna.chat.messages.filter(({ deleted }) => !deleted).length, 0);
});
