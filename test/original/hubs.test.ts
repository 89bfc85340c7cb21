/** Two hubs behind a balancer that keeps no order: each request of an agent may come to the other one. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { readings } from "@servereye/commands/hub";
import { type Command, Fault } from "@servereye/contract";
import { askChannel } from "../../apps/hub/src/core/fleet/channels.ts";
import type { Broker } from "../../apps/hub/src/core/ports/broker.ts";
import { type DoubleOptions, type OriginalDouble, originalAgent, type Style, usualAnswers } from "./agent.ts";
import { type Installation, installation, type OriginalHub, originalHub } from "./hubs.ts";

const named = (name: string): Command => {
  const found = readings.find((reading) => reading.command.name === name);
  assert.ok(found, name);
  return found.command;
};

const KEY = `srv_${"0a1b2c3d".repeat(5)}`;
const turnOfLoop = () => new Promise((done) => setImmediate(done));

describe("an original agent between two hubs", () => {
  let all: Installation;
  let a: OriginalHub;
  let b: OriginalHub;
  let serverId: string;
  const agents: OriginalDouble[] = [];

  before(async () => {
    all = installation();
    [a, b] = [await originalHub(all, { hubId: "hub-a" }), await originalHub(all, { hubId: "hub-b" })];
    serverId = await all.add(KEY);
  });
  after(async () => {
    await a.stop();
    await b.stop();
  });
  afterEach(async () => {
    for (const agent of agents.splice(0)) await agent.kill();
    for (let turns = 0; turns < 3 || a.originals.size() + b.originals.size() > 0; turns++) {
      await Promise.all([a.quiet(), b.quiet()]);
      all.clock.turn(120_000);
      await turnOfLoop();
    }
  });

  const double = (options: Partial<DoubleOptions> & Pick<DoubleOptions, "base">): OriginalDouble => {
    const pause = (ms: number) => new Promise<void>((done) => void all.clock.after(ms, done));
    const agent = originalAgent({ key: KEY, style: "streams", answers: usualAnswers, pause, ...options });
    agents.push(agent);
    return agent;
  };
  /** One hub, then the other, request by request. */
  const alternating = () => {
    let next = 0;
    return () => (next++ % 2 === 0 ? a.url : b.url);
  };
  const heldBy = async () => (await a.fleet.presenceOf([serverId])).get(serverId)?.hub;
  const until = async (hub: OriginalHub) => {
    while ((await heldBy()) !== hub.hubId) await turnOfLoop();
  };
  const poll = (hub: OriginalHub) =>
    double({ base: () => hub.url }).post("/api/streams/xread", {
      stream: `stream:cmd:${KEY}`,
      last_id: "$",
      block_ms: 60_000,
    });
  const given = async (reply: Response): Promise<string[]> => {
    const body = (await reply.json()) as { streams?: Array<{ Messages: Array<{ Values: { id: string } }> }> };
    return (body.streams ?? []).flatMap(({ Messages }) => Messages.map(({ Values }) => Values.id));
  };

  for (const style of ["pubsub", "streams", "group"] as const satisfies Style[]) {
    it(`answers everything by ${style}, once, though each request goes to the other hub`, async () => {
      const agent = double({ style, base: alternating(), freshIds: style !== "pubsub" });
      agent.start();
      while (a.originals.size() + b.originals.size() === 0) await turnOfLoop();
      const names = ["ping", "temp", "memory", "disk", "uptime", "processes", "network"];
      for (let round = 0; round < 4; round++)
        for (const name of names) {
          const asker = round % 2 === 0 ? a : b;
          assert.ok((await asker.ask(serverId, named(name))).answer, `${name} in round ${round}`);
        }
      assert.equal(agent.received.length, 28);
      assert.equal(new Set(agent.received.map(({ id }) => id)).size, 28);
      assert.deepEqual(agent.errors, []);
    });
  }

  it("gets what one hub kept for it from the other, where it polls next", async () => {
    const waiting = poll(a);
    await until(a);
    const first = b.ask(serverId, named("ping"));
    const [id] = await given(await waiting);
    await a.quiet();
    // Between two polls: hub A has its place, and keeps these.
    const rest = Promise.all([a.ask(serverId, named("uptime")), b.ask(serverId, named("temp"))]);
    const agent = double({ base: () => b.url });
    const reply = { command_id: id, type: "pong", payload: JSON.stringify({ type: "pong", payload: {} }) };
    assert.equal(
      (await agent.post("/api/streams/xadd", { stream: `stream:resp:${KEY}`, values: reply })).status,
      200,
    );
    assert.ok(await first, "the reply came to hub B, which had not asked it");
    agent.start();
    await rest;
    assert.deepEqual(agent.received.map(({ type }) => type).sort(), ["get_cpu_temp", "get_uptime"]);
    assert.equal(await heldBy(), "hub-b");
  });

  it("hands an ask out once, though two hubs hold its connection and a poll waits at each", async () => {
    // It never hears that it was replaced, as with the broker away for that moment.
    const subscribe: Broker["subscribe"] = (channel, handler) =>
      all.broker.subscribe(channel.startsWith("line:") ? "nowhere" : channel, handler);
    const deaf = await originalHub(all, { hubId: "hub-deaf", broker: { ...all.broker, subscribe } });
    const polls = [poll(deaf)];
    await until(deaf);
    polls.push(poll(b));
    await until(b);
    const asked = b.ask(serverId, named("ping"));
    const heard = assert.rejects(asked, (error: Fault) => error.code === "COMMAND_TIMEOUT");
    await Promise.race(polls);
    const denied = () =>
      [deaf, b].reduce(
        (sum, hub) => sum + hub.metrics.of("original_asks_dropped", { reason: "elsewhere" }),
        0,
      );
    while (denied() === 0) await turnOfLoop();
    // Whichever was the slower polls on, and so does the other: neither is given it again.
    polls.push(poll(deaf), poll(b));
    for (let n = 0; n < 20; n++) await turnOfLoop();
    all.clock.turn(60_000);
    const ids = (await Promise.all(polls.map(async (reply) => given(await reply)))).flat();
    assert.equal(ids.length, 1);
    await heard;
    await deaf.stop();
  });

  it("is never given an ask twice, however it restarts and wherever its requests go", async (t) => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e9);
    t.diagnostic(`SEED=${seed}`);
    let state = seed;
    // A linear congruential generator (Numerical Recipes): any will do that can be seeded.
    const chance = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const agent = double({ base: () => (chance() < 0.5 ? a.url : b.url), freshIds: true });
    agent.start();
    while (a.originals.size() + b.originals.size() === 0) await turnOfLoop();
    const asked: Array<Promise<"ok" | Fault["code"]>> = [];
    let kills = 0;
    for (let step = 0; step < 200; step++) {
      const asker = chance() < 0.5 ? a : b;
      const one = asker.ask(serverId, named(chance() < 0.5 ? "ping" : "memory"));
      asked.push(
        one.then(
          () => "ok" as const,
          (error: unknown) => Fault.of(error).code,
        ),
      );
      if (chance() < 0.5) await Promise.race(asked.slice(-3));
      if (chance() < 0.1) {
        kills += 1;
        await agent.kill();
        for (let turns = chance() * 20; turns > 0; turns--) await turnOfLoop();
        agent.start();
      }
    }
    // What was asked before these has had its turn.
    for (const hub of [a, b, a, b]) assert.ok(await hub.ask(serverId, named("uptime")));
    all.clock.turn(5_000);
    const outcomes = await Promise.all(asked);
    assert.equal(new Set(agent.received.map(({ id }) => id)).size, agent.received.length);
    assert.deepEqual(
      outcomes.filter((outcome) => outcome !== "ok" && outcome !== "COMMAND_TIMEOUT"),
      [],
    );
    // A killed agent takes with it what it was just given, and what went to a poll whose end nobody had noticed yet.
    const lost = outcomes.filter((outcome) => outcome !== "ok").length;
    assert.ok(lost <= 3 * kills + 5, `${lost} of ${outcomes.length} lost in ${kills} kills`);
  });

  it("is online at one hub while its heartbeats come to the other", async () => {
    const waiting = poll(a);
    await until(a);
    const asked = a.ask(serverId, named("ping"));
    const heard = assert.rejects(asked, Fault);
    await given(await waiting);
    const agent = double({ base: () => b.url });
    for (let n = 0; n < 4; n++) {
      all.clock.turn(30_000);
      assert.equal((await agent.post("/api/heartbeat", { server_key: KEY })).status, 200);
      for (let turns = 0; turns < 5; turns++) await turnOfLoop();
      assert.equal(await heldBy(), "hub-a");
    }
    await heard;
  });

  it("goes on at another hub when its own leaves", async () => {
    const c = await originalHub(all, { hubId: "hub-c" });
    const waiting = poll(c);
    await until(c);
    const left = c.stop();
    assert.deepEqual(await given(await waiting), [], "its poll is answered at once");
    await left;
    // It is deaf for up to 5 s now, and nobody calls it offline.
    const heard: number[] = [];
    const publish: Broker["publish"] = async (channel, text) => {
      const by = await all.broker.publish(channel, text);
      if (channel === askChannel(serverId)) heard.push(by);
      return by;
    };
    const d = await originalHub(all, { hubId: "hub-d", broker: { ...all.broker, publish } });
    const asked = d.ask(serverId, named("temp"));
    while (heard.length === 0) await turnOfLoop();
    const agent = double({ base: () => a.url });
    agent.start();
    await until(a);
    while (heard.at(-1) === 0) {
      await turnOfLoop();
      all.clock.turn(10);
    }
    assert.ok(await asked);
    assert.deepEqual(heard, [0, 1]);
    await d.stop();
    assert.ok(await b.ask(serverId, named("ping")));
  });
});
