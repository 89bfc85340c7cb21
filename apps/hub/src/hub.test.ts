/** A whole hub in this process, over HTTP: who gets in, what strangers can and can not do to it, how it says it is. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Health } from "@servereye/contract";
import { type TurnedClock, turnedClock } from "../../../test/system/hubs.ts";
import { readConfig } from "./config.ts";
import { type Hub, startHub } from "./hub.ts";

const folder = mkdtempSync(join(tmpdir(), "hub-"));
const clock: TurnedClock = turnedClock();
let hub: Hub;
let consoleToken: string;

before(async () => {
  hub = await startHub({
    config: readConfig({
      SERVEREYE_DATA_DIR: folder,
      SERVEREYE_HTTP_PORT: "0",
      SERVEREYE_LOG_LEVEL: "debug",
    }),
    logToFile: true,
    clock,
  });
  await hub.ready;
  consoleToken = JSON.parse(readFileSync(join(folder, "run/hub.json"), "utf8")).consoleToken;
});
after(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true, force: true });
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(hub.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const login = (token: string, headers: Record<string, string> = {}) =>
  post("/api/v1/session", { token }, headers);
const bearer = () => ({ authorization: `Bearer ${consoleToken}` });
async function newLink(): Promise<string> {
  const answer = await post("/api/v1/login-links", {}, bearer());
  const { token } = (await answer.json()) as { token: string };
  return token;
}
async function session(): Promise<{ cookie: string; header: string }> {
  const answer = await login(await newLink());
  assert.equal(answer.status, 204);
  const header = answer.headers.get("set-cookie") ?? "";
  return { header, cookie: header.split(";")[0] ?? "" };
}
const errorOf = async (answer: Response) =>
  ((await answer.json()) as { error: { code: string; detail: string } }).error;

/** Sends bytes as they are and gives all that comes back until the hub closes, or until `until` was seen. */
const raw = (bytes: string, until?: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(hub.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let text = "";
    socket.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (until !== undefined && text.includes(until)) socket.destroy();
    });
    socket.on("close", () => resolve(text));
    socket.on("error", reject);
  });

test("the one-time link of the start opens the page once", async () => {
  const token = /#login=(\S+)$/.exec(hub.loginLink)?.[1] ?? "";
  assert.equal((await login(token)).status, 204);
  const again = await login(token);
  assert.equal(again.status, 401);
  assert.equal((await errorOf(again)).code, "TOKEN_INVALID");
});

test("a link that is used many times at once opens one session", async () => {
  const token = await newLink();
  const all = await Promise.all(Array.from({ length: 8 }, () => login(token)));
  assert.equal(all.filter(({ status }) => status === 204).length, 1);
  clock.advance(61_000);
});

test("a link is good for an hour", async () => {
  const token = await newLink();
  clock.advance(3_600_001);
  assert.equal((await login(token)).status, 401);
});

test("the cookie is for this origin and for no script; it ends at logout and after 30 days", async () => {
  const { header, cookie } = await session();
  assert.match(header, /^servereye=[\w-]{43};/);
  for (const part of ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"])
    assert.ok(header.includes(part), header);
  assert.ok(!header.includes("Secure"), "the hub is reached by http here");
  const who = () => fetch(`${hub.url}/api/v1/session`, { headers: { cookie } });
  assert.deepEqual(Object.keys((await (await who()).json()) as object), ["name", "language", "version"]);
  const gone = await fetch(`${hub.url}/api/v1/session`, { method: "DELETE", headers: { cookie } });
  assert.equal(gone.status, 204);
  assert.match(gone.headers.get("set-cookie") ?? "", /^servereye=;/);
  assert.equal((await who()).status, 401);
  const second = await session();
  clock.advance(30 * 24 * 3_600_000 + 1);
  assert.equal(
    (await fetch(`${hub.url}/api/v1/session`, { headers: { cookie: second.cookie } })).status,
    401,
  );
});

test("ten wrong links and the address waits a minute, also at once; claims of other addresses help nobody", async () => {
  clock.advance(61_000);
  const wrong = await Promise.all(
    Array.from({ length: 15 }, (_, i) => login(`wrong-token-${i}`, { "x-forwarded-for": `192.0.2.${i}` })),
  );
  assert.equal(wrong.filter(({ status }) => status === 401).length, 10);
  assert.equal(wrong.filter(({ status }) => status === 429).length, 5);
  const right = await newLink();
  assert.equal((await login(right)).status, 429);
  clock.advance(60_001);
  assert.equal((await login(right)).status, 204, "the right link was not spent meanwhile");
});

test("requests that another site makes are refused, whatever cookie they bring", async () => {
  const { cookie } = await session();
  for (const site of ["cross-site", "same-site"]) {
    const answer = await post("/api/v1/chat/messages", { text: "/help" }, { cookie, "sec-fetch-site": site });
    assert.equal(answer.status, 403);
    assert.equal((await login("wrong-token-x", { "sec-fetch-site": site })).status, 403);
  }
  const own = await post(
    "/api/v1/chat/messages",
    { text: "/help" },
    { cookie, "sec-fetch-site": "same-origin" },
  );
  assert.equal(own.status, 202);
});

test("a name that is not this machine's is refused: no page can rebind itself to this hub", async () => {
  const { host } = new URL(hub.url);
  const asked = (name: string) =>
    raw(`GET /health HTTP/1.1\r\nhost: ${name}\r\nconnection: close\r\n\r\n`).then((text) =>
      text.slice(9, 12),
    );
  assert.equal(await asked(host), "200");
  assert.equal(await asked(`localhost:${new URL(hub.url).port}`), "200");
  assert.equal(await asked("evil.example"), "421");
  const upgrade = await raw(
    "GET /agent/v1 HTTP/1.1\r\nhost: evil.example\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n",
  );
  assert.match(upgrade, /^HTTP\/1\.1 404/);
});

test("upgrades to nowhere end in 404, whatever stands for a path, and the hub goes on", async () => {
  const { host } = new URL(hub.url);
  for (const path of ["/", "//", "http://[", "/agent/v2", "/agent/v1/", "*", "/%"]) {
    const text = await raw(
      `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`,
    );
    assert.match(text, /^HTTP\/1\.1 404/, path);
  }
  assert.equal((await fetch(`${hub.url}/health`)).status, 200);
});

test("no answer tells of the inside, and each forbids what a page of ours does not need", async () => {
  for (const [answer, status, code] of [
    [await fetch(`${hub.url}/nowhere`), 404, "INVALID_COMMAND"],
    [await fetch(`${hub.url}/..%2f..%2fpackage.json`), 404, "INVALID_COMMAND"],
    [await fetch(`${hub.url}/api/v1/chat/commands`), 401, "TOKEN_INVALID"],
    [await fetch(`${hub.url}/api/v1/chat/events`), 401, "TOKEN_INVALID"],
    [
      await post("/api/v1/login-links", {}, { authorization: "Bearer 0123456789abcdef0123" }),
      401,
      "TOKEN_INVALID",
    ],
    [await post("/api/v1/chat/messages", { text: "x" }, { cookie: "servereye=%00" }), 401, "TOKEN_INVALID"],
    [await post("/api/v1/chat/messages", { text: "" }, bearer()), 400, "FRAME_INVALID"],
    [await post("/api/v1/chat/messages", { text: "x".repeat(4_097) }, bearer()), 400, "FRAME_INVALID"],
    [await post("/api/v1/chat/messages", { text: "x".repeat(70_000) }, bearer()), 413, "FRAME_INVALID"],
    [
      await fetch(`${hub.url}/api/v1/session`, {
        method: "POST",
        body: "{",
        headers: { "content-type": "application/json" },
      }),
      400,
      "FRAME_INVALID",
    ],
    [
      await fetch(`${hub.url}/api/v1/session`, {
        method: "POST",
        body: "<a/>",
        headers: { "content-type": "text/xml" },
      }),
      415,
      "FRAME_INVALID",
    ],
  ] as const) {
    assert.equal(answer.status, status, answer.url);
    const error = await errorOf(answer);
    assert.equal(error.code, code, answer.url);
    assert.doesNotMatch(JSON.stringify(error), /node_modules|\.ts\b|postgres|\n/i);
    assert.match(
      answer.headers.get("content-security-policy") ?? "",
      /default-src 'self'.*frame-ancestors 'none'/,
    );
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
  }
});

interface Following {
  /** Resolves with the data of the next event that matches. */
  next(matches: (data: string) => boolean): Promise<string>;
  ended: Promise<void>;
  stop(): void;
}
function follow(headers: Record<string, string>): Following {
  let text = "";
  const looks = new Set<() => void>();
  const ended = Promise.withResolvers<void>();
  const asked = request(`${hub.url}/api/v1/chat/events`, { headers }, (answer) => {
    answer.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      for (const look of [...looks]) look();
    });
    answer.on("close", () => ended.resolve());
    answer.on("error", () => undefined);
  });
  asked.on("error", () => ended.resolve());
  asked.end();
  return {
    ended: ended.promise,
    stop: () => asked.destroy(),
    next: (matches) =>
      new Promise((resolve) => {
        const look = () => {
          const found = text.split("\n").find((line) => matches(line));
          if (found === undefined) return;
          looks.delete(look);
          resolve(found);
        };
        looks.add(look);
        look();
      }),
  };
}

test("who follows sees what is written and answered, in order, and what was before", async () => {
  const first = follow(bearer());
  await first.next((line) => line === "event: kept");
  await post("/api/v1/chat/messages", { text: "/debug" }, { ...bearer(), prefer: "wait" });
  const written = await first.next((line) => line.includes('"text":"/debug"'));
  const answered = await first.next((line) => line.includes("What I know about you"));
  assert.ok(written !== answered);
  const second = follow(bearer());
  await second.next((line) => line.includes("What I know about you"));
  await second.next((line) => line === "event: kept");
  first.stop();
  await first.ended;
  await post("/api/v1/chat/messages", { text: "/help" }, { ...bearer(), prefer: "wait" });
  await second.next((line) => line.includes("All commands"));
  second.stop();
});

test("two hundred may follow; who goes makes room, also who went before being known", async () => {
  const { cookie } = await session();
  for (let i = 0; i < 50; i++) {
    const hasty = follow({ cookie });
    hasty.stop();
    await hasty.ended;
  }
  const all = Array.from({ length: 200 }, () => follow({ cookie }));
  await Promise.all(all.map((one) => one.next((line) => line === "event: kept")));
  assert.equal((await fetch(`${hub.url}/api/v1/chat/events`, { headers: { cookie } })).status, 429);
  for (const one of all) one.stop();
  await Promise.all(all.map((one) => one.ended));
  for (let room = false; !room; ) {
    const again = await fetch(`${hub.url}/api/v1/chat/events`, { headers: { cookie } });
    room = again.status === 200;
    await again.body?.cancel();
  }
});

test("a press is answered with what only its presser is told", async () => {
  const answer = await post("/api/v1/chat/presses", { messageId: "m1", token: "made-up" }, bearer());
  assert.deepEqual(
    [answer.status, await answer.json()],
    [200, { notice: "This button is out of date. Send the command again." }],
  );
});

test("more than twenty things at once are refused, not forgotten", async () => {
  const all = await Promise.all(
    Array.from({ length: 60 }, () => post("/api/v1/chat/messages", { text: "/debug" }, bearer())),
  );
  const statuses = new Set(all.map(({ status }) => status));
  assert.ok(
    [...statuses].every((status) => status === 202 || status === 429),
    [...statuses].join(),
  );
  assert.ok(all.filter(({ status }) => status === 202).length >= 20);
});

test("health, readiness and figures", async () => {
  const health = await fetch(`${hub.url}/health`);
  assert.equal(health.status, 200);
  assert.equal(health.headers.get("cache-control"), "no-store");
  const told = Health.parse(await health.json());
  assert.deepEqual([told.status, told.database, told.telegram.status], ["ok", { status: "ok" }, "off"]);
  const ready = await fetch(`${hub.url}/ready`);
  assert.deepEqual([ready.status, await ready.json()], [200, { ready: true }]);
  const text = await (await fetch(`${hub.url}/metrics`)).text();
  for (const figure of [
    /^servereye_commands_total\{command="debug",outcome="ok"\} \d+$/m,
    /^servereye_command_duration_seconds_bucket\{le="\+Inf",command="debug"\} \d+$/m,
    /^servereye_agents_connected 0$/m,
    /^servereye_agents_waiting 0$/m,
    /^servereye_asks_in_flight 0$/m,
    /^servereye_nodejs_eventloop_lag_seconds /m,
    /^servereye_process_resident_memory_bytes /m,
  ])
    assert.match(text, figure);
});

test("nothing of all this is in the log", async () => {
  const { cookie } = await session();
  await fetch(`${hub.url}/api/v1/session?token=${consoleToken}`, { headers: { cookie, ...bearer() } });
  await hub.stop();
  const log = readFileSync(hub.logFile ?? "", "utf8");
  for (const secret of [consoleToken, cookie.slice(10), /#login=(\S+)$/.exec(hub.loginLink)?.[1] ?? "?"])
    assert.ok(secret.length > 8 && !log.includes(secret));
  assert.ok(!log.includes('"level":"error"'), log);
});
