/** Long polling, presses and their answers, and what the bot says of itself. */
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { call, field } from "./caller.ts";
import { TurnedClock } from "./clock.ts";
import { type Emulator, startTelegramEmulator } from "./emulator.ts";

const clock = new TurnedClock();
const group = -100;
let emulator: Emulator = await startTelegramEmulator({ clock });

beforeEach(async () => {
  await emulator.close();
  emulator = await startTelegramEmulator({ clock });
  emulator.control.person({ id: 5, firstName: "Ann" });
});
after(() => emulator.close());

const updates = async (params: object = {}) => {
  const { result } = await call(emulator, "getUpdates", params);
  assert.ok(Array.isArray(result));
  return result.map((update: unknown) => Number(field(update, "update_id")));
};

/** Waits, without any pause of its own, until the emulator holds a waiting poll. */
async function waitingPoll(): Promise<void> {
  while (!emulator.control.polled) await new Promise((resolve) => setImmediate(resolve));
}

test("updates stay until an offset confirms them", async () => {
  const ann = emulator.control.actor(5);
  const [first, second, third] = ["/a", "/b", "/c"].map((text) => ann.write(text).updateId);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  assert.deepEqual(await updates(), [first, second, third]);
  assert.deepEqual(await updates({ limit: 1 }), [first]);
  assert.deepEqual(await updates({ offset: second }), [second, third]);
  assert.deepEqual(await updates({ offset: -1 }), [third], "a negative offset forgets all before");
  assert.deepEqual(await updates({ offset: third + 1 }), []);
  emulator.control.redeliver(first);
  assert.deepEqual(await updates({ offset: third + 1 }), [first], "given out again on request");
  assert.deepEqual(await updates({ offset: third + 1 }), []);
});

test("a poll waits for an update, or for its timeout", async () => {
  const poll = updates({ timeout: 30 });
  await waitingPoll();
  const { updateId } = emulator.control.actor(5).write("/a");
  assert.deepEqual(await poll, [updateId]);
  const empty = updates({ timeout: 30, offset: updateId + 1 });
  await waitingPoll();
  clock.advance(30_000);
  assert.deepEqual(await empty, []);
});

test("of two pollers the older one is sent away", async () => {
  const older = call(emulator, "getUpdates", { timeout: 30 });
  await waitingPoll();
  const newer = call(emulator, "getUpdates", { timeout: 30 });
  assert.deepEqual(await older, {
    ok: false,
    error_code: 409,
    description:
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  });
  await waitingPoll();
  clock.advance(30_000);
  assert.deepEqual((await newer).result, []);
});

test("a poller that hangs up waits no longer", async () => {
  const hangUp = new AbortController();
  const poll = fetch(`${emulator.url}/bot${emulator.token}/getUpdates?timeout=50`, { signal: hangUp.signal });
  await waitingPoll();
  hangUp.abort();
  await assert.rejects(poll, { name: "AbortError" });
  while (emulator.control.polled) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(clock.waiting, 0);
});

test("only allowed kinds come, and the choice lasts", async () => {
  await updates({ allowed_updates: ["callback_query"] });
  assert.equal(emulator.control.actor(5).write("/a").updateId, 0);
  assert.deepEqual(await updates(), []);
  await updates({ allowed_updates: [] });
  assert.notEqual(emulator.control.actor(5).write("/a").updateId, 0);
});

test("in groups the bot hears commands, mentions and replies to it alone", async () => {
  emulator.control.group({ id: group, title: "Ops", members: [5] });
  const ann = emulator.control.actor(5);
  const heard = (text: string, replyTo?: number) => ann.write(text, { chat: group, replyTo }).updateId !== 0;
  assert.deepEqual(
    [
      heard("hello"),
      heard("/memory"),
      heard("/memory@servereye_test_bot"),
      heard("/memory@other_bot"),
      heard("hi @servereye_test_bot"),
    ],
    [false, true, true, false, true],
  );
  const sent = await call(emulator, "sendMessage", { chat_id: group, text: "x" });
  assert.ok(heard("thanks", Number(field(sent.result, "message_id"))));
  emulator.control.person({ id: 6, firstName: "Bob" });
  assert.throws(() => emulator.control.actor(6).write("/x", { chat: group }), RangeError);
});

test("a press is answered once, in time, with at most 200 characters", async () => {
  const ann = emulator.control.actor(5);
  ann.write("/start");
  const reply_markup = {
    inline_keyboard: [
      [
        { text: "Go", callback_data: "go" },
        { text: "Site", url: "https://a.io" },
      ],
    ],
  };
  await call(emulator, "sendMessage", { chat_id: 5, text: "x", reply_markup });
  const press = ann.press("Go");
  const answer = (callback_query_id: string, text = "done") =>
    call(emulator, "answerCallbackQuery", { callback_query_id, text, show_alert: true });
  assert.equal((await answer(press.queryId, "x".repeat(201))).description, "Bad Request: MESSAGE_TOO_LONG");
  assert.equal((await answer(press.queryId)).ok, true);
  assert.deepEqual(await press.answered(), { text: "done", showAlert: true, url: "", at: clock.now() });
  const tooOld = "Bad Request: query is too old and response timeout expired or query ID is invalid";
  assert.equal((await answer(press.queryId)).description, tooOld);
  assert.equal((await answer("123")).description, tooOld);
  const late = ann.press({ label: "Go" });
  clock.advance(15_001);
  assert.equal((await answer(late.queryId)).description, tooOld);
  await assert.rejects(late.answered({ timeoutMs: 1 }), /not answered within 1 ms/);
  assert.throws(() => ann.press("Stop"), /no button "Stop" in chat 5; there are: Go, Site/);
  assert.throws(() => ann.press("Site"), /opens https:\/\/a\.io/);
});

test("forged data and presses on deleted messages reach the bot as in Telegram", async () => {
  const ann = emulator.control.actor(5);
  ann.write("/start");
  await call(emulator, "sendMessage", {
    chat_id: 5,
    text: "x",
    reply_markup: { inline_keyboard: [[{ text: "Go", callback_data: "go" }]] },
  });
  const message_id = emulator.control.chat(5).last?.messageId ?? 0;
  ann.press({ data: "forged" });
  await call(emulator, "deleteMessage", { chat_id: 5, message_id });
  ann.press({ data: "go" }, { messageId: message_id });
  const { result } = await call(emulator, "getUpdates");
  assert.equal(field(result, 1, "callback_query", "data"), "forged");
  assert.equal(field(result, 1, "callback_query", "message", "text"), "x");
  assert.deepEqual(field(result, 2, "callback_query", "message"), {
    chat: { id: 5, first_name: "Ann", type: "private" },
    message_id,
    date: 0,
  });
});

test("blocking and writing again is told as a change of standing", async () => {
  const ann = emulator.control.actor(5);
  ann.write("/start");
  ann.block();
  ann.write("/start");
  const { result } = await call(emulator, "getUpdates");
  const statuses = [1, 2].map((at) => field(result, at, "my_chat_member", "new_chat_member", "status"));
  assert.deepEqual(statuses, ["kicked", "member"]);
});

test("commands are kept by scope and language and refused in Telegram's words", async () => {
  const set = (params: object) => call(emulator, "setMyCommands", params);
  const commands = [{ command: "/memory", description: " Memory " }];
  assert.equal((await set({ commands, scope: { type: "all_private_chats" }, language_code: "ru" })).ok, true);
  assert.deepEqual(
    (await call(emulator, "getMyCommands", { scope: { type: "all_private_chats" }, language_code: "ru" }))
      .result,
    [{ command: "memory", description: "Memory" }],
  );
  assert.deepEqual((await call(emulator, "getMyCommands")).result, []);
  assert.deepEqual(
    emulator.control.menu(5, "ru").map(({ command }) => command),
    ["memory"],
  );
  assert.deepEqual(emulator.control.menu(5, "en"), []);
  const refused: [object, string][] = [
    [{ commands: [{ command: "Up", description: "x" }] }, "BOT_COMMAND_INVALID"],
    [{ commands: [{ command: "", description: "x" }] }, "command must be non-empty"],
    [{ commands: [{ command: "x".repeat(33), description: "x" }] }, "command length must not exceed 32"],
    [{ commands: [{ command: "x", description: " " }] }, "command description must be non-empty"],
    [
      { commands: [{ command: "x", description: "x".repeat(257) }] },
      "command description length must not exceed 256",
    ],
    [{ commands: Array.from({ length: 101 }, () => commands[0]) }, "BOT_COMMANDS_TOO_MUCH"],
    [{ commands, scope: { type: "moon" } }, "can't parse BotCommandScope: unsupported type specified"],
    [{ commands, language_code: "english" }, "invalid language code specified"],
  ];
  for (const [params, reason] of refused)
    assert.equal((await set(params)).description, `Bad Request: ${reason}`);
  await call(emulator, "deleteMyCommands", { scope: { type: "all_private_chats" }, language_code: "ru" });
  assert.deepEqual(emulator.control.menu(5, "ru"), []);
  assert.equal((await call(emulator, "setMyDescription", { description: "x".repeat(513) })).ok, false);
  await call(emulator, "setMyShortDescription", { short_description: "Servers" });
  assert.deepEqual((await call(emulator, "getMyShortDescription")).result, { short_description: "Servers" });
  await call(emulator, "setChatMenuButton", {
    menu_button: { type: "web_app", text: "Open", web_app: { url: "https://a.io" } },
  });
  assert.equal(field((await call(emulator, "getChatMenuButton")).result, "text"), "Open");
});
