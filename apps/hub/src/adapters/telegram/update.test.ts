/** Updates as Telegram sends them, and what is made of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Read, readUpdate, updateId } from "./update.ts";

const me = { id: 99, username: "Eye_bot" };
const anna = { id: 7, is_bot: false, first_name: "Anna", last_name: "B", language_code: "ru" };
const chats = {
  private: { id: 7, type: "private" },
  group: { id: -5, type: "group" },
  forum: { id: -1001, type: "supergroup" },
  channel: { id: -1002, type: "channel" },
};

function message(more: Record<string, unknown>): Read {
  return readUpdate(
    { update_id: 1, message: { message_id: 3, date: 1, from: anna, chat: chats.private, ...more } },
    me,
  );
}

function written(read: Read): string | undefined {
  return read.kind === "incoming" && read.incoming.did.kind === "wrote" ? read.incoming.did.text : undefined;
}

test("a message of a person", () => {
  assert.deepEqual(message({ text: "/memory web-1" }), {
    kind: "incoming",
    chat: "7",
    incoming: {
      account: { channel: "telegram", externalId: "7" },
      name: "Anna B",
      languageCode: "ru",
      chat: { channel: "telegram", chatId: "7", kind: "private" },
      messageId: "3",
      did: { kind: "wrote", text: "/memory web-1" },
    },
  });
  assert.equal(written(message({ caption: "/add x", photo: [] })), "/add x");
  assert.equal(written(message({ text: "/start setup_abc" })), "/start setup_abc");
});

test("commands for this bot lose its name, commands for others are not ours", () => {
  assert.equal(written(message({ text: "/temp@eye_BOT web 1" })), "/temp web 1");
  assert.equal(written(message({ text: "/temp@other_bot" })), undefined);
  assert.equal(written(message({ chat: chats.group, text: "/temp@Eye_bot" })), "/temp");
});

test("in groups: commands and replies to the bot, no talk", () => {
  const talk = { chat: chats.group, text: "hello" };
  assert.equal(written(message(talk)), undefined);
  assert.equal(written(message({ ...talk, reply_to_message: { from: { id: 99 } } })), "hello");
  assert.equal(written(message({ ...talk, reply_to_message: { from: { id: 8 } } })), undefined);
  const read = message({ chat: chats.group, text: "/temp" });
  assert.ok(read.kind === "incoming" && read.incoming.chat.kind === "group");
});

test("a forum's topic is part of the place, a mere thread of replies is not", () => {
  const topic = message({ chat: chats.forum, text: "/temp", message_thread_id: 12, is_topic_message: true });
  assert.ok(topic.kind === "incoming" && topic.incoming.chat.topic === "12");
  const thread = message({ chat: chats.forum, text: "/temp", message_thread_id: 12 });
  assert.ok(thread.kind === "incoming" && thread.incoming.chat.topic === undefined);
});

test("bots, channels, edits and things without words are passed over, in their chat's order", () => {
  const cases: Array<[Read, string]> = [
    [message({ text: "/temp", from: { ...anna, is_bot: true } }), "not-a-person"],
    [message({ text: "/temp", from: undefined }), "not-a-person"],
    [message({ text: "/temp", chat: chats.channel }), "channel"],
    [message({ sticker: {} }), "no-text"],
    [
      readUpdate(
        { update_id: 1, edited_message: { message_id: 3, text: "/temp", chat: chats.private, from: anna } },
        me,
      ),
      "other-kind",
    ],
    [readUpdate({ update_id: 1, message: { message_id: "3" } }, me), "unreadable"],
  ];
  for (const [read, why] of cases)
    assert.ok(read.kind === "ignored" && read.why === why, JSON.stringify(read));
});

test("a press names who pressed, not who the message was for; also when the message is out of reach", () => {
  const stranger = { id: 66, is_bot: false, first_name: "Mallory\u202e\nadmin" };
  const press = (more: Record<string, unknown>) =>
    readUpdate(
      {
        update_id: 1,
        callback_query: { id: "q1", from: stranger, chat_instance: "1", data: "tok", ...more },
      },
      me,
    );
  const read = press({ message: { message_id: 4, date: 0, chat: chats.group } });
  assert.deepEqual(read, {
    kind: "incoming",
    chat: "-5",
    pressId: "q1",
    incoming: {
      account: { channel: "telegram", externalId: "66" },
      name: "Mallory admin",
      languageCode: undefined,
      chat: { channel: "telegram", chatId: "-5", kind: "group" },
      messageId: "4",
      did: { kind: "pressed", token: "tok", pressId: "q1" },
    },
  });
  for (const odd of [press({}), press({ message: { message_id: 4, chat: chats.group }, data: undefined })]) {
    assert.ok(odd.kind === "ignored" && odd.pressId === "q1", "it is still to be answered");
  }
});

test("no update whatever makes the reading throw", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), fc.anything(), (a, b, c) => {
      readUpdate(a, me);
      readUpdate({ update_id: 1, message: b, callback_query: c }, me);
      updateId(a);
    }),
  );
});

test("the longest names Telegram gives fit what the store keeps, and no character is cut apart", () => {
  const read = message({
    text: "/help",
    from: { ...anna, first_name: "😀".repeat(64), last_name: "Я".repeat(64) },
  });
  assert.ok(read.kind === "incoming");
  assert.equal(read.incoming.name, "😀".repeat(64));
  assert.ok(read.incoming.name.length <= 128);
});
