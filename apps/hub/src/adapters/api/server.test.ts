/** The HTTP side by itself on a turned clock: followers, bounds, routes that others bring, the page, what is said of health. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import type { ChatEvent, Health } from "@servereye/contract";
import { keptLog, realChance, turnedClock } from "../../core/fleet/doubles.test-code.ts";
import type { Account, People } from "../../core/ports/people.ts";
import type { Tickets } from "../../core/ports/servers.ts";
import type { Sessions } from "../../core/ports/store.ts";
import { type Api, type ApiOptions, startApi } from "./server.ts";

const CONSOLE = "console-token-of-a-test";
const open = new Set<() => Promise<unknown> | unknown>();
afterEach(async () => {
  for (const close of [...open].reverse()) await close();
  open.clear();
});

const never = async (): Promise<never> => Promise.reject(new Error("not part of this test"));
const ok: Health = {
  status: "ok",
  version: "0",
  uptime: 1,
  database: { status: "ok" },
  broker: { status: "ok" },
  telegram: { status: "off" },
  agents: { connected: 0 },
};

async function bench(more: Partial<ApiOptions> = {}) {
  const clock = turnedClock();
  const log = keptLog();
  const sessions = new Map<string, Account>();
  const followers = new Set<(event: ChatEvent) => void>();
  const kept: ChatEvent[] = [];
  const writing: Array<PromiseWithResolvers<void>> = [];
  const health = { now: ok };
  const api: Api = await startApi({
    host: "127.0.0.1",
    port: 0,
    publicUrl: () => "http://127.0.0.1",
    version: "0",
    pageFolder: undefined,
    agentBundle: undefined,
    hubKey: "",
    consoleToken: CONSOLE,
    sessions: {
      start: async (secret, account) => void sessions.set(secret, account),
      find: async (secret) => sessions.get(secret),
      end: async (secret) => void sessions.delete(secret),
    } satisfies Sessions,
    tickets: {
      issue: never,
      revoke: never,
      redeem: async (kind) => ({ kind, issuer: null, data: {} }),
    } satisfies Tickets,
    people: new Proxy({} as People, { get: () => never }),
    conversations: {
      write: () => {
        const one = Promise.withResolvers<void>();
        writing.push(one);
        return one.promise;
      },
      press: never,
      file: (account, id) =>
        account.externalId === "owner" && id === "m1"
          ? { name: 'веб "1".log', mediaType: "text/plain", bytes: new TextEncoder().encode("line\n") }
          : undefined,
      follow: (_account, onEvent) => {
        for (const event of kept) onEvent(event);
        followers.add(onEvent);
        return () => followers.delete(onEvent);
      },
    },
    menu: () => [],
    health: { health: async () => health.now },
    metrics: async () => ({ contentType: "text/plain", text: "" }),
    routes: [],
    upgrade: () => undefined,
    clock,
    chance: realChance,
    log,
    ...more,
  });
  open.add(() => api.close());
  return { api, clock, log, sessions, followers, kept, writing, health };
}

const bearer = { authorization: `Bearer ${CONSOLE}` };
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
};
const message = (text: string): ChatEvent => ({
  type: "message",
  message: { id: "m1", revision: 1, from: "person", at: 0, text },
});

function follow(url: string, headers: Record<string, string>) {
  const state = { text: "", ended: false };
  const asked = get(`${url}/api/v1/chat/events`, { headers }, (answer) => {
    answer.setEncoding("utf8").on("data", (part: string) => {
      state.text += part;
    });
    answer.on("close", () => {
      state.ended = true;
    });
    answer.on("error", () => undefined);
  });
  asked.on("error", () => undefined);
  open.add(() => asked.destroy());
  return state;
}

test("a quiet stream is kept alive, and ends soon after its session", async () => {
  const { api, clock, sessions, followers } = await bench();
  sessions.set("secret-of-a-session", { channel: "local", externalId: "owner" });
  const state = follow(api.url, { cookie: "servereye=secret-of-a-session" });
  await until(() => state.text.includes("event: kept"));
  clock.turn(20_000);
  await until(() => state.text.includes(": still here"));
  await until(() => clock.armed() === 1);
  sessions.clear();
  clock.turn(20_000);
  await until(() => state.ended && followers.size === 0);
  assert.equal(clock.armed(), 0, "no timer is left");
});

test("what was kept is told whole, however much it is", async () => {
  const { api, kept } = await bench();
  for (let i = 0; i < 60; i++) kept.push(message(`${i} ${"x".repeat(100_000)}`));
  const state = follow(api.url, bearer);
  await until(() => state.text.includes("event: kept"));
  assert.equal(state.text.match(/"text":"\d+ x/g)?.length, 60);
});

test("a follower that does not read is let go before it costs more than it may", async () => {
  const { api, followers } = await bench();
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname, () =>
    socket.write(
      `GET /api/v1/chat/events HTTP/1.1\r\nhost: x\r\nauthorization: ${bearer.authorization}\r\n\r\n`,
    ),
  );
  socket.pause();
  socket.on("error", () => undefined);
  open.add(() => socket.destroy());
  await until(() => followers.size === 1);
  const reader = follow(api.url, bearer);
  await until(() => reader.text.includes("event: kept"));
  let told = 0;
  for (; followers.size === 2 && told < 2_000; told++) {
    for (const tell of [...followers]) tell(message("x".repeat(100_000)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(followers.size, 1, "the slow one is gone");
  await until(() => reader.text.match(/"text":"x/g)?.length === told);
});

test("the twenty-first question at once is refused in so many words", async () => {
  const { api, writing } = await bench();
  const write = () =>
    fetch(`${api.url}/api/v1/chat/messages`, {
      method: "POST",
      headers: { ...bearer, "content-type": "application/json" },
      body: JSON.stringify({ text: "/help" }),
    });
  for (let i = 0; i < 20; i++) assert.equal((await write()).status, 202);
  const refused = await write();
  assert.equal(refused.status, 429);
  assert.match(await refused.text(), /RATE_LIMITED.*too many questions at once/);
  writing[0]?.reject(new Error("went wrong"));
  await until(() => writing.length === 20);
  for (let status = 429; status !== 202; ) status = (await write()).status;
});

test("behind https the cookie is Secure and the answer says HSTS", async () => {
  const { api } = await bench({ publicUrl: () => "https://eye.example" });
  const answer = await fetch(`${api.url}/api/v1/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token: "one-time-token" }),
  });
  assert.equal(answer.status, 204);
  assert.match(answer.headers.get("set-cookie") ?? "", /; Secure/);
  assert.equal(answer.headers.get("strict-transport-security"), "max-age=31536000");
});

test("health is 503 while starting or without its database, and 200 without Telegram", async () => {
  const { api, health } = await bench();
  const both = async () => [
    (await fetch(`${api.url}/health`)).status,
    (await fetch(`${api.url}/ready`)).status,
  ];
  for (const [now, status] of [
    [{ ...ok, status: "starting" }, 503],
    [{ ...ok, status: "degraded", database: { status: "down", detail: "x" } }, 503],
    [{ ...ok, status: "degraded", broker: { status: "down", detail: "x" } }, 503],
    [{ ...ok, status: "degraded", telegram: { status: "down", detail: "x" } }, 200],
    [ok, 200],
  ] satisfies Array<[Health, number]>) {
    health.now = now;
    assert.deepEqual(await both(), [status, status]);
  }
});

test("a fault inside is an ERROR line, and nothing of it is in the answer", async () => {
  const { api, log } = await bench({ metrics: () => Promise.reject(new Error("/secret/path")) });
  const answer = await fetch(`${api.url}/metrics`);
  assert.equal(answer.status, 500);
  assert.deepEqual(await answer.json(), {
    error: { code: "INTERNAL", detail: "something went wrong inside the hub" },
  });
  assert.deepEqual(
    log.events.filter(({ level }) => level === "error").map(({ event }) => event),
    ["http.failed"],
  );
});

test("a route that an adapter brings gets its bytes, its peer and its own limit", async () => {
  const got: Array<{ body: string; from: string }> = [];
  const { api } = await bench({
    addressOf: () => "192.0.2.1",
    routes: [
      {
        method: "POST",
        path: "/hook",
        maxBytes: 10,
        handle: async ({ body, from }) => {
          got.push({ body: Buffer.from(body).toString(), from });
          return { status: 201, headers: { "x-made": "yes" }, body: "done" };
        },
      },
    ],
  });
  const post = (body: string, type: string) =>
    fetch(`${api.url}/hook`, { method: "POST", body, headers: { "content-type": type } });
  const answer = await post("{broken", "application/json");
  assert.deepEqual([answer.status, answer.headers.get("x-made"), await answer.text()], [201, "yes", "done"]);
  assert.deepEqual(got, [{ body: "{broken", from: "192.0.2.1" }]);
  assert.equal((await post("12345678901", "text/plain")).status, 413);
});

test("a route that an adapter brings is not asked by HEAD, which would use up what it gives", async () => {
  let asked = 0;
  const handle = async () => ({ status: 200, body: `${++asked}` });
  const { api } = await bench({ routes: [{ method: "GET", path: "/poll", maxBytes: 10, handle }] });
  assert.equal((await fetch(`${api.url}/poll`, { method: "HEAD" })).status, 404);
  assert.equal(await (await fetch(`${api.url}/poll`)).text(), "1");
});

test("the page: what carries a hash is kept for ever, the rest is asked for anew; nothing beside it is served", async () => {
  const folder = mkdtempSync(join(tmpdir(), "page-"));
  open.add(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "web/assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(folder, "web/index.html"), "<h1>eye</h1>");
  writeFileSync(join(folder, "web/assets/a-1f.js"), "1");
  const { api } = await bench({ pageFolder: join(folder, "web") });
  const page = await fetch(`${api.url}/`);
  assert.deepEqual([await page.text(), page.headers.get("cache-control")], ["<h1>eye</h1>", "no-cache"]);
  const asset = await fetch(`${api.url}/assets/a-1f.js`);
  assert.equal(asset.headers.get("cache-control"), "public, max-age=31536000, immutable");
  for (const path of ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/"]) {
    const answer = await fetch(api.url + path);
    assert.ok([403, 404].includes(answer.status), `${path} ${answer.status}`);
    assert.ok(!(await answer.text()).includes("secret"));
  }
});

test("without a built page a plain line says how to go on", async () => {
  const { api } = await bench();
  assert.match(await (await fetch(`${api.url}/`)).text(), /npx servereye chat/);
  const script = await fetch(`${api.url}/install.sh`);
  assert.match(await script.text(), /UNSUPPORTED.*npm start/);
});

test("while it refuses, what is in hand is answered and ends its connection, and nobody new gets in", async () => {
  const held: Array<PromiseWithResolvers<void>> = [];
  const { api } = await bench({
    routes: [
      {
        method: "GET",
        path: "/held",
        maxBytes: 10,
        async handle() {
          const one = Promise.withResolvers<void>();
          held.push(one);
          await one.promise;
          return { status: 200, body: "at last" };
        },
      },
    ],
  });
  await api.answered();
  const first = fetch(`${api.url}/held`);
  await until(() => held.length === 1);
  let answered = false;
  api.refuse();
  const all = api.answered().then(() => {
    answered = true;
  });
  await assert.rejects(fetch(`${api.url}/ready`), "the connection itself is refused");
  assert.equal(answered, false);
  held[0]?.resolve();
  const reply = await first;
  assert.deepEqual([reply.status, reply.headers.get("connection")], [200, "close"]);
  assert.equal(await reply.text(), "at last");
  await all;
});

test("closing ends followers at once", async () => {
  const { api, followers } = await bench();
  const state = follow(api.url, bearer);
  await until(() => state.text.includes("event: kept"));
  await api.close();
  await until(() => state.ended && followers.size === 0);
});

test("a file is for its own session alone, and can only be saved", async () => {
  const { api, sessions } = await bench();
  const at = `${api.url}/api/v1/chat/files/m1`;
  const answer = await fetch(at, { headers: bearer });
  assert.equal(await answer.text(), "line\n");
  assert.match(
    answer.headers.get("content-disposition") ?? "",
    /^attachment; filename="[ -~]+"; filename\*=UTF-8''%D0/,
  );
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal((await fetch(at)).status, 401);
  sessions.set("another-session-of-this-hub", { channel: "local", externalId: "other" });
  const others = await fetch(at, { headers: { cookie: "servereye=another-session-of-this-hub" } });
  assert.equal(others.status, 404);
  assert.match(await others.text(), /not kept any more/);
});
