/** The control side, in process and over HTTP. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, beforeEach, test } from "node:test";
import { answerOf, call, field } from "./caller.ts";
import { type Emulator, startTelegramEmulator } from "./emulator.ts";

let emulator: Emulator = await startTelegramEmulator();

beforeEach(async () => {
  await emulator.close();
  emulator = await startTelegramEmulator({ limits: false });
});
after(() => emulator.close());

async function control(path: string, body?: object) {
  const init = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  return answerOf(await (await fetch(`${emulator.url}/control/${path}`, init)).json());
}
const send = (text: string, more: object = {}) =>
  call(emulator, "sendMessage", { chat_id: 5, text, ...more });

test("next gives what came since the last one, each message as it was then", async () => {
  const { chat } = emulator.control.person({ id: 5, firstName: "Ann", started: true });
  await send("one");
  await call(emulator, "editMessageText", { chat_id: 5, message_id: 1, text: "two" });
  assert.equal((await chat.next()).text, "one");
  assert.equal((await chat.next()).text, "two");
  const coming = chat.next((message) => message.text === "four");
  await send("three");
  await send("four");
  assert.equal((await coming).text, "four");
  await send("five");
  chat.readAll();
  await assert.rejects(
    chat.next(undefined, { timeoutMs: 1 }),
    /no such message in chat 5 within 1 ms[\s\S]*four\nfive/,
  );
});

test("a person is the same one again, and needs a positive id", () => {
  emulator.control.person({ id: 5, firstName: "Ann", username: "ann" });
  emulator.control.person({ id: 5, firstName: "Anna" });
  assert.deepEqual(
    emulator.control.persons.map(({ firstName, username }) => [firstName, username]),
    [["Anna", "ann"]],
  );
  assert.throws(() => emulator.control.person({ id: -5, firstName: "Ann" }), RangeError);
  assert.throws(() => emulator.control.actor(6), RangeError);
  assert.throws(() => emulator.control.group({ id: -1, title: "x", members: [6] }), RangeError);
});

test("over HTTP: persons write, press and read", async () => {
  await control("persons", { id: 5, firstName: "Ann", languageCode: "ru" });
  assert.equal(field((await control("persons/5/write", { text: "/start" })).result, "messageId"), 1);
  await send("hi", { reply_markup: { inline_keyboard: [[{ text: "Go", callback_data: "go" }]] } });
  assert.equal(field((await control("chats/5/next", { contains: "hi" })).result, "drawn"), "hi\n[ Go ]");
  const press = control("persons/5/press", { label: "Go" });
  let queryId: unknown;
  while (queryId === undefined) {
    queryId = field((await call(emulator, "getUpdates", { offset: -1 })).result, 0, "callback_query", "id");
  }
  await call(emulator, "answerCallbackQuery", { callback_query_id: queryId, text: "went" });
  assert.equal(field((await press).result, "answer", "text"), "went");
  assert.deepEqual(field((await control("chats/5")).result, "messages", 1, "buttons"), [
    [{ text: "Go", data: "go" }],
  ]);
  await control("persons/5/block", { blocked: true });
  assert.equal(field((await control("state")).result, "persons", 0, "blocked"), true);
  await control("groups", { id: -9, title: "Ops", members: [5] });
  assert.deepEqual(field((await control("state")).result, "groups", 0, "members"), [5]);
  assert.equal(field((await control("state")).result, "attended"), true, "the bot called a moment ago");
  await control("faults", { kind: "500", times: 1, method: "getMe" });
  assert.equal((await call(emulator, "getMe")).error_code, 500);
  assert.equal(field((await control("calls")).result, 0, "method"), "sendMessage");
});

test("over HTTP: what is wrong is said", async () => {
  assert.equal((await control("persons", { id: "5" })).error_code, 400);
  assert.equal((await control("nothing")).error_code, 404);
  assert.match((await control("persons/77/write", { text: "x" })).description ?? "", /there is no person 77/);
});

test("other sites can neither read nor command", async () => {
  const plain = await fetch(`${emulator.url}/control/persons`, {
    method: "POST",
    body: '{"id":5,"firstName":"x"}',
  });
  assert.equal(plain.status, 415);
  const status = await new Promise((resolve, reject) => {
    const probe = request(`${emulator.url}/control/state`, { headers: { host: "evil.example" } });
    probe.on("response", (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    probe.on("error", reject);
    probe.end();
  });
  assert.equal(status, 403);
});

test("the stream tells of each change, and ends with the emulator", async () => {
  emulator.control.person({ id: 5, firstName: "Ann" });
  const response = await fetch(`${emulator.url}/control/stream`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  await reader.read();
  emulator.control.actor(5).write("x");
  assert.match(String((await reader.read()).value), /data: \{"kind":"chat","chatId":5\}/);
  await emulator.close();
  assert.equal((await reader.read()).done, true);
});
