/** Who may use what: every route by the key it names, and nothing else; within limits, and without a trace of the key. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { readings } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { type DoubleOptions, originalAgent, usualAnswers } from "../../../../../test/original/agent.ts";
import { installation, originalHub } from "../../../../../test/original/hubs.ts";
import { createBuckets, type ProxyLimits } from "./limits.ts";
import { keyOf, nameOf } from "./names.ts";

const MINE = `srv_${"1f".repeat(16)}`;
const OTHERS = `srv_${"2e".repeat(32)}`;
const NOBODYS = `srv_${"3d".repeat(20)}`;

async function opened(t: TestContext, limits: Partial<ProxyLimits> = {}) {
  const all = installation();
  const hub = await originalHub(all, { limits });
  t.after(() => hub.stop());
  const mine = await all.add(MINE);
  const others = await all.add(OTHERS);
  const post = async (path: string, body: unknown, from = "192.0.2.1") => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const reply = await fetch(`${hub.url}${path}`, {
      method: "POST",
      body: text,
      headers: { "x-from": from },
    });
    return { status: reply.status, text: await reply.text() };
  };
  return { all, hub, mine, others, post };
}

const xread = (key: string, more: object = {}) => ({ stream: `stream:cmd:${key}`, block_ms: 1, ...more });

describe("the original's proxy", () => {
  it("takes a name of the right kind with a whole key, and says nothing of others", () => {
    assert.deepEqual(nameOf(`resp:${MINE}:an-id.1`, "resp"), { key: MINE, id: "an-id.1" });
    assert.equal(nameOf(`stream:cmd:${OTHERS.toUpperCase()}`, "stream:cmd").key, OTHERS);
    assert.equal(keyOf(` ${MINE} `), MINE);
    const wrong = [
      `cmd:*`,
      `cmd:srv_*`,
      `cmd:${MINE}*`,
      `cmd:${MINE}:x`,
      `cmd:${MINE} `,
      `cmd:${MINE}\n`,
      `cmd:${MINE},cmd:${OTHERS}`,
      `stream:cmd:${MINE}/../${OTHERS}`,
      `xcmd:${MINE}`,
      `cmd:${MINE.slice(0, -1)}`,
      `cmd:${OTHERS}0`,
      `resp:${MINE}:${"x".repeat(200)}`,
      `resp:${MINE}:`,
      MINE,
      "",
      null,
      7,
      [`cmd:${MINE}`],
      { toString: () => `cmd:${MINE}` },
    ];
    for (const name of wrong)
      assert.throws(
        () => nameOf(name, "cmd", "stream:cmd", "resp"),
        (error: Error) => !error.message.includes("srv_"),
        String(name),
      );
    for (const key of [MINE.slice(4), `${OTHERS}0`, "srv_", `srv_${"g".repeat(32)}`, null])
      assert.throws(() => keyOf(key));
  });

  it("lets an agent read its own commands and write its own replies, and nothing else", async (t) => {
    const { post, hub } = await opened(t);
    const values = { type: "pong", payload: "{}" };
    const message = JSON.stringify({ id: "x", type: "pong", payload: {} });
    for (const [path, body, status] of [
      ["/api/streams/xadd", { stream: `stream:cmd:${MINE}`, values }, 403],
      ["/api/streams/xadd", { stream: `stream:cmd:${OTHERS}`, values }, 403],
      ["/api/streams/xread", { stream: `stream:resp:${MINE}` }, 403],
      ["/api/streams/xreadgroup", { stream: `stream:resp:${OTHERS}` }, 403],
      ["/api/streams/xack", { stream: `stream:resp:${MINE}`, id: "1-0" }, 403],
      ["/api/redis/publish", { channel: `cmd:${MINE}`, message }, 403],
      ["/api/redis/subscribe", { channel: `resp:${MINE}` }, 403],
      ["/api/redis/subscribe", { channel: `heartbeat:${MINE}` }, 403],
      ["/api/redis/subscribe", { channel: "cmd:*" }, 400],
      ["/api/redis/subscribe", {}, 400],
      ["/api/redis/publish", "not json", 400],
      ["/api/redis/publish", { channel: `resp:${MINE}`, message: "not a message" }, 400],
      ["/api/streams/xadd", { stream: `stream:resp:${MINE}`, values: [] }, 400],
      ["/api/register-key", { secret_key: "srv_short" }, 400],
      ["/api/heartbeat", { server_key: "*" }, 400],
      ["/api/heartbeat", { server_key: NOBODYS }, 401],
      ["/api/v1/servers/heartbeat", { api_key: NOBODYS }, 401],
      ["/api/streams/xread", xread(NOBODYS), 401],
      ["/api/streams/xack", { stream: `stream:cmd:${NOBODYS}`, id: "1-0" }, 401],
      ["/api/streams/xadd", { stream: `stream:resp:${NOBODYS}`, values }, 401],
      ["/api/redis/subscribe", { channel: `cmd:${NOBODYS}` }, 401],
      ["/api/redis/publish", { channel: `resp:${NOBODYS}:x`, message }, 401],
    ] as const) {
      const reply = await post(path, body);
      assert.equal(reply.status, status, `${path} ${JSON.stringify(body)}`);
      assert.equal(JSON.parse(reply.text).success, false);
      assert.doesNotMatch(reply.text, /srv_[0-9a-f]/);
    }
    assert.equal(hub.originals.size(), 0);
  });

  it("calls a reply malformed that is nested too deeply to be written again", async (t) => {
    const { post, all } = await opened(t);
    const deep = `${"[".repeat(40_000)}${"]".repeat(40_000)}`;
    const message = `{"id":"x","type":"pong","payload":${deep}}`;
    const values = JSON.stringify({ type: "pong", command_id: "x", payload: message });
    for (const [path, body] of [
      ["/api/redis/publish", `{"channel":"resp:${MINE}:x","message":${message}}`],
      ["/api/redis/publish", JSON.stringify({ channel: `resp:${MINE}:x`, message })],
      ["/api/streams/xadd", `{"stream":"stream:resp:${MINE}","values":${values}}`],
    ] as const)
      assert.equal((await post(path, body)).status, 400);
    assert.deepEqual(
      all.log.events.filter(({ level }) => level === "error"),
      [],
    );
  });

  it("registers any key as the original does, and lets none in that nobody added", async (t) => {
    const { post, all, hub } = await opened(t);
    const facts = { agent_version: "1.9", os_info: "Alpine", hostname: "attic", extra: [1] };
    const reply = await post("/api/register-key", { secret_key: NOBODYS, ...facts });
    assert.equal(reply.status, 200);
    const body = JSON.parse(reply.text);
    assert.equal(body.success, true);
    assert.equal(typeof body.data.message, "string");
    assert.equal((await post("/api/streams/xread", xread(NOBODYS))).status, 401);
    await post("/api/register-key", { secret_key: NOBODYS });
    // What it told of itself is not lost for the person who adds it later.
    const id = await all.add(NOBODYS);
    const waiting = post("/api/streams/xread", xread(NOBODYS, { block_ms: 60_000 }));
    while (hub.originals.size() === 0) await new Promise((done) => setImmediate(done));
    const presence = (await hub.fleet.presenceOf([id])).get(id);
    assert.deepEqual([presence?.facts.version, presence?.facts.hostname], ["1.9", "attic"]);
    // Told its key alone it is as it was, and as long online.
    all.clock.turn(1_000);
    assert.equal((await post("/api/register-key", { secret_key: NOBODYS })).status, 200);
    assert.deepEqual((await hub.fleet.presenceOf([id])).get(id)?.since, presence?.since);
    assert.equal((await all.store.servers.byId(id))?.facts?.version, "1.9");
    await post("/api/register-key", { secret_key: NOBODYS, agent_version: "2.0" });
    const later = (await all.store.servers.byId(id))?.facts;
    assert.deepEqual([later?.version, later?.os, later?.hostname], ["2.0", "Alpine", "attic"]);
    all.clock.turn(60_000);
    await waiting;
  });

  it("keeps one agent's replies from another's question", async (t) => {
    const { post, hub, mine, all } = await opened(t);
    const ping = readings.find(({ command }) => command.name === "ping")?.command;
    assert.ok(ping);
    const waiting = post("/api/streams/xread", xread(MINE, { block_ms: 60_000 }));
    while (hub.originals.size() === 0) await new Promise((done) => setImmediate(done));
    const asked = hub.ask(mine, ping);
    const [entry] = JSON.parse((await waiting).text).streams[0].Messages;
    const { id } = entry.Values;
    const values = { command_id: id, type: "pong", payload: "{}" };
    assert.equal((await post("/api/streams/xadd", { stream: `stream:resp:${OTHERS}`, values })).status, 200);
    assert.equal(hub.metrics.of("original_replies_dropped", { reason: "unasked" }), 1);
    assert.equal((await post("/api/streams/xadd", { stream: `stream:resp:${MINE}`, values })).status, 200);
    assert.ok(await asked);
    all.clock.turn(60_000);
  });

  it("turns away who tries keys, by network and in all, and not the agents beside them", async (t) => {
    const limits = {
      unknown: { burst: 3, perSecond: 1 },
      unknownInAll: { burst: 5, perSecond: 1 },
    };
    const { post, all } = await opened(t, limits);
    // Registering is no try.
    const register = () => post("/api/register-key", { secret_key: NOBODYS });
    for (let n = 0; n < 3; n++) assert.equal((await register()).status, 200);
    assert.equal((await register()).status, 429, "and is bounded by itself");
    const guess = (n: number) => xread(`srv_${n.toString(16).padStart(32, "0")}`);
    const mine = async (from: string) => (await post("/api/streams/xack", xread(MINE), from)).status;
    assert.equal(await mine("192.0.2.1"), 200);
    const tried = async (from: string, n: number) =>
      (await post("/api/streams/xread", guess(n), from)).status;
    assert.deepEqual(
      [await tried("192.0.2.1", 1), await tried("192.0.2.1", 2), await tried("192.0.2.1", 3)],
      [401, 401, 401],
    );
    assert.equal(await tried("192.0.2.1", 4), 429);
    assert.equal(await mine("192.0.2.1"), 200, "it was known already");
    assert.deepEqual([await tried("2001:db8::1", 5), await tried("2001:db8::2", 6)], [401, 401]);
    assert.equal(await tried("198.51.100.1", 7), 429, "all together");
    all.clock.turn(1_000);
    assert.equal(await tried("198.51.100.1", 8), 401);
  });

  it("slows an agent down that asks too much, and holds only so many of its polls", async (t) => {
    const { post, all, hub } = await opened(t, { agent: { burst: 12, perSecond: 1 } });
    const polls = Array.from({ length: 12 }, () =>
      post("/api/streams/xread", xread(MINE, { block_ms: 60_000 })),
    );
    // Eight wait; the oldest four are answered to make room.
    let answered = 0;
    for (const poll of polls) void poll.then(() => answered++);
    while (answered < 4) await new Promise((done) => setImmediate(done));
    assert.equal(hub.inHand(), 8);
    assert.equal((await post("/api/streams/xread", xread(MINE))).status, 429);
    assert.equal((await post("/api/streams/xack", xread(OTHERS))).status, 200);
    for (let n = 0; n < 12; n++) all.clock.turn(5_000);
    for (const { status } of await Promise.all(polls)) assert.equal(status, 200);
  });

  it("forgets networks seen long ago rather than grow", () => {
    const clock = { monotonic: () => 0 };
    const buckets = createBuckets(clock, { burst: 1, perSecond: 0 }, 2);
    assert.deepEqual(
      ["a", "a", "b", "c", "a"].map((name) => buckets.take(name)),
      [true, false, true, true, true],
    );
  });

  it("writes no key, not even a part of one, to the log, whatever happens", async (t) => {
    const { all, hub, mine, post } = await opened(t);
    const commands = readings.map(({ command }) => command);
    for (const style of ["pubsub", "streams", "group"] as const satisfies DoubleOptions["style"][]) {
      const pause = () => new Promise<void>(() => undefined);
      const agent = originalAgent({ key: MINE, base: () => hub.url, style, answers: usualAnswers, pause });
      await agent.register({ agent_version: "1", hostname: style });
      agent.start();
      while (hub.originals.size() === 0) await new Promise((done) => setImmediate(done));
      for (const command of commands)
        await hub.fleet.ask({ server: { id: mine }, command, ask: {} }).catch(() => undefined);
      await hub.polled();
      await agent.kill();
      await hub.quiet();
    }
    for (const key of [MINE, OTHERS, NOBODYS]) {
      await post("/api/register-key", { secret_key: key });
      await post("/api/heartbeat", { server_key: key });
      await post("/api/redis/subscribe", { channel: `cmd:${key}*` });
      await post("/api/redis/publish", `{"channel":"resp:${key}"`);
    }
    all.store.broken = new Fault("STORE_UNAVAILABLE", "away");
    assert.equal((await post("/api/heartbeat", { server_key: NOBODYS })).status, 503);
    all.store.broken = undefined;
    assert.ok(all.log.events.length > 5);
    const logged = JSON.stringify(all.log.events, (_, value) =>
      value instanceof Error ? `${value.stack} ${String(value.cause)}` : value,
    );
    for (const key of [MINE, OTHERS, NOBODYS]) assert.ok(!logged.includes(key.slice(4, 16)), logged);
  });
});
