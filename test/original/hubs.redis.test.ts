/** Two hubs on a real Redis: what the original's agents need between hubs goes over it, and no poll holds a connection. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { originals, readings } from "@servereye/commands/hub";
import { openRedisBroker } from "../../apps/hub/src/adapters/broker/redis/broker.ts";
import { createSeal, sealBroker, sealedEntries } from "../../apps/hub/src/adapters/broker/sealed.ts";
import { systemClock } from "../../apps/hub/src/clock.ts";
import { keptLog, readMetrics } from "../../apps/hub/src/core/fleet/doubles.test-code.ts";
import { type RedisServer, startRedis } from "../engines/redis.ts";
import { needs } from "../engines.ts";
import { originalAgent, usualAnswers } from "./agent.ts";
import { type Installation, installation, type OriginalHub, originalHub } from "./hubs.ts";

const keyNumber = (n: number): string => `srv_${n.toString(16).padStart(32, "0")}`;

describe("original agents and two hubs on one Redis", needs("redis"), () => {
  let server: RedisServer;
  let all: Installation;
  let hubs: OriginalHub[] = [];
  const closing: Array<() => Promise<void>> = [];

  before(async () => {
    server = await startRedis();
    all = installation();
    hubs = await Promise.all(["hub-a", "hub-b"].map(hub));
  });
  after(async () => {
    // Each, also where another could not be ended: what is left open would keep this process.
    const ended = [
      ...(await Promise.allSettled(hubs.map((one) => one.stop()))),
      ...(await Promise.allSettled(closing.map((close) => close()))),
      ...(await Promise.allSettled([server?.stop()])),
    ];
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  });

  async function hub(hubId: string): Promise<OriginalHub> {
    const [clock, log, metrics] = [systemClock, keptLog(), readMetrics()];
    const seal = createSeal({ key: new Uint8Array(32).fill(7), clock, log, metrics });
    const redis = await openRedisBroker({
      url: server.url,
      clock,
      log,
      metrics,
      entries: sealedEntries(seal, clock),
    });
    closing.push(() => redis.close());
    return originalHub(all, { hubId, broker: sealBroker(redis.broker, seal) });
  }

  it("each request of an agent may come to the other hub: each ask is answered, once", async (t) => {
    const key = keyNumber(0);
    const serverId = await all.add(key);
    let next = 0;
    const base = () => hubs[next++ % 2]?.url ?? "";
    const pause = () => new Promise<void>(() => undefined);
    const agent = originalAgent({
      key,
      base,
      style: "streams",
      answers: usualAnswers,
      freshIds: true,
      pause,
    });
    // Also after a failure: its poll is a request in hand, for whose end the next test would wait.
    t.after(() => agent.kill());
    agent.start();
    while (!hubs.some((one) => one.originals.size() > 0)) await new Promise((done) => setImmediate(done));
    const answered = new Set(originals.map(({ command }) => command));
    const asked = readings.map(({ command }) => command).filter(({ name }) => answered.has(name));
    assert.ok(asked.length >= 8, "the readings an original agent knows");
    for (let round = 0; round < 4; round++)
      for (const command of asked) assert.ok(await hubs[round % 2]?.ask(serverId, command), command.name);
    assert.equal(new Set(agent.received.map(({ id }) => id)).size, 4 * asked.length);
    assert.equal(agent.received.length, 4 * asked.length);
    assert.deepEqual(agent.errors, []);
  });

  it("fifty polls that wait hold no connection of Redis", async (t) => {
    const connections = async () =>
      String(await server.ask("CLIENT", "LIST"))
        .trim()
        .split("\n").length;
    const before = await connections();
    const [one] = hubs;
    assert.ok(one);
    const stop = new AbortController();
    t.after(() => stop.abort());
    const keys = Array.from({ length: 50 }, (_, n) => keyNumber(n + 1));
    for (const key of keys) await all.add(key);
    const polls = keys.map((key) =>
      fetch(`${one.url}/api/streams/xread`, {
        method: "POST",
        body: JSON.stringify({ stream: `stream:cmd:${key}`, last_id: "$", block_ms: 60_000 }),
        signal: stop.signal,
      }),
    );
    while (one.originals.size() < keys.length) await new Promise((done) => setImmediate(done));
    assert.equal(await connections(), before);
    stop.abort();
    await Promise.allSettled(polls);
    await one.quiet();
  });
});
