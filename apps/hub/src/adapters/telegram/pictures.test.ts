/** Charts in the emulator's chats: sent as photos, changed in place, replaced by words and back, never silent. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type Chart, Fault, type View } from "@servereye/contract";
import type { ChatRef } from "../../core/ports/chat.ts";
import type { PictureLook, Pictures } from "../../core/ports/pictures.ts";
import { botFor, echo, emulatorFor, words } from "./bot.test-suite.ts";
import { settle } from "./turned.test-suite.ts";

const chat: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };
const buttons = [[{ label: "6 h", token: "tok-6" }]];

const chart = (more: Partial<Chart> = {}): Chart => ({
  type: "chart",
  title: "CPU usage",
  subtitle: "web-1 · 6 h",
  unit: "%",
  language: "en",
  zone: "UTC",
  from: 0,
  to: 3_600_000,
  fromZero: true,
  whole: false,
  worse: "higher",
  lines: [
    {
      label: "",
      points: [[0, 5, 1, 9]],
      summary: { min: "1 %", avg: "5 %", max: "9 %", last: "5 %" },
    },
  ],
  words: { min: "min", avg: "avg", max: "max", last: "now", none: "nothing", busy: "BUSY", failed: "FAILED" },
  ...more,
});
const view = (note: string, more: Partial<Chart> = {}): View => ({
  blocks: [chart(more), { type: "note", text: [note] }],
  buttons,
});

/** The head of a PNG of that size, which is what the emulator reads of one. */
function png({ width, height }: PictureLook): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(40);
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(bytes.buffer).setUint32(16, 2 * width);
  new DataView(bytes.buffer).setUint32(20, 2 * height);
  return bytes;
}

const draws: Pick<Pictures, "draw"> = {
  draw: async (what, look) => {
    const bytes = png(look);
    bytes[34] = look.dark ? 1 : 2;
    bytes[35] = what.title.length;
    return { png: bytes, width: 2 * look.width, height: 2 * look.height };
  },
};

async function bot(t: TestContext, pictures: Pick<Pictures, "draw"> = draws) {
  const emulator = await emulatorFor(t);
  const made = botFor(t, emulator, echo, { pictures });
  await made.telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const standing = () => anna.chat.messages.filter(({ deleted }) => !deleted);
  const calls = () =>
    emulator.control.calls.map(({ method }) => method).filter((name) => /^(send|editM|deleteM)/.test(name));
  return { ...made, emulator, anna, standing, calls, port: made.telegram.port };
}

test("a chart is a photo that its buttons change in place: new words alone, or a new picture", async (t) => {
  const { port, standing, calls, emulator } = await bot(t);
  const { messageId } = await port.send(chat, view("read at <1>"));
  const [sent] = standing();
  assert.equal(sent?.kind, "photo");
  assert.equal(sent?.media?.width, 780);
  assert.equal(sent?.text, "CPU usage: 5 %\n\nread at <1>");
  assert.deepEqual(sent?.buttons, [[{ text: "6 h", data: "tok-6" }]]);
  const first = sent?.media;
  assert.deepEqual(await port.edit(chat, messageId, view("read at <2>")), { messageId });
  assert.equal(standing()[0]?.media, first, "the same picture is not sent again");
  assert.deepEqual(await port.edit(chat, messageId, view("read at <2>")), { messageId }, "not modified");
  assert.deepEqual(await port.edit(chat, messageId, view("read at <2>", { dark: true })), { messageId });
  assert.notEqual(standing()[0]?.media, first);
  assert.equal(standing()[0]?.media?.bytes[34], 1);
  assert.deepEqual(calls(), ["sendPhoto", "editMessageCaption", "editMessageCaption", "editMessageMedia"]);
  assert.equal(standing().length, 1);
  assert.deepEqual(emulator.control.warnings, []);
});

test("a text takes the picture in its place; a picture becomes a text as a new message, the old one gone", async (t) => {
  const { port, standing, emulator } = await bot(t);
  const text = await port.send(chat, words("cpu", { buttons }));
  assert.deepEqual(await port.edit(chat, text.messageId, view("now a chart")), text);
  assert.equal(standing()[0]?.kind, "photo");
  const back = await port.edit(chat, text.messageId, words("words", { buttons }));
  assert.notEqual(back.messageId, text.messageId);
  assert.deepEqual(
    standing().map(({ kind, messageId, text: said }) => [kind, String(messageId), said]),
    [["text", back.messageId, "words"]],
  );
  assert.deepEqual(await port.edit(chat, text.messageId, words("later")), back, "the old id leads to it");
  // Servers of one's own that are older do not put pictures into texts.
  const description = "there is no media in the message to edit";
  emulator.control.faults.add({ kind: "400", times: 1, method: "editMessageMedia", description });
  const replaced = await port.edit(chat, back.messageId, view("a chart again"));
  assert.notEqual(replaced.messageId, back.messageId);
  assert.deepEqual(
    standing().map(({ kind }) => kind),
    ["photo"],
  );
  assert.equal(await port.redraw(chat, replaced.messageId, words("live")), true);
  assert.equal(standing()[0]?.text, "live");
});

test("words that are too many for a caption follow in order, with the buttons under the last", async (t) => {
  const { port, standing } = await bot(t);
  const long = (word: string, lines: number): View => ({
    title: "Chart",
    blocks: [chart(), { type: "code", text: `${word.repeat(8)}\n`.repeat(lines) }],
    buttons,
  });
  const sent = await port.send(chat, long("abcde ", 60));
  assert.deepEqual(
    standing().map(({ kind, buttons: under }) => [kind, under.length]),
    [
      ["photo", 0],
      ["text", 1],
    ],
  );
  assert.equal(
    standing().reduce((sum, { text }) => sum + text.split("abcde").length - 1, 0),
    480,
  );
  assert.ok((standing()[0]?.text.length ?? 0) <= 1_024);
  const few = await port.edit(chat, sent.messageId, view("short"));
  assert.deepEqual(
    standing().map(({ kind, messageId }) => [kind, String(messageId)]),
    [["photo", few.messageId]],
  );
  const file = await port.edit(chat, few.messageId, long("abcde ", 2_000));
  assert.equal(standing()[0]?.kind, "document");
  assert.match(standing()[0]?.media?.bytes.toString("utf8") ?? "", /now 5 % · min 1 %/);
  assert.notEqual(file.messageId, few.messageId);
});

test("what is not drawn, or not in time, or not taken, is told in words with the reason", async (t) => {
  const busy = await bot(t, { draw: () => Promise.reject(new Fault("RATE_LIMITED", "too many")) });
  await busy.port.send(chat, view("note"));
  assert.match(busy.standing()[0]?.text ?? "", /CPU usage\nweb-1 · 6 h\nnow 5 %[\s\S]*BUSY[\s\S]*note/);
  assert.equal(busy.metrics.counted.get("telegram_pictures_missing busy"), 1);

  const failing = await bot(t, { draw: () => Promise.reject(new Error("no font")) });
  await failing.port.send(chat, view("note"));
  assert.match(failing.standing()[0]?.text ?? "", /now 5 %[\s\S]*FAILED/);

  const late = await bot(t, { draw: () => new Promise(() => undefined) });
  const sent = late.port.send(chat, view("note"));
  const after = late.port.send(chat, words("after"));
  await late.clock.turn(8_000);
  await Promise.all([sent, after]);
  assert.deepEqual(
    late.standing().map(({ text }) => /BUSY|after/.exec(text)?.[0]),
    ["BUSY", "after"],
    "order holds",
  );

  const narrow = await bot(t);
  const description = "not enough rights to send photos to the chat";
  narrow.emulator.control.faults.add({ kind: "400", times: 1, method: "sendPhoto", description });
  await narrow.port.send(chat, view("note"));
  assert.match(narrow.standing()[0]?.text ?? "", /now 5 %[\s\S]*FAILED/);
  assert.equal(narrow.metrics.counted.get("telegram_pictures_missing refused"), 1);
});

test("photos wait out what messages do: 429, 502, a cut line, and the order of the chat", async (t) => {
  const { port, standing, emulator, clock } = await bot(t);
  for (const kind of ["429", "502", "drop"] as const)
    emulator.control.faults.add({ kind, times: 1, method: "sendPhoto", retryAfter: 3 });
  let done = false;
  const both = Promise.all([port.send(chat, view("one")), port.send(chat, words("two"))]).finally(() => {
    done = true;
  });
  both.catch(() => undefined);
  while (!done) {
    await clock.turn(500);
    await settle();
  }
  await both;
  assert.deepEqual(
    standing().map(({ kind }) => kind),
    ["photo", "text"],
  );
});
