/** Webhooks against a real HTTP server: the secret, order, retries and answers that act. */
import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { test } from "node:test";
import { call, field } from "./caller.ts";
import { TurnedClock } from "./clock.ts";
import { type Emulator, startTelegramEmulator } from "./emulator.ts";
import { readBody } from "./requestbody.ts";

interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly update: unknown;
  readonly response: ServerResponse;
}

/** A bot's webhook; arrivals are taken one by one and answered by the test. */
async function bot(
  run: (emulator: Emulator, clock: TurnedClock, url: string, next: () => Promise<Arrival>) => Promise<void>,
) {
  const arrived: Arrival[] = [];
  const waiting: ((arrival: Arrival) => void)[] = [];
  const server = createServer(async (request, response) => {
    const arrival = {
      headers: request.headers,
      update: JSON.parse((await readBody(request)).toString()),
      response,
    };
    const first = waiting.shift();
    if (first) first(arrival);
    else arrived.push(arrival);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const clock = new TurnedClock();
  const emulator = await startTelegramEmulator({ clock });
  emulator.control.person({ id: 5, firstName: "Ann" });
  emulator.control.person({ id: 6, firstName: "Bob" });
  const next = () => {
    const ready = arrived.shift();
    return ready ? Promise.resolve(ready) : new Promise<Arrival>((resolve) => waiting.push(resolve));
  };
  try {
    await run(emulator, clock, `http://127.0.0.1:${port}/hook`, next);
  } finally {
    await emulator.close();
    assert.equal(clock.waiting, 0, "nothing is planned after close");
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const textOf = ({ update }: Arrival) => field(update, "message", "text");

async function pending(emulator: Emulator, count: number): Promise<void> {
  while (emulator.control.pendingUpdates !== count) await new Promise((resolve) => setImmediate(resolve));
}

test("updates come with the secret, in order within a chat, chats side by side", () =>
  bot(async (emulator, _clock, url, next) => {
    assert.equal((await call(emulator, "setWebhook", { url, secret_token: "s3cret_-" })).ok, true);
    const [ann, bob] = [emulator.control.actor(5), emulator.control.actor(6)];
    ann.write("a1");
    ann.write("a2");
    bob.write("b1");
    const [first, second] = [await next(), await next()];
    assert.deepEqual([textOf(first), textOf(second)].toSorted(), ["a1", "b1"]);
    assert.equal(first.headers["x-telegram-bot-api-secret-token"], "s3cret_-");
    for (const { response } of [first, second]) response.end();
    const third = await next();
    assert.equal(textOf(third), "a2");
    third.response.end();
    await pending(emulator, 0);
  }));

test("a failed delivery comes again, later and later, with the same id", () =>
  bot(async (emulator, clock, url, next) => {
    await call(emulator, "setWebhook", { url });
    const { updateId } = emulator.control.actor(5).write("a1");
    for (const pause of [1_000, 2_000, 4_000]) {
      const arrival = await next();
      assert.equal(field(arrival.update, "update_id"), updateId);
      arrival.response.writeHead(503).end();
      while (
        clock.waiting === 0 ||
        field((await call(emulator, "getWebhookInfo")).result, "last_error_date") !==
          Math.floor(clock.now() / 1000)
      );
      const info = (await call(emulator, "getWebhookInfo")).result;
      assert.equal(
        field(info, "last_error_message"),
        "Wrong response from the webhook: 503 Service Unavailable",
      );
      assert.equal(field(info, "pending_update_count"), 1);
      clock.advance(pause);
    }
    (await next()).response.end();
    await pending(emulator, 0);
  }));

test("a call in the answer is performed", () =>
  bot(async (emulator, _clock, url, next) => {
    await call(emulator, "setWebhook", { url });
    const ann = emulator.control.actor(5);
    ann.write("/start");
    const answer = { method: "sendMessage", chat_id: 5, text: "by answer" };
    (await next()).response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
    assert.equal((await ann.chat.next()).text, "by answer");
  }));

test("while a webhook is set nobody may poll, and the waiting poll ends", () =>
  bot(async (emulator, _clock, url) => {
    const poll = call(emulator, "getUpdates", { timeout: 50 });
    while (!emulator.control.polled) await new Promise((resolve) => setImmediate(resolve));
    await call(emulator, "setWebhook", { url });
    assert.equal((await poll).description, "Conflict: terminated by setWebhook request");
    assert.equal(
      (await call(emulator, "getUpdates")).description,
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
    await call(emulator, "deleteWebhook");
    assert.equal((await call(emulator, "getUpdates")).ok, true);
  }));

test("what was not delivered can be polled, or dropped", () =>
  bot(async (emulator, _clock, url, next) => {
    await call(emulator, "setWebhook", { url });
    emulator.control.actor(5).write("a1");
    await next();
    await call(emulator, "deleteWebhook");
    assert.equal(field((await call(emulator, "getUpdates")).result, 0, "message", "text"), "a1");
    await call(emulator, "deleteWebhook", { drop_pending_updates: true });
    assert.deepEqual((await call(emulator, "getUpdates")).result, []);
  }));

test("odd webhooks are refused", () =>
  bot(async (emulator) => {
    const refusal = async (params: object) => (await call(emulator, "setWebhook", params)).description;
    assert.equal(
      await refusal({ url: "http://example.com" }),
      "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
    );
    assert.equal(
      await refusal({ url: "https://example.com", secret_token: "a b" }),
      "Bad Request: secret token contains unallowed characters",
    );
  }));
