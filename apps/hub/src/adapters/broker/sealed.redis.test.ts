/** Who can write to Redis and has not the hubs' key commands nothing and forges nothing. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { type RedisServer, startRedis } from "../../../../../test/engines/redis.ts";
import { needs } from "../../../../../test/engines.ts";
import { systemClock } from "../../clock.ts";
import { keptLog, readMetrics } from "../../core/fleet/doubles.test-code.ts";
import type { Presence } from "../../core/ports/broker.ts";
import { brokerContract, presenceContract } from "./contract.test-suite.ts";
import { openRedisBroker } from "./redis/broker.ts";
import { age } from "./redis/redis.test-code.ts";
import { createSeal, sealBroker, sealedEntries } from "./sealed.ts";

describe("one Redis, sealed", needs("redis"), () => {
  let server: RedisServer;
  const closing: Array<() => Promise<void>> = [];
  before(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  after(async () => {
    await server?.stop();
  });

  /** A hub's broker and board; those with the same `byte` have the same key. */
  async function hub(byte: number) {
    const [clock, log, metrics] = [systemClock, keptLog(), readMetrics()];
    const seal = createSeal({ key: new Uint8Array(32).fill(byte), clock, log, metrics });
    const entries = sealedEntries(seal, clock);
    const redis = await openRedisBroker({ url: server.url, clock, log, metrics, entries });
    closing.push(() => redis.close());
    return { broker: sealBroker(redis.broker, seal), presence: redis.presence, metrics };
  }

  brokerContract("one Redis, sealed", async () => (await hub(1)).broker);
  presenceContract("one Redis, sealed", async () => {
    await server.ask("FLUSHALL");
    return { board: (await hub(1)).presence, now: Date.now, turn: (ms) => age([server], ms) };
  });

  const entry = (serverId: string): Presence => ({
    ...{ serverId, hub: "h", since: 1, lastHeartbeat: Date.now(), protocol: 1, latencyMs: null, skewMs: 0 },
    facts: { version: "1", runtime: "", os: "", arch: "", hostname: "", bootId: "", allow: [], commands: [] },
  });

  it("hubs hear each other, and nothing of anybody else", async () => {
    const [asking, holding, foreign] = await Promise.all([hub(1), hub(1), hub(2)]);
    const heard: string[] = [];
    for (const channel of ["cmd:1", "line:1", "resp:1"])
      await holding.broker.subscribe(channel, (text) => heard.push(`${channel} ${text}`));
    for (const channel of ["cmd:1", "line:1", "resp:1"]) {
      await server.ask("PUBLISH", channel, '{"t":"removed"}');
      assert.equal(await foreign.broker.publish(channel, "of another installation"), 1);
    }
    await holding.metrics.until("broker_forged", {}, 6);
    assert.equal(await asking.broker.publish("cmd:1", "true"), 1);
    // Redis keeps the order of what one connection sent; what came by others has been counted above.
    await asking.broker.publish("resp:1", "last");
    while (heard.length < 2) await new Promise(setImmediate);
    assert.deepEqual(heard, ["cmd:1 true", "resp:1 last"]);
  });

  it("an entry that was made up, or belongs to another server, is none", async () => {
    const [one, other] = await Promise.all([hub(1), hub(1)]);
    for (const serverId of ["a", "b"]) await one.presence.put(entry(serverId));
    const [ofA, ofB] = [await keyOf("a"), await keyOf("b")];
    const body = String(await server.ask("GET", ofA));
    assert.deepEqual([...(await other.presence.get(["a", "b"])).keys()].sort(), ["a", "b"]);
    await server.ask("SET", ofB, body);
    assert.deepEqual([...(await other.presence.get(["a", "b"])).keys()], ["a"]);
    await server.ask("SET", ofA, JSON.stringify(entry("a")));
    assert.equal((await other.presence.get(["a", "b"])).size, 0);
    assert.equal(other.metrics.of("broker_forged", { kind: "presence" }), 3);
    // The next heartbeat puts the true one in its place.
    await one.presence.put(entry("a"));
    assert.deepEqual([...(await other.presence.get(["a"])).keys()], ["a"]);
  });

  const keyOf = async (serverId: string): Promise<string> => {
    const found = await server.ask("KEYS", `presence:*:${serverId}`);
    return Array.isArray(found) ? String(found[0]) : "";
  };
});
