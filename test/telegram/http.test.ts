/** The HTTP surface: ways to call, tokens, faults on demand, the record of calls. */
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { answerOf, call, field } from "./caller.ts";
import { TurnedClock } from "./clock.ts";
import { type Emulator, startTelegramEmulator } from "./emulator.ts";

const clock = new TurnedClock();
let emulator: Emulator = await startTelegramEmulator({ clock });

beforeEach(async () => {
  await emulator.close();
  emulator = await startTelegramEmulator({ clock });
  emulator.control.person({ id: 5, firstName: "Ann", started: true });
});
after(() => emulator.close());

const address = (method: string, token = emulator.token) => `${emulator.url}/bot${token}/${method}`;
const get = async (url: string, init?: RequestInit) => answerOf(await (await fetch(url, init)).json());

test("query, urlencoded, JSON and multipart bodies mean the same, names in any case", async () => {
  const fields = { chat_id: "5", text: "a & b", disable_notification: "true" };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answers = [
    await get(`${address("SENDMESSAGE")}?${new URLSearchParams(fields).toString()}`),
    await get(address("sendmessage"), { method: "POST", body: new URLSearchParams(fields) }),
    await get(address("sendMessage"), { method: "POST", body: form }),
    await call(emulator, "sendMessage", { chat_id: 5, text: "a & b", disable_notification: true }),
  ];
  assert.deepEqual(
    answers.map(({ result }) => field(result, "text")),
    Array(4).fill("a & b"),
  );
  assert.deepEqual(
    emulator.control.calls.map(({ method, ok }) => [method, ok]),
    Array(4).fill(["sendMessage", true]),
  );
  assert.deepEqual(emulator.control.warnings, []);
});

test("wrong tokens, unknown methods and broken bodies", async () => {
  assert.deepEqual(await get(address("getMe", "7:wrong")), {
    ok: false,
    error_code: 401,
    description: "Unauthorized",
  });
  assert.equal((await fetch(address("getMe", "7:wrong"))).status, 401);
  assert.equal((await get(address("getMe", "junk"))).description, "Unauthorized: invalid token specified");
  assert.deepEqual(await get(address("makeTea")), { ok: false, error_code: 404, description: "Not Found" });
  const headers = { "content-type": "application/json" };
  assert.equal(
    (await get(address("getMe"), { method: "POST", headers, body: "{" })).description,
    "Bad Request: can't parse JSON object",
  );
  assert.equal(
    (
      await get(address("getMe"), {
        method: "POST",
        headers: { "content-type": "multipart/form-data; boundary=x" },
        body: "--y",
      })
    ).error_code,
    400,
  );
});

test("what the real server would ignore is recorded", async () => {
  await call(emulator, "sendMessage", { chat_id: 5, text: "x", reply_markups: {} });
  await call(emulator, "makeTea");
  assert.deepEqual(emulator.control.warnings, [
    "sendMessage: unknown parameter reply_markups",
    "method makeTea is unknown to the emulator",
  ]);
});

test("faults: 429, 500, 502 and cut connections", async () => {
  const { faults } = emulator.control;
  const send = () => call(emulator, "sendMessage", { chat_id: 5, text: "x" });
  faults.add({ kind: "429", times: 1, method: "sendmessage", retryAfter: 7 });
  assert.equal((await call(emulator, "getMe")).ok, true, "another method is spared");
  assert.deepEqual(await send(), {
    ok: false,
    error_code: 429,
    description: "Too Many Requests: retry after 7",
    parameters: { retry_after: 7 },
  });
  faults.add({ kind: "500", times: 1 });
  faults.add({ kind: "502", times: 1 });
  assert.deepEqual([(await send()).error_code, (await send()).error_code], [500, 502]);
  faults.add({ kind: "drop", times: 1, chatId: 5 });
  await assert.rejects(send(), TypeError);
  assert.equal(emulator.control.chat(5).messages.length, 0);
  faults.add({ kind: "drop-after", times: 1 });
  await assert.rejects(send(), TypeError);
  assert.equal(emulator.control.chat(5).messages.length, 1, "sent, though the answer was lost");
  assert.equal(faults.pending, 0);
  assert.equal((await send()).ok, true);
});

test("a delayed call waits for the clock", async () => {
  emulator.control.faults.add({ kind: "delay", times: 1, delayMs: 60_000 });
  let done = false;
  const slow = call(emulator, "sendMessage", { chat_id: 5, text: "x" }).finally(() => {
    done = true;
  });
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  await call(emulator, "getMe");
  assert.equal(done, false);
  clock.advance(60_000);
  assert.equal((await slow).ok, true);
});

test("closing ends polls and waiting, and leaves no timer", async () => {
  const poll = fetch(address("getUpdates?timeout=50"));
  const next = emulator.control.chat(5).next(undefined, { timeoutMs: 60_000 });
  const rejected = assert.rejects(next, /the emulator was closed/);
  while (!emulator.control.polled) await new Promise((resolve) => setImmediate(resolve));
  await emulator.close();
  await rejected;
  await Promise.allSettled([poll]);
  assert.equal(clock.waiting, 0);
});
