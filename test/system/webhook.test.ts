/** Telegram pushes instead of being polled: with the right secret, and with none. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { freePort } from "./ports.ts";
import { ask, assertSecretsKept, openSystem, press, type System } from "./system.ts";

const secret = "hook_secret-0123456789";
let system: System;

before(async () => {
  const port = await freePort();
  system = await openSystem({
    env: {
      SERVEREYE_ADMINS: "1",
      SERVEREYE_HTTP_PORT: String(port),
      TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}`,
      TELEGRAM_WEBHOOK_SECRET: secret,
    },
  });
  system.secrets.add(secret);
});
after(() => system.close());

it("questions come in by the webhook and are answered by a real agent", async () => {
  const ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
  const { agentUrl, hubKey, enrol } = system.hub;
  await system.startAgent("web-1", { url: agentUrl, hubKey, enrol }).connected();
  assert.match((await ask(ann, "/memory")).text, /Memory · web-1/);
  system.clock.advance(1_000);
  assert.match((await press(ann, "🔄 Refresh")).message.text, /Memory · web-1/);
  assert.ok(!system.emulator.control.calls.some(({ method }) => method === "getUpdates"));
});

it("nobody else can post updates", async () => {
  const ann = system.emulator.control.actor(1);
  const count = ann.chat.messages.length;
  const update = {
    update_id: 999_000_001,
    message: {
      message_id: 900,
      date: 1_700_000_000,
      from: { id: 1, is_bot: false, first_name: "Ann" },
      chat: { id: 1, type: "private", first_name: "Ann" },
      text: "/servers",
    },
  };
  const post = (headers: Record<string, string>) =>
    fetch(`${system.hub.url}/telegram/webhook`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(update),
    });
  const name = "x-telegram-bot-api-secret-token";
  for (const headers of [{}, { [name]: "" }, { [name]: `${secret}x` }, { [name]: secret.toUpperCase() }])
    assert.equal((await post(headers)).status, 401);
  await ask(ann, "/ping");
  assert.ok(!ann.chat.messages.slice(count).some(({ text }) => text.includes("1 server")));
  assert.equal((await post({ [name]: secret })).status, 200);
  await ann.chat.next(({ text }) => text.includes("1 server, 1 online"));
});

it("the log holds neither token nor secret", () => {
  assert.ok(assertSecretsKept(system) > 200);
});
