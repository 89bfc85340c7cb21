/** Broker and board over one real Redis: the ports' contract, and Redis lost, emptied, held, or refusing. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { Fault, SILENCE_MS } from "@servereye/contract";
import { makeCertificate, type RedisServer, startRedis } from "../../../../../../test/engines/redis.ts";
import { needs } from "../../../../../../test/engines.ts";
import type { Presence } from "../../../core/ports/broker.ts";
import { brokerContract, presenceContract } from "../contract.test-suite.ts";
import { PRESENCE_MARGIN_MS } from "../memory.ts";
import { age, ear, type OpenedRedis, openedRedis, restoredOnce } from "./redis.test-code.ts";

const PASSWORD = "päss %40";
const unavailable = (error: unknown) => error instanceof Fault && error.code === "BROKER_UNAVAILABLE";
const facts = {
  ...{ version: "1", runtime: "node", os: "Debian", arch: "x64", hostname: "a", bootId: "b" },
  allow: [],
  commands: [],
};
const presence = (serverId: string, more: Partial<Presence> = {}): Presence => ({
  ...{ serverId, hub: "h", since: 1_000, lastHeartbeat: Date.now(), protocol: 1, latencyMs: null, skewMs: 0 },
  facts,
  ...more,
});
/** Connections of hubs, as Redis lists them. */
const clients = async (server: RedisServer): Promise<string[]> =>
  String(await server.ask("CLIENT", "LIST"))
    .split("\n")
    .filter((line) => line.includes("name=servereye"));

describe("one Redis", needs("redis"), () => {
  let server: RedisServer;
  const opened: OpenedRedis[] = [];
  const open = async (url = server.url): Promise<OpenedRedis> => {
    const one = await openedRedis(url);
    opened.push(one);
    return one;
  };
  before(async () => {
    server = await startRedis({ password: PASSWORD });
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  after(async () => {
    await server?.stop();
  });

  brokerContract("one Redis", async () => (await open()).broker);
  presenceContract("one Redis", async () => {
    await server.ask("FLUSHALL");
    return { board: (await open()).presence, now: Date.now, turn: (ms) => age([server], ms) };
  });

  it("holds two connections however many channels, and joins them in few commands", async () => {
    const { broker } = await open();
    await server.ask("CONFIG", "RESETSTAT");
    const { hear, until } = ear();
    const channels = Array.from({ length: 1_000 }, (_, at) => `cmd:${at}`);
    const subscriptions = await Promise.all(channels.map((channel) => broker.subscribe(channel, hear)));
    // The same two may take a moment to be the only ones: Redis learns of closed connections in its own time.
    for (let left = 200; left > 0 && (await clients(server)).length > 2; left--);
    assert.equal((await clients(server)).length, 2);
    const calls = /cmdstat_subscribe:calls=(\d+)/.exec(String(await server.ask("INFO", "commandstats")));
    assert.ok(Number(calls?.[1]) <= 3, `${calls?.[1]} commands`);
    assert.deepEqual(
      await Promise.all(channels.map((channel) => broker.publish(channel, channel))),
      channels.map(() => 1),
    );
    await until(1_000);
    await Promise.all(subscriptions.map((one) => one.close()));
    assert.deepEqual(await server.ask("PUBSUB", "CHANNELS", "cmd:*"), []);
  });

  it("keeps the later of a quick leave and join of one channel", async () => {
    const { broker } = await open();
    const { heard, hear, until } = ear();
    let last = await broker.subscribe("cmd:1", () => {});
    for (let round = 0; round < 50; round++) {
      const leaving = last.close();
      last = await broker.subscribe("cmd:1", hear);
      await leaving;
      assert.equal(await broker.publish("cmd:1", String(round)), 1);
    }
    await until(50);
    await last.close();
    assert.equal(await broker.publish("cmd:1", "x"), 0);
    assert.deepEqual(
      [...heard],
      Array.from({ length: 50 }, (_, round) => String(round)),
    );
  });

  it("comes back when Redis was killed under traffic and starts empty, every subscription with it", async () => {
    const one = await open();
    const { broker, log, metrics } = one;
    const { heard, hear, until } = ear();
    const channels = Array.from({ length: 1_000 }, (_, at) => `cmd:${at}`);
    await Promise.all(channels.map((channel) => broker.subscribe(channel, hear)));
    const outcomes = { sent: 0, refused: 0 };
    let traffic = true;
    const sending = (async () => {
      while (traffic)
        await broker.publish("cmd:1", "old").then(
          () => outcomes.sent++,
          async (error: unknown) => {
            assert.ok(unavailable(error));
            outcomes.refused++;
            await new Promise((resolve) => setTimeout(resolve, 5));
          },
        );
    })();
    const back = restoredOnce(one);
    while (outcomes.sent === 0) await new Promise((resolve) => setImmediate(resolve));
    await server.kill();
    await assert.rejects(
      broker.subscribe("cmd:new", () => {}),
      unavailable,
    );
    await assert.rejects(one.presence.put(presence("a")), unavailable);
    await assert.rejects(broker.check(), unavailable);
    await server.start();
    const began = performance.now();
    await back;
    const tookMs = performance.now() - began;
    traffic = false;
    await sending;
    assert.ok(tookMs < 3_000, `${tookMs} ms`);
    assert.ok(outcomes.sent > 0 && outcomes.refused > 0, JSON.stringify(outcomes));
    await broker.check();
    await Promise.all(
      channels.map(async (channel) => assert.equal(await broker.publish(channel, channel), 1)),
    );
    // "old" is among them.
    await until(1_001);
    assert.ok(channels.every((channel) => heard.has(channel)));
    // Once for going and once for coming, however often it was tried.
    assert.deepEqual(
      log.events.filter(({ level }) => level !== "debug").map(({ event }) => event),
      ["broker.away", "broker.restored"],
    );
    assert.equal(metrics.of("broker_losses"), 1);
  });

  it("notices a server that is held, ends calls at the deadline and then at once, and comes back", async () => {
    const one = await open();
    const quiet = await open();
    await one.broker.subscribe("cmd:1", () => {});
    const back = [restoredOnce(one), restoredOnce(quiet)];
    server.pause();
    try {
      const began = performance.now();
      await assert.rejects(one.broker.publish("cmd:1", "x"), unavailable);
      assert.ok(performance.now() - began > 900);
      await assert.rejects(one.broker.publish("cmd:1", "x"), {
        code: "BROKER_UNAVAILABLE",
        message: "Redis is away",
      });
      // Nobody calls on this one: its own pings find it.
      await quiet.metrics.until("broker_losses", {});
      assert.ok(performance.now() - began < 5_000);
    } finally {
      server.resume();
    }
    await Promise.all(back);
    assert.equal(await one.broker.publish("cmd:1", "x"), 1);
  });

  it("says clearly that the password is refused, without it, and goes on trying", async () => {
    const url = server.url.replace(/:[^:@/]+@/, ":not-this-one@");
    const one = await open(url);
    await assert.rejects(one.broker.publish("cmd:1", "x"), unavailable);
    await assert.rejects(
      one.broker.subscribe("cmd:1", () => {}),
      unavailable,
    );
    const [event] = one.log.events;
    assert.equal(event?.event, "broker.away");
    assert.match(String(event?.fields.error), /refuses the user and password/);
    const { error } = event?.fields ?? {};
    assert.doesNotMatch(
      `${one.log.events.map((each) => `${Object.values(each.fields)}`)}${error instanceof Error ? error.cause : ""}`,
      /not-this-one/,
    );
    const back = restoredOnce(one);
    await server.ask("ACL", "SETUSER", "default", ">not-this-one");
    await back;
    await server.ask("ACL", "SETUSER", "default", "<not-this-one");
    assert.equal(await one.broker.publish("cmd:1", "x"), 0);
  });

  it("needs no more rights than the documentation names", async () => {
    const page = readFileSync(join(import.meta.dirname, "../../../../../../docs/operations.md"), "utf8");
    const [, rights = ""] = /ACL SETUSER servereye on >PASSWORD (.*)/.exec(page) ?? [];
    await server.ask("ACL", "SETUSER", "servereye", "on", ">few-rights", ...rights.split(" "));
    const { broker, presence: board } = await open(server.url.replace(/:[^:@/]+@/, "servereye:few-rights@"));
    const { close } = await broker.subscribe("cmd:1", () => {});
    assert.equal(await broker.publish("cmd:1", "x"), 1);
    await close();
    await board.put(presence("few"));
    assert.equal((await board.get(["few"])).size, 1);
    assert.ok((await board.count()) >= 1);
    await board.remove("few", "h", 1_000);
    assert.equal((await board.get(["few"])).size, 0);
  });

  it("writes entries that Redis itself forgets, and counts ten thousand of them by their index", async () => {
    const { presence: board, metrics } = await open();
    await server.ask("FLUSHALL");
    await board.put(presence("a"));
    await board.put(presence("b", { lastHeartbeat: Date.now() - SILENCE_MS }));
    const [a, b] = await Promise.all(
      ["a", "b"].map(async (id) => {
        const [key] = [await server.ask("KEYS", `presence:*:${id}`)].flat();
        return Number(await server.ask("PTTL", String(key)));
      }),
    );
    const life = SILENCE_MS + PRESENCE_MARGIN_MS;
    assert.ok(a !== undefined && a > life - 5_000 && a <= life, `${a}`);
    assert.ok(b !== undefined && b <= PRESENCE_MARGIN_MS && b > 0, `${b}`);
    await board.put(presence("c", { lastHeartbeat: Date.now() - life - 1 }));
    assert.deepEqual([...(await board.get(["a", "b", "c"])).keys()].sort(), ["a", "b"]);
    const many = Array.from({ length: 10_000 }, (_, at) => `s${at}`);
    for (let at = 0; at < many.length; at += 1_000)
      await Promise.all(many.slice(at, at + 1_000).map((id) => board.put(presence(id))));
    assert.equal(await board.count(), 10_002);
    assert.equal((await board.get(many)).size, 10_000);
    assert.equal(metrics.of("presence_malformed"), 0);
    // No key stands for ever.
    const keys = [await server.ask("KEYS", "*")].flat().map(String);
    const lives = await Promise.all(keys.slice(0, 50).map((key) => server.ask("PTTL", key)));
    assert.ok(lives.every((left) => Number(left) > 0));
  });

  it("takes garbage for nobody, counts it, and writes over it", async () => {
    const { presence: board, metrics } = await open();
    await server.ask("FLUSHALL");
    await board.put(presence("a"));
    const [key] = [await server.ask("KEYS", "presence:*:a")].flat();
    for (const garbage of ["", "null", "{", '{"serverId":"a"}', JSON.stringify(presence("b"))]) {
      await server.ask("SET", String(key), garbage);
      assert.equal((await board.get(["a"])).size, 0, garbage);
      await board.remove("a", "h", 1);
    }
    assert.equal(metrics.of("presence_malformed"), 5);
    await board.put(presence("a", { since: 2_000 }));
    assert.equal((await board.get(["a"])).get("a")?.since, 2_000);
  });
});

describe("Redis that is not there yet", needs("redis"), () => {
  it("lets a hub begin, and is there when it comes", async () => {
    const server = await startRedis();
    await server.kill();
    const one = await openedRedis(server.url);
    try {
      await assert.rejects(one.broker.check(), unavailable);
      const back = restoredOnce(one);
      await server.start();
      await back;
      await one.broker.check();
    } finally {
      await one.close();
      await server.stop();
    }
  });
});

describe("Redis over TLS", needs("redis"), () => {
  it("talks to a server whose certificate it is told to trust, and to no other", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tls-"));
    const certificate = makeCertificate(folder);
    const server = await startRedis({ password: PASSWORD, certificate });
    const trusting = await openedRedis(`${server.url}/3`, certificate.ca);
    const other = await openedRedis(server.url);
    try {
      await trusting.broker.subscribe("cmd:1", () => {});
      assert.equal(await trusting.broker.publish("cmd:1", "x"), 1);
      await trusting.presence.put(presence("a"));
      assert.match(String(await server.ask("INFO", "keyspace")), /db3:keys=2/);
      await assert.rejects(other.broker.publish("cmd:1", "x"), unavailable);
      const { error } = other.log.events[0]?.fields ?? {};
      assert.match(String(error instanceof Error ? error.cause : undefined), /self-signed certificate/);
    } finally {
      await Promise.all([trusting.close(), other.close()]);
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
