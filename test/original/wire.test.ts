/** One hub and the Go original's agents: everything they can be asked, in each style, with each bad habit. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { readings } from "@servereye/commands/hub";
import { type Command, command, Fault, ORIGINAL_RUNTIME } from "@servereye/contract";
import * as z from "zod/mini";
import { askChannel } from "../../apps/hub/src/core/fleet/channels.ts";
import { acting, listing } from "../../packages/commands/src/original/containers.ts";
import { type DoubleOptions, type OriginalDouble, originalAgent, type Style, usualAnswers } from "./agent.ts";
import { type Installation, installation, type OriginalHub, originalHub } from "./hubs.ts";

const named = (name: string): Command => {
  const found = readings.find((reading) => reading.command.name === name);
  assert.ok(found, name);
  return found.command;
};

const faulty = (code: Fault["code"]) => (error: unknown) => error instanceof Fault && error.code === code;

const KEY = `srv_${"0123456789abcdef".repeat(2)}`;
const LONG_KEY = `srv_${"fedcba9876543210".repeat(4)}`;

const containers = command({
  name: "containers",
  about: "for tests",
  needs: "viewer",
  ask: z.object({}),
  answer: z.object({ names: z.array(z.string()), total: z.int() }),
});
const restart = command({
  name: "container.restart",
  about: "for tests",
  needs: "operator",
  policy: "containers.restart",
  ask: z.object({ id: z.string(), name: z.string() }),
  answer: z.object({ id: z.string(), state: z.optional(z.string()) }),
});
const more = [
  listing("containers", ({ containers: list, total }) => ({ names: list.map(({ name }) => name), total })),
  acting(
    "container.restart",
    "restart",
    (ask) => restart.ask.parse(ask),
    ({ id, state }) => ({ id, ...(state === undefined ? {} : { state }) }),
  ),
];

describe("an agent of the Go original", () => {
  let all: Installation;
  let hub: OriginalHub;
  let serverId: string;
  let agents: OriginalDouble[] = [];

  before(async () => {
    all = installation();
    hub = await originalHub(all, { more });
    serverId = await all.add(KEY);
  });
  after(async () => {
    await hub.stop();
  });

  function double(options: Partial<DoubleOptions> = {}): OriginalDouble {
    const pause = (ms: number) => new Promise<void>((done) => void all.clock.after(ms, done));
    const base = () => hub.url;
    const agent = originalAgent({
      key: KEY,
      base,
      style: "streams",
      answers: usualAnswers,
      pause,
      ...options,
    });
    agents.push(agent);
    return agent;
  }
  afterEach(gone);
  async function gone(): Promise<void> {
    for (const agent of agents) await agent.kill();
    agents = [];
    // Nothing is held for it any more: the next test begins with an agent that is away. A last poll may still come in.
    for (let turns = 0; turns < 3 || hub.originals.size() > 0; turns++) {
      await hub.quiet();
      all.clock.turn(120_000);
      await new Promise((done) => setImmediate(done));
    }
  }
  /** Resolves when the next ask has been published. */
  async function published(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const subscription = await all.broker.subscribe(askChannel(serverId), () => resolve());
    await promise;
    await subscription.close();
  }
  /** Turns the event loop until this agent is in, or out. */
  async function online(wanted = true, id = serverId): Promise<void> {
    while ((await hub.fleet.presenceOf([id])).has(id) !== wanted)
      await new Promise((done) => setImmediate(done));
  }

  /** An agent that has answered once and is gone without a word: the hub waits for its next poll. */
  async function asleep(): Promise<OriginalDouble> {
    const agent = double();
    agent.start();
    await online();
    await hub.ask(serverId, named("ping"));
    await hub.polled();
    await agent.kill();
    await hub.quiet();
    return agent;
  }

  for (const style of ["pubsub", "streams", "group"] as const satisfies Style[]) {
    it(`answers all it can by ${style}, and says what it can not`, async () => {
      const agent = double({ style, freshIds: style !== "pubsub" });
      await agent.register({ agent_version: "1.4.2", os_info: "Debian 12", hostname: "old-box" });
      agent.start();
      await online();
      for (const name of ["ping", "temp", "memory", "disk", "uptime", "processes", "network"])
        assert.ok(await hub.ask(serverId, named(name)), name);
      await assert.rejects(hub.ask(serverId, named("cpu")), faulty("UNSUPPORTED"));
      assert.equal(agent.received.length, 7, "cpu was not asked");
      for (const { version, timestamp } of agent.received) {
        assert.equal(version, "1.0");
        assert.equal(new Date(timestamp).toISOString(), timestamp);
      }
      assert.equal(new Set(agent.received.map(({ id }) => id)).size, 7);
      const presence = (await hub.fleet.presenceOf([serverId])).get(serverId);
      assert.equal(presence?.facts.runtime, ORIGINAL_RUNTIME);
      assert.equal(presence?.facts.version, "1.4.2");
      assert.ok(presence?.facts.commands.includes("temp") && !presence.facts.commands.includes("cpu"));
    });
  }

  it("gets what is asked between two polls, though it reads from the end", async () => {
    const agent = await asleep();
    const asked = [hub.ask(serverId, named("ping")), hub.ask(serverId, named("uptime"))];
    agent.start();
    await Promise.all(asked);
    assert.deepEqual(agent.received.map(({ type }) => type).sort(), ["get_uptime", "ping", "ping"]);
  });

  it("is given nothing twice, and nothing that was given to it before it restarted", async () => {
    const agent = double();
    agent.start();
    await online();
    for (let n = 0; n < 5; n++) await hub.ask(serverId, named("ping"));
    await hub.polled();
    await agent.kill();
    await hub.quiet();
    agent.start();
    await hub.ask(serverId, named("uptime"));
    assert.deepEqual(
      agent.received.map(({ type }) => type),
      ["ping", "ping", "ping", "ping", "ping", "get_uptime"],
    );
  });

  it("is not given what has expired, and stays online through its deaf window", async () => {
    const agent = await asleep();
    const asked = published();
    const late = hub.ask(serverId, named("uptime"));
    const heard = assert.rejects(late, faulty("COMMAND_TIMEOUT"));
    await asked;
    all.clock.turn(5_000);
    await heard;
    assert.ok((await hub.fleet.presenceOf([serverId])).has(serverId));
    agent.start();
    await hub.ask(serverId, named("ping"));
    assert.deepEqual(
      agent.received.map(({ type }) => type),
      ["ping", "ping"],
    );
    await hub.metrics.until("original_asks_dropped", { reason: "expired" });
  });

  it("is deaf for five seconds after an error, and answers what was asked at the end of them", async () => {
    const agent = double({ key: LONG_KEY });
    const deaf = agent.deaf();
    agent.start();
    await deaf;
    assert.deepEqual(agent.errors, [401]);
    const id = await all.add(LONG_KEY);
    await new Promise((done) => setImmediate(done));
    all.clock.turn(5_000);
    await online(true, id);
    assert.ok(await hub.ask(id, named("temp")));
  });

  it("is offline 45 s after its last sign of life, and online while it sends heartbeats", async () => {
    const agent = double();
    agent.start();
    await online();
    await hub.polled();
    await agent.kill();
    await hub.quiet();
    for (let n = 0; n < 4; n++) {
      all.clock.turn(30_000);
      const path = n % 2 === 0 ? "/api/heartbeat" : "/api/v1/servers/heartbeat";
      const reply = await agent.post(path, n % 2 === 0 ? { server_key: KEY } : { api_key: KEY });
      assert.equal(reply.status, 200);
      assert.ok((await hub.fleet.presenceOf([serverId])).has(serverId));
    }
    const channel = { channel: `heartbeat:${KEY}`, message: JSON.stringify({ status: "online" }) };
    assert.equal((await agent.post("/api/redis/publish", channel)).status, 200);
    all.clock.turn(40_000);
    assert.ok((await hub.fleet.presenceOf([serverId])).has(serverId));
    all.clock.turn(20_000);
    await online(false);
    await assert.rejects(hub.ask(serverId, named("ping")), faulty("SERVER_OFFLINE"));
  });

  it("tells its errors in its own words and codes", async () => {
    const told = (error_code: string, error_message = "it said") => ({
      type: "error_response",
      payload: { error_code, error_message },
    });
    const agent = double({
      answers: {
        get_cpu_temp: told("SENSOR_NOT_FOUND"),
        get_memory_info: told("operation timeout"),
        get_disk_info: told("DISK_INFO_ERROR", `disks are shy of ${KEY}`),
        get_uptime: { type: "pong", payload: {} },
        get_network_info: { type: "error_response", payload: "nothing" },
      },
    });
    agent.start();
    await online();
    await assert.rejects(hub.ask(serverId, named("temp")), faulty("SENSOR_NOT_FOUND"));
    await assert.rejects(
      hub.ask(serverId, named("memory")),
      (error: Fault) => error.code === "COMMAND_TIMEOUT" && error.values.by === "agent",
    );
    await assert.rejects(
      hub.ask(serverId, named("disk")),
      (error: Fault) => error.code === "AGENT_FAILED" && error.message === "disks are shy of srv_…",
    );
    await assert.rejects(hub.ask(serverId, named("uptime")), faulty("ANSWER_INVALID"));
    await assert.rejects(
      hub.ask(serverId, named("network")),
      (error: Fault) => error.code === "AGENT_FAILED" && error.message === "nothing",
    );
    await assert.rejects(
      hub.ask(serverId, named("processes")),
      (error: Fault) => error.code === "UNSUPPORTED" && error.values.agent === "original",
    );
  });

  it("lists containers and acts on one, once", async () => {
    const agent = double({
      answers: {
        get_containers: {
          type: "containers_response",
          payload: { containers: [{ id: "c1", name: "/web", ports: null, labels: null }, null], total: 1 },
        },
        restart_container: (payload) => ({
          type: "container_action_response",
          payload: { ...(payload as object), success: true, message: "ok", new_state: "running" },
        }),
      },
    });
    agent.start();
    await online();
    assert.deepEqual((await hub.ask(serverId, containers)).answer, { names: ["web"], total: 1 });
    const done = await hub.ask(serverId, restart, { id: "c1", name: "web" });
    assert.deepEqual(done.answer, { id: "c1", state: "running" });
    const acted = agent.received.filter(({ type }) => type === "restart_container");
    assert.deepEqual(
      acted.map(({ payload }) => payload),
      [{ container_id: "c1", container_name: "web", action: "restart" }],
    );
    await gone();
    const refusing = double({
      answers: {
        restart_container: {
          type: "container_action_response",
          payload: { success: false, message: "no such image" },
        },
      },
    });
    refusing.start();
    await online();
    await assert.rejects(
      hub.ask(serverId, restart, { id: "c1", name: "web" }),
      (error: Fault) => error.code === "CONTAINER_ACTION_FAILED" && error.message === "no such image",
    );
  });

  it("answers two hundred that waited for it, each once", async () => {
    const agent = double();
    agent.start();
    await online();
    await hub.polled();
    await agent.kill();
    await hub.quiet();
    const outcomes = Promise.allSettled(
      Array.from({ length: 200 }, () => hub.ask(serverId, named("ping"), {})),
    );
    agent.start();
    const settled = await outcomes;
    assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 200);
    assert.equal(new Set(agent.received.map(({ id }) => id)).size, 200);
    assert.equal(agent.received.length, 200);
  });

  it("may answer late, twice or unasked: it is told success, and nothing comes of it", async () => {
    const agent = double();
    const stream = `stream:resp:${KEY}`;
    const values = { type: "pong", id: "x", command_id: "y", payload: "{}", timestamp: "now" };
    const reply = await agent.post("/api/streams/xadd", { stream, values });
    assert.equal(reply.status, 200);
    assert.match(((await reply.json()) as { id: string }).id, /^\d+-\d+$/);
    assert.equal(hub.metrics.of("original_replies_dropped", { reason: "unasked" }), 1);
  });

  it("may send its payload as an object, and numbers as text", async () => {
    const agent = double();
    const asked = hub.ask(serverId, named("temp"));
    await assert.rejects(asked, faulty("SERVER_OFFLINE"));
    const read = () =>
      agent.post("/api/streams/xread", {
        stream: `stream:cmd:${KEY}`,
        last_id: "0",
        count: 1,
        block_ms: 60_000,
      });
    const waiting = read();
    await online();
    const temp = hub.ask(serverId, named("temp"));
    const { streams } = (await (await waiting).json()) as {
      streams: Array<{ Stream: string; Messages: Array<{ ID: string; Values: Record<string, string> }> }>;
    };
    assert.equal(streams[0]?.Stream, `stream:cmd:${KEY}`);
    const entry = streams[0]?.Messages[0];
    assert.deepEqual(Object.keys(entry?.Values ?? {}).sort(), ["id", "payload", "timestamp", "type"]);
    const message = JSON.parse(entry?.Values.payload ?? "");
    assert.equal(message.id, entry?.Values.id);
    const values = {
      command_id: message.id,
      payload: { type: "cpu_temp_response", payload: { temperature: "51.25", unit: null, extra: [1] } },
    };
    await agent.post("/api/streams/xadd", { stream: `stream:resp:${KEY}`, values });
    const { answer } = (await temp) as { answer: { hottest: { celsius: number } } };
    assert.equal(answer.hottest.celsius, 51.25);
  });

  it("has its poll answered before it loses patience: empty, and with status 200", async () => {
    const agent = double();
    const waiting = Promise.all([
      agent.post("/api/redis/subscribe", { channel: `cmd:${KEY}`, timeout: 30 }),
      agent.post("/api/streams/xread", { stream: `stream:cmd:${KEY}`, last_id: "$", block_ms: 30_000 }),
      fetch(`${hub.url}/api/redis/subscribe?channel=${encodeURIComponent(`cmd:${KEY}`)}&timeout=30`),
    ]);
    await online();
    // All three wait: as many timers as the polls have, besides the seat's own.
    while (all.clock.armed() < 3) await new Promise((done) => setImmediate(done));
    await hub.metrics.until("original_requests", {}, 0);
    for (let done = false; !done; ) {
      all.clock.turn(28_000);
      done = await Promise.race([
        waiting.then(() => true),
        new Promise<false>((no) => setImmediate(no, false)),
      ]);
    }
    const replies = await waiting;
    assert.deepEqual(
      replies.map(({ status }) => status),
      [200, 200, 200],
    );
    const [subscribed, read, got] = await Promise.all(replies.map((reply) => reply.json()));
    assert.equal((subscribed as { success: boolean }).success, false);
    assert.deepEqual(read, { messages: [] });
    assert.equal((got as { success: boolean }).success, false);
  });
});
