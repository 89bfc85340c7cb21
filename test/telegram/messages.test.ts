/** Sending, editing and deleting by the real server's rules, each refusal in its words. */
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { call, field } from "./caller.ts";
import { TurnedClock } from "./clock.ts";
import { type Emulator, startTelegramEmulator } from "./emulator.ts";

const clock = new TurnedClock();
let emulator: Emulator = await startTelegramEmulator({ clock, limits: false });
const forum = -1_001_234_567_890;

beforeEach(async () => {
  await emulator.close();
  emulator = await startTelegramEmulator({ clock, limits: false });
  emulator.control.person({ id: 5, firstName: "Ann", username: "ann", languageCode: "en", started: true });
  emulator.control.person({ id: 6, firstName: "Bob" });
  emulator.control.person({ id: 7, firstName: "Stranger" });
  emulator.control.group({ id: forum, title: "Ops", members: [[5, "creator"], 6], forum: true });
});
after(() => emulator.close());

const send = (params: object, method = "sendMessage") =>
  call(emulator, method, { chat_id: 5, parse_mode: "HTML", ...params });
const refusal = async (params: object, method?: string) => (await send(params, method)).description;
const keyboard = (...row: object[]) => ({ inline_keyboard: [row] });

test("a sent message comes back with text, entities and keyboard", async () => {
  const reply_markup = keyboard({ text: "Go", callback_data: "go" });
  const { ok, result } = await send({ text: "😀 <b>hi</b>", reply_markup });
  assert.ok(ok);
  assert.deepEqual(result, {
    message_id: 1,
    from: { id: 7000000001, is_bot: true, first_name: "ServerEye", username: "servereye_test_bot" },
    chat: { id: 5, first_name: "Ann", username: "ann", type: "private" },
    date: Math.floor(clock.now() / 1000),
    text: "😀 hi",
    entities: [{ type: "bold", offset: 3, length: 2 }],
    reply_markup,
  });
  const message = emulator.control.chat(5).last;
  assert.equal(message?.html, "😀 <b>hi</b>");
  assert.deepEqual(message?.buttons, [[{ text: "Go", data: "go" }]]);
});

test("texts: 1 to 4096 units after parsing", async () => {
  assert.equal((await send({ text: `<b>${"x".repeat(4096)}</b>` })).ok, true);
  assert.equal((await send({ text: "😀".repeat(2048) })).ok, true);
  assert.equal(await refusal({ text: "😀".repeat(2049) }), "Bad Request: message is too long");
  for (const text of ["", " \n ", "<b></b>", "\u200b"])
    assert.equal(await refusal({ text }), "Bad Request: message text is empty");
  assert.equal(
    await refusal({ text: "<b>x" }),
    "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
  );
  assert.equal(
    await refusal({ text: "é<x>" }),
    'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 2',
  );
  assert.equal(await refusal({ text: "x", parse_mode: "Word" }), "Bad Request: unsupported parse_mode");
});

test("chats: unknown, never started, blocked, left", async () => {
  assert.equal(await refusal({ chat_id: "", text: "x" }), "Bad Request: chat_id is empty");
  assert.equal(await refusal({ chat_id: 99, text: "x" }), "Bad Request: chat not found");
  assert.equal(await refusal({ chat_id: 7, text: "x" }), "Bad Request: chat not found");
  assert.equal(
    await refusal({ chat_id: 6, text: "x" }),
    "Forbidden: bot can't initiate conversation with a user",
  );
  emulator.control.actor(5).block();
  assert.deepEqual(await send({ text: "x" }), {
    ok: false,
    error_code: 403,
    description: "Forbidden: bot was blocked by the user",
  });
  emulator.control.actor(5).unblock();
  assert.equal((await send({ text: "x" })).ok, true);
  emulator.control.setBotStanding(forum, "left", 5);
  assert.equal(await refusal({ chat_id: forum, text: "x" }), "Forbidden: bot was kicked from the group chat");
});

test("keyboards: each button in order, at most 100, 8 in a row", async () => {
  const cases: [object, string | undefined][] = [
    [keyboard({ text: "x", callback_data: "é".repeat(32) }), undefined],
    [keyboard({ text: "x", callback_data: "é".repeat(33) }), "Bad Request: BUTTON_DATA_INVALID"],
    [keyboard({ text: "x", callback_data: "" }), "Bad Request: BUTTON_DATA_INVALID"],
    [keyboard({ text: " ", callback_data: "x" }), "Bad Request: BUTTON_TEXT_INVALID"],
    [
      keyboard({ callback_data: "x" }),
      "Bad Request: can't parse inline keyboard button: Can't find field \"text\"",
    ],
    [
      keyboard({ text: "x" }),
      "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [keyboard({ text: "x", url: "https://example.com" }), undefined],
    [
      keyboard({ text: "x", url: "http://localhost:80/" }),
      "Bad Request: inline keyboard button URL 'http://localhost:80/' is invalid: Wrong HTTP URL",
    ],
    [
      keyboard({ text: "x", url: "ftp://a.b" }),
      "Bad Request: inline keyboard button URL 'ftp://a.b' is invalid: Unsupported URL protocol",
    ],
    [
      keyboard({ text: "x", web_app: { url: "http://a.b" } }),
      "Bad Request: inline keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed",
    ],
    [
      keyboard({ text: "x", callback_data: "x", style: "pink" }),
      "Bad Request: can't parse inline keyboard button: invalid button style specified",
    ],
    [
      keyboard(...Array.from({ length: 9 }, () => ({ text: "x", callback_data: "x" }))),
      "Bad Request: reply markup is too long",
    ],
    [
      { inline_keyboard: Array.from({ length: 101 }, () => [{ text: "x", callback_data: "x" }]) },
      "Bad Request: reply markup is too long",
    ],
    [{ inline_keyboard: {} }, 'Bad Request: field "inline_keyboard" must be of type Array'],
    [[], "Bad Request: object expected as reply markup"],
    [{ keyboard: [["Yes", { text: "No" }]], resize_keyboard: true }, undefined],
    [{ remove_keyboard: true }, undefined],
  ];
  for (const [reply_markup, expected] of cases)
    assert.equal(await refusal({ text: "x", reply_markup }), expected, JSON.stringify(reply_markup));
  assert.equal(
    await refusal({ text: "x", reply_markup: "{" }),
    "Bad Request: can't parse reply keyboard markup JSON object",
  );
  assert.equal(
    await refusal({
      chat_id: forum,
      text: "x",
      reply_markup: keyboard({ text: "x", web_app: { url: "https://a.b" } }),
    }),
    "Bad Request: BUTTON_TYPE_INVALID",
  );
});

test("replies and topics", async () => {
  const { message } = emulator.control.actor(5).write("hello");
  const reply = await send({ text: "x", reply_parameters: { message_id: message.messageId } });
  assert.equal(field(reply.result, "reply_to_message", "text"), "hello");
  assert.equal(
    await refusal({ text: "x", reply_parameters: { message_id: 99 } }),
    "Bad Request: message to be replied not found",
  );
  assert.equal(
    await refusal({ text: "x", reply_parameters: { message_id: 99, allow_sending_without_reply: true } }),
    undefined,
  );
  assert.equal(await refusal({ text: "x", message_thread_id: 4 }), "Bad Request: message thread not found");
  emulator.control.actor(6).write("/disk", { chat: forum, threadId: 4 });
  const topic = await send({ chat_id: forum, text: "x", message_thread_id: 4 });
  assert.equal(field(topic.result, "message_thread_id"), 4);
});

test("edits change the message, keep its history and refuse what changes nothing", async () => {
  const reply_markup = keyboard({ text: "Go", callback_data: "go" });
  await send({ text: "one", reply_markup });
  clock.advance(5_000);
  const edited = await send({ message_id: 1, text: "<i>two</i>", reply_markup }, "editMessageText");
  assert.equal(field(edited.result, "edit_date"), Math.floor(clock.now() / 1000));
  const message = emulator.control.chat(5).last;
  assert.deepEqual(
    [message?.text, message?.edits, message?.history.map((one) => one.text)],
    ["two", 1, ["one"]],
  );
  const unchanged =
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";
  assert.equal(
    await refusal({ message_id: 1, text: "<em>two</em>", reply_markup }, "editMessageText"),
    unchanged,
  );
  assert.equal(await refusal({ message_id: 1, reply_markup }, "editMessageReplyMarkup"), unchanged);
  assert.equal(
    (await send({ message_id: 1, text: "<em>two</em>" }, "editMessageText")).ok,
    true,
    "the keyboard went",
  );
  assert.deepEqual(emulator.control.chat(5).last?.buttons, []);
  assert.equal(
    await refusal({ message_id: 1, caption: "x" }, "editMessageCaption"),
    "Bad Request: there is no caption in the message to edit",
  );
  assert.equal(
    await refusal({ text: "x" }, "editMessageText"),
    "Bad Request: message identifier is not specified",
  );
  assert.equal(
    await refusal({ message_id: 99, text: "x" }, "editMessageText"),
    "Bad Request: message to edit not found",
  );
  const { message: theirs } = emulator.control.actor(5).write("mine");
  assert.equal(
    await refusal({ message_id: theirs.messageId, text: "x" }, "editMessageText"),
    "Bad Request: message can't be edited",
  );
});

test("a bot deletes its own messages, others' in private chats, for two days", async () => {
  await send({ text: "mine" });
  const { message } = emulator.control.actor(5).write("/add srv_secret");
  assert.equal((await send({ message_id: message.messageId }, "deleteMessage")).result, true);
  assert.equal(message.deleted, true);
  assert.equal(
    await refusal({ message_id: message.messageId }, "deleteMessage"),
    "Bad Request: message to delete not found",
  );
  const inGroup = emulator.control.actor(5).write("/x", { chat: forum }).message;
  assert.equal(
    await refusal({ chat_id: forum, message_id: inGroup.messageId }, "deleteMessage"),
    "Bad Request: message can't be deleted",
  );
  emulator.control.setBotStanding(forum, "administrator", 5);
  assert.equal(await refusal({ chat_id: forum, message_id: inGroup.messageId }, "deleteMessage"), undefined);
  clock.advance(49 * 3600 * 1000);
  assert.equal(await refusal({ message_id: 1 }, "deleteMessage"), "Bad Request: message can't be deleted");
});

test("chats and members are told as they are", async () => {
  assert.equal(field((await call(emulator, "getChat", { chat_id: forum })).result, "is_forum"), true);
  const standing = async (user_id: number) =>
    field((await call(emulator, "getChatMember", { chat_id: forum, user_id })).result, "status");
  assert.deepEqual(
    [await standing(5), await standing(6), await standing(7), await standing(7_000_000_001)],
    ["creator", "member", "left", "member"],
  );
  assert.equal(
    (await call(emulator, "getChatMember", { chat_id: forum, user_id: 99 })).description,
    "Bad Request: user not found",
  );
});

test("actions are seen and must be known", async () => {
  assert.equal(await refusal({ action: "typing" }, "sendChatAction"), undefined);
  assert.equal(
    await refusal({ action: "sleeping" }, "sendChatAction"),
    "Bad Request: wrong parameter action in request",
  );
  assert.deepEqual(emulator.control.chat(5).actions, [{ action: "typing", at: clock.now() }]);
});
