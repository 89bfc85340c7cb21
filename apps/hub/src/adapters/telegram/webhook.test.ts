/** The webhook against the emulator's pusher over HTTP: proof, keeping, order, repetition. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { HttpReply, HttpRoute } from "../../core/ports/http.ts";
import { botFor, echo, emulatorFor } from "./bot.test-suite.ts";
import { settle, textOf } from "./turned.test-suite.ts";

const secret = "s3cret_of-the-hook";

/** Serves the route as the hub does, and gives its base URL. */
async function served(t: TestContext, route: () => HttpRoute | undefined) {
  const replies: HttpReply[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", async () => {
      const body = new Uint8Array(Buffer.concat(parts));
      const found = route();
      assert.ok(found && request.url === found.path && request.method === found.method);
      const reply = await found.handle({ headers: request.headers, body, from: "127.0.0.1" });
      replies.push(reply);
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, replies };
}

async function hooked(t: TestContext, act = echo) {
  const emulator = await emulatorFor(t);
  const { url, replies } = await served(t, () => bot.telegram.routes[0]);
  const bot = botFor(t, emulator, act, { webhook: { url, secret } });
  const post = (headers: Record<string, string>, body: string) =>
    fetch(`${url}/telegram/webhook`, { method: "POST", headers, body });
  return { emulator, url, replies, post, ...bot };
}

test("updates come in, are answered with 200 at once, and handled", async (t) => {
  let letGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { emulator, telegram, replies, handler } = await hooked(t, async (incoming, port) => {
    await slow;
    await echo(incoming, port);
  });
  await telegram.start();
  const set = () => emulator.control.calls.find(({ method }) => method === "setWebhook");
  while (set() === undefined) await settle();
  assert.equal(set()?.ok, true, set()?.description);
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  anna.write("/one");
  anna.write("/two");
  while (replies.length < 2) await settle();
  assert.deepEqual(
    replies.map(({ status }) => status),
    [200, 200],
  );
  assert.deepEqual(handler.seen.map(textOf), ["/one"]);
  letGo();
  assert.equal((await anna.chat.next()).text, "got: /one");
  assert.equal((await anna.chat.next()).text, "got: /two");
  assert.equal(telegram.status().status, "ok");
  assert.ok(!emulator.control.calls.some(({ method }) => method === "getUpdates"));
});

test("without the right secret nothing is read, kept or told", async (t) => {
  const { telegram, post, inbox, handler, metrics } = await hooked(t);
  await telegram.start();
  const update = JSON.stringify({ update_id: 1, message: { message_id: 1, text: "/temp" } });
  const name = "x-telegram-bot-api-secret-token";
  for (const headers of [
    {},
    { [name]: "" },
    { [name]: "wrong" },
    { [name]: `${secret}x` },
    { [name]: secret.slice(1) },
  ]) {
    const reply = await post(headers, update);
    assert.deepEqual([reply.status, await reply.text()], [401, ""]);
  }
  assert.deepEqual([inbox.open(), handler.seen], [[], []]);
  assert.equal(metrics.counted.get("telegram_webhook_refused"), 5);
  assert.equal((await post({ [name]: secret }, "{no json")).status, 400);
});

test("what can not be kept is taken only when it was handled, and is known when it comes again", async (t) => {
  let letGo = () => {};
  const slow = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { emulator, telegram, post, inbox, handler, clock } = await hooked(t, async (incoming, port) => {
    await slow;
    await echo(incoming, port);
  });
  await telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const update = {
    update_id: 900,
    message: {
      message_id: 5,
      date: 1,
      text: "/temp",
      from: { id: 7, is_bot: false, first_name: "Anna" },
      chat: { id: 7, type: "private" },
    },
  };
  const headers = { "x-telegram-bot-api-secret-token": secret };
  inbox.broken = true;
  let taken = false;
  const first = post(headers, JSON.stringify(update)).then(({ status }) => {
    taken = true;
    return status;
  });
  await handler.until(1);
  // Brought again while it is being handled.
  const second = post(headers, JSON.stringify(update));
  assert.deepEqual([handler.seen[0]?.unkept, taken], [true, false]);
  letGo();
  assert.deepEqual([await first, (await second).status], [200, 200]);
  inbox.broken = false;
  await clock.turn(2_500);
  for (let time = 0; time < 3; time++)
    assert.equal((await post(headers, JSON.stringify(update))).status, 200);
  assert.equal((await anna.chat.next()).text, "got: /temp");
  while (inbox.open().length > 0) await settle();
  assert.equal(anna.chat.messages.filter(({ from }) => from.bot).length, 1, "once, however often it came");
});

test("an update that comes before the bot knows its name waits, and acts once", async (t) => {
  const { emulator, telegram, post, handler } = await hooked(t);
  const anna = emulator.control.person({ id: 7, firstName: "Anna", started: true });
  const update = {
    update_id: 901,
    message: {
      message_id: 5,
      date: 1,
      text: `/temp@${emulator.botUsername}`,
      from: { id: 7, is_bot: false, first_name: "Anna" },
      chat: { id: 7, type: "private" },
    },
  };
  assert.equal(
    (await post({ "x-telegram-bot-api-secret-token": secret }, JSON.stringify(update))).status,
    200,
  );
  assert.deepEqual(handler.seen, []);
  await telegram.start();
  assert.equal((await anna.chat.next()).text, "got: /temp");
  assert.equal(handler.seen.length, 1);
});

test("back to polling: the webhook is taken away, and what waits is kept", async (t) => {
  const { emulator, telegram, stop } = await hooked(t);
  await telegram.start();
  while (!emulator.control.calls.some(({ method }) => method === "setWebhook")) await settle();
  await stop();
  const polling = botFor(t, emulator, echo);
  await polling.telegram.start();
  const anna = emulator.control.person({ id: 7, firstName: "Anna" });
  anna.write("/temp");
  assert.equal((await anna.chat.next()).text, "got: /temp");
  const taken = emulator.control.calls.filter(({ method }) => method === "deleteWebhook");
  assert.deepEqual(
    taken.map(({ params }) => params.drop_pending_updates),
    [false],
  );
});
