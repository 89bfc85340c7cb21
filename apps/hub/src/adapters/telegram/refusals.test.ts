/** What Telegram says rarely: refused markup, a revoked token, a moved group, a closed topic, a page instead of JSON. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatRef } from "../../core/ports/chat.ts";
import { botFor, echo, emulatorFor, words } from "./bot.test-suite.ts";
import { meddlerFor, type Rule, refusal } from "./meddler.test-suite.ts";
import { settle } from "./turned.test-suite.ts";

const anna: ChatRef = { channel: "telegram", chatId: "7", kind: "private" };

test("markup that is refused is sent again as plain words, and somebody is told", async (t) => {
  const emulator = await emulatorFor(t);
  const rule: Rule = (_method, { parse_mode }) =>
    parse_mode === "HTML"
      ? refusal(400, "Bad Request: can't parse entities: Unsupported start tag")
      : undefined;
  const apiRoot = await meddlerFor(t, emulator.url, rule);
  const { telegram, log, metrics } = botFor(t, emulator, echo, { apiRoot });
  await telegram.start();
  const chat = emulator.control.person({ id: 7, firstName: "Anna", started: true }).chat;
  const { messageId } = await telegram.port.send(anna, words("a <b> & c", { title: "T" }));
  assert.equal(chat.last?.text, "T\n\na <b> & c");
  await telegram.port.edit(anna, messageId, words("d <e>"));
  assert.equal(chat.last?.text, "d <e>");
  assert.deepEqual(log.events("error"), ["telegram.markup-refused", "telegram.markup-refused"]);
  assert.equal(metrics.counted.get("telegram_markup_refused"), 2);
});

test("a token revoked while it runs: down, said once as an error, tried again slowly", async (t) => {
  const emulator = await emulatorFor(t);
  let revoked = true;
  const apiRoot = await meddlerFor(t, emulator.url, (method) =>
    revoked && method === "getUpdates" ? refusal(401, "Unauthorized") : undefined,
  );
  const { telegram, log, clock } = botFor(t, emulator, echo, { apiRoot });
  await telegram.start();
  await log.until("telegram.token-refused");
  assert.deepEqual(telegram.status(), { status: "down", detail: "Telegram refuses the bot token" });
  await clock.turn(59_999);
  revoked = false;
  await clock.turn(1);
  while (!emulator.control.polled) await settle();
  emulator.control.person({ id: 7, firstName: "Anna" }).write("/temp");
  assert.equal((await emulator.control.chat(7).next()).text, "got: /temp");
  assert.deepEqual(log.events("error"), ["telegram.token-refused"]);
});

test("a group that became a supergroup, and a topic that is gone: the message arrives", async (t) => {
  const emulator = await emulatorFor(t);
  const rule: Rule = (_method, { chat_id, message_thread_id }) => {
    if (chat_id === -5) {
      return refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", {
        migrate_to_chat_id: -1_000_000_000_005,
      });
    }
    return message_thread_id === 12 ? refusal(400, "Bad Request: message thread not found") : undefined;
  };
  const apiRoot = await meddlerFor(t, emulator.url, rule);
  const { telegram } = botFor(t, emulator, echo, { apiRoot });
  await telegram.start();
  emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const group = emulator.control.group({ id: -1_000_000_000_005, title: "Team", members: [7] });
  await telegram.port.send({ channel: "telegram", chatId: "-5", kind: "group", topic: "12" }, words("moved"));
  assert.equal(group.last?.text, "moved");
  await telegram.port.send({ channel: "telegram", chatId: "-5", kind: "group" }, words("again"));
  assert.equal(group.last?.text, "again");
});

test("a page of a broken gateway instead of JSON is waited out, and the URL with the token stays unseen", async (t) => {
  const emulator = await emulatorFor(t);
  let left = 2;
  const apiRoot = await meddlerFor(t, emulator.url, (method) => {
    if (method !== "editMessageText" || left === 0) return undefined;
    left--;
    return { status: 502, body: "<html>Bad Gateway</html>" };
  });
  const { telegram, log, clock } = botFor(t, emulator, echo, { apiRoot });
  await telegram.start();
  emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const { messageId } = await telegram.port.send(anna, words("one"));
  const edited = telegram.port.edit(anna, messageId, words("two"));
  await log.until("telegram.call-failed", 1);
  await clock.turn(1_000);
  await log.until("telegram.call-failed", 2);
  await clock.turn(2_000);
  assert.deepEqual(await edited, { messageId });
  const text = JSON.stringify(log.lines);
  assert.ok(
    text.includes("answered 502 and no JSON") && !text.includes(emulator.token),
    "the reason is kept, the token is not",
  );
});

test("after a quiet week Telegram may count on from a lower number: nothing is missed", async (t) => {
  const emulator = await emulatorFor(t);
  const update = (update_id: number) => ({
    update_id,
    message: {
      message_id: update_id,
      text: `/n${update_id}`,
      from: { id: 7, is_bot: false, first_name: "Anna" },
      chat: { id: 7, type: "private" },
    },
  });
  const batches = [[update(500)], [], [update(3)]];
  const offsets: unknown[] = [];
  const apiRoot = await meddlerFor(t, emulator.url, (method, { offset }) => {
    if (method !== "getUpdates") return undefined;
    offsets.push(offset);
    const result = batches.shift();
    return result === undefined ? undefined : { status: 200, body: { ok: true, result } };
  });
  const { telegram, handler } = botFor(t, emulator, async () => {}, { apiRoot });
  await telegram.start();
  await handler.until(2);
  assert.deepEqual(offsets.slice(0, 3), [0, 501, 0]);
});

test("a call without an answer ends at its deadline", async (t) => {
  const emulator = await emulatorFor(t);
  const { telegram, log, clock } = botFor(t, emulator, echo);
  await telegram.start();
  emulator.control.person({ id: 7, firstName: "Anna", started: true });
  emulator.control.faults.add({ kind: "delay", times: 1, method: "sendMessage", delayMs: 600_000 });
  const sent = telegram.port.send(anna, words("late"));
  while (emulator.control.faults.pending > 0) await settle();
  await clock.turn(10_000);
  await log.until("telegram.call-failed");
  assert.match(
    String(log.lines.find(({ event }) => event === "telegram.call-failed")?.fields.reason),
    /no answer within 10 s/,
  );
  await clock.turn(1_000);
  await sent;
});
