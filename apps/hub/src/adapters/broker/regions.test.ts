/** Brokers of several regions as one: where a message goes, and what is said when a region is cut off. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_DEADLINE_MS, Fault } from "@servereye/contract";
import { keptLog, readMetrics, turnedClock } from "../../core/fleet/doubles.test-code.ts";
import type { Broker, Presence, PresenceBoard } from "../../core/ports/broker.ts";
import { brokerContract, presenceContract } from "./contract.test-suite.ts";
import { createMemoryBroker, createMemoryPresence } from "./memory.ts";
import { REGION_DEADLINE_MS, RESUBSCRIBE_MS, type Region } from "./region.ts";
import { joinRegions } from "./regions.ts";

/** A region whose broker and board can be cut off from one hub: calls fail, or never end. */
function cuttable(region: Region) {
  const state: { way: "open" | "failing" | "silent" } = { way: "open" };
  const calls: string[] = [];
  const restored = new Set<() => void>();
  async function pass<T>(call: string, work: () => Promise<T>): Promise<T> {
    calls.push(call);
    if (state.way === "silent") return new Promise<T>(() => undefined);
    if (state.way === "failing") throw new Fault("BROKER_UNAVAILABLE", `${region.name} is away`);
    return work();
  }
  const { broker: inner, presence: board } = region;
  const broker: Broker = {
    publish: (channel, message) => pass(`publish ${channel}`, () => inner.publish(channel, message)),
    subscribe: (channel, handler) => pass(`subscribe ${channel}`, () => inner.subscribe(channel, handler)),
    restored(run) {
      restored.add(run);
      return () => void restored.delete(run);
    },
    check: () => pass("check", () => inner.check()),
    close: () => inner.close(),
  };
  const presence: PresenceBoard = {
    put: (entry) => pass("put", () => board.put(entry)),
    remove: (...which) => pass("remove", () => board.remove(...which)),
    get: (serverIds) => pass(`get ${serverIds}`, () => board.get(serverIds)),
    count: () => pass("count", () => board.count()),
    unseen: () => [],
  };
  return {
    region: { name: region.name, broker, presence },
    calls,
    restored,
    cut(way: "failing" | "silent") {
      state.way = way;
    },
    open() {
      state.way = "open";
      for (const run of [...restored]) run();
    },
  };
}

/** Hubs in regions `a`, `b` and `c`: each with its own way to each of the three brokers. */
function world(names: readonly string[] = ["a", "b", "c"]) {
  const clock = turnedClock();
  const log = keptLog();
  const brokers = new Map(
    names.map((name) => [
      name,
      { name, broker: createMemoryBroker({ log }), presence: createMemoryPresence({ clock }) },
    ]),
  );
  function hubIn(own: string) {
    const ways = new Map([...brokers].map(([name, region]) => [name, cuttable(region)]));
    const way = (name: string) => {
      const found = ways.get(name);
      assert.ok(found);
      return found;
    };
    const hubLog = keptLog();
    const metrics = readMetrics();
    const others = names.filter((name) => name !== own).map((name) => way(name).region);
    const joined = joinRegions({ own: way(own).region, others, clock, log: hubLog, metrics });
    return { ...joined, way, log: hubLog, metrics, down: () => metrics.read("broker_regions_down") };
  }
  return { clock, hubIn };
}

const away = (regions: string) => (error: unknown) =>
  error instanceof Fault && error.code === "BROKER_UNAVAILABLE" && error.values.regions === regions;

/** Lets what is under way go on as far as it can without the clock. */
const settle = () => new Promise<void>((done) => setImmediate(done));

const entry = (serverId: string, more: Partial<Presence> = {}): Presence => ({
  ...{
    serverId,
    hub: "h",
    since: 1,
    lastHeartbeat: 1_700_000_000_000,
    protocol: 1,
    latencyMs: null,
    skewMs: 0,
  },
  facts: { version: "1", runtime: "", os: "", arch: "", hostname: "", bootId: "", allow: [], commands: [] },
  ...more,
});

brokerContract("three regions as one", async () => world().hubIn("a").broker);

presenceContract("three regions as one", async () => {
  const { clock, hubIn } = world();
  return { board: hubIn("a").presence, now: clock.now, turn: clock.turn };
});

describe("a message for one receiver", () => {
  it("stays in the own region when somebody there has it", async () => {
    const { hubIn } = world();
    const [a, b] = [hubIn("a"), hubIn("b")];
    const heard: string[] = [];
    await a.broker.subscribe("cmd:1", (text) => heard.push(`a ${text}`));
    await b.broker.subscribe("cmd:1", (text) => heard.push(`b ${text}`));
    a.way("b").cut("silent");
    assert.equal(await a.broker.publish("cmd:1", "x"), 1);
    await settle();
    assert.deepEqual(heard, ["a x"]);
    assert.deepEqual(a.way("b").calls, []);
  });

  it("goes to all others at once when nobody had it, once to each, and gives the sum", async () => {
    const { hubIn } = world();
    const [a, b, c] = [hubIn("a"), hubIn("b"), hubIn("c")];
    const heard: string[] = [];
    await b.broker.subscribe("cmd:1", (text) => heard.push(`b ${text}`));
    await c.broker.subscribe("cmd:1", (text) => heard.push(`c ${text}`));
    assert.equal(await a.broker.publish("cmd:1", "x"), 2);
    await settle();
    assert.deepEqual(heard.sort(), ["b x", "c x"]);
    for (const name of ["a", "b", "c"]) assert.deepEqual(a.way(name).calls, ["publish cmd:1"]);
    assert.equal(await a.broker.publish("cmd:2", "x"), 0);
  });

  it("counts a region that is away as nobody when another had it, also when that is the own one", async () => {
    const { hubIn } = world();
    const [a, b] = [hubIn("a"), hubIn("b")];
    await b.broker.subscribe("cmd:1", () => undefined);
    a.way("a").cut("failing");
    a.way("c").cut("failing");
    assert.equal(await a.broker.publish("cmd:1", "x"), 1);
  });

  it("is not said to have no receiver while a region can not be asked: names it, within the deadline", async () => {
    const { hubIn, clock } = world();
    const a = hubIn("a");
    a.way("b").cut("failing");
    await assert.rejects(a.broker.publish("cmd:1", "x"), away("b"));
    a.way("c").cut("silent");
    const published = a.broker.publish("cmd:1", "y");
    await settle();
    clock.turn(REGION_DEADLINE_MS);
    await assert.rejects(published, away("b, c"));
    a.way("a").cut("silent");
    const last = a.broker.publish("cmd:1", "z");
    // First the own region is waited for, then the others at the same time.
    for (let phase = 0; phase < 2; phase++) {
      await settle();
      clock.turn(REGION_DEADLINE_MS);
    }
    await assert.rejects(last, away("a, b, c"));
    for (const name of ["a", "b", "c"]) assert.equal(a.way(name).calls.length, 3, "told a region twice");
    assert.equal(clock.armed(), 0);
  });
});

describe("other messages", () => {
  it("news of a server or of the bot go everywhere, heartbeats nowhere else", async () => {
    const { hubIn } = world();
    const [a, b] = [hubIn("a"), hubIn("b")];
    const heard: string[] = [];
    for (const kind of ["line", "paired", "telegram", "heartbeat"])
      for (const hub of [a, b]) await hub.broker.subscribe(`${kind}:1`, () => heard.push(kind));
    assert.equal(await a.broker.publish("line:1", "x"), 2);
    assert.equal(await a.broker.publish("paired:1", "x"), 2);
    assert.equal(await a.broker.publish("telegram:1", "x"), 2);
    assert.equal(await a.broker.publish("heartbeat:1", "x"), 1);
    await settle();
    assert.deepEqual(heard.sort(), [
      "heartbeat",
      ...["line", "line", "paired", "paired", "telegram", "telegram"],
    ]);
    a.way("b").cut("failing");
    assert.equal(await a.broker.publish("line:1", "x"), 1);
    await assert.rejects(a.broker.publish("line:2", "x"), away("b"));
    assert.equal(await a.broker.publish("heartbeat:2", "x"), 0);
  });
});

describe("what an agent of the original sends", () => {
  it("reaches a hub of another region though the one that passes it on listens too", async () => {
    const { hubIn } = world();
    const heard: string[] = [];
    const hubs = { a: hubIn("a"), b: hubIn("b") };
    for (const [name, hub] of Object.entries(hubs))
      await hub.broker.subscribe("original:1", () => heard.push(name));
    assert.equal(await hubs.b.broker.publish("original:1", "reply"), 2);
    await settle();
    assert.deepEqual(heard.sort(), ["a", "b"]);
  });
});

describe("answers", () => {
  it("reach the asking hub whichever region it and the answering one are in, once", async () => {
    const { hubIn } = world();
    const [a, b, c] = [hubIn("a"), hubIn("b"), hubIn("c")];
    const heard: string[] = [];
    const subscription = await a.broker.subscribe("resp:1", (text) => heard.push(text));
    for (const [name, hub] of Object.entries({ a, b, c }))
      assert.equal(await hub.broker.publish("resp:1", name), 1);
    await settle();
    assert.deepEqual(heard, ["a", "b", "c"]);
    assert.deepEqual(c.way("a").calls, [], "it was heard in the answering hub's own region");
    await subscription.close();
    for (const hub of [a, b, c]) assert.equal(await hub.broker.publish("resp:1", "x"), 0);
  });

  it("are listened to in a region as soon as it is there: by trying again, and when told that it is", async () => {
    const { hubIn, clock } = world();
    const [a, b, c] = [hubIn("a"), hubIn("b"), hubIn("c")];
    a.way("b").cut("failing");
    a.way("c").cut("failing");
    const heard: string[] = [];
    const subscription = await a.broker.subscribe("resp:1", (text) => heard.push(text));
    assert.equal(a.down(), 2);
    a.way("c").open();
    await settle();
    assert.equal(await c.broker.publish("resp:1", "told"), 1);
    clock.turn(RESUBSCRIBE_MS);
    await settle();
    assert.equal(a.way("b").calls.filter((call) => call === "subscribe resp:1").length, 2);
    await subscription.close();
    clock.turn(60_000);
    await settle();
    assert.equal(a.way("b").calls.filter((call) => call === "subscribe resp:1").length, 2);
    assert.equal(clock.armed(), 0);
    a.way("b").open();
    await settle();
    assert.equal(await b.broker.publish("resp:1", "late"), 0);
    assert.deepEqual(heard, ["told"]);
  });

  it("wait for a region that says nothing no longer than the deadline, and for the own one always", async () => {
    const { hubIn, clock } = world(["a", "b"]);
    const a = hubIn("a");
    a.way("b").cut("silent");
    const standing = a.broker.subscribe("resp:1", () => undefined);
    await settle();
    clock.turn(REGION_DEADLINE_MS);
    const subscription = await standing;
    assert.equal(await a.broker.publish("resp:1", "x"), 1);
    await subscription.close();
    a.way("a").cut("failing");
    await assert.rejects(
      a.broker.subscribe("resp:2", () => undefined),
      (error) => error instanceof Fault && error.code === "BROKER_UNAVAILABLE",
    );
  });

  it("a subscription that comes to stand after it was closed is closed at once", async () => {
    const { hubIn, clock } = world(["a", "b"]);
    const [a, b] = [hubIn("a"), hubIn("b")];
    const { broker } = a.way("b").region;
    const held = Promise.withResolvers<void>();
    const subscribe = broker.subscribe;
    broker.subscribe = async (...args) => {
      await held.promise;
      return subscribe(...args);
    };
    const standing = a.broker.subscribe("resp:1", () => undefined);
    await settle();
    clock.turn(REGION_DEADLINE_MS);
    await (await standing).close();
    held.resolve();
    await settle();
    assert.deepEqual(a.way("b").calls, ["subscribe resp:1"]);
    assert.equal(await b.broker.publish("resp:1", "x"), 0);
  });
});

describe("how the regions are", () => {
  it("the own one decides; another's being away is told once, counted, and told to be over", async () => {
    const { hubIn } = world(["a", "b"]);
    const a = hubIn("a");
    a.way("b").cut("failing");
    for (let n = 0; n < 3; n++) {
      await a.broker.check();
      await settle();
    }
    assert.equal(a.down(), 1);
    await settle();
    a.way("b").open();
    await settle();
    assert.equal(a.down(), 0);
    assert.deepEqual(
      a.log.events.map(({ level, event, fields }) => `${level} ${event} ${fields.region}`),
      ["warn region.away b", "info region.back b"],
    );
    a.way("a").cut("failing");
    await assert.rejects(a.broker.check());
  });

  it("restored means any of them, until it is ended", () => {
    const { hubIn } = world();
    const a = hubIn("a");
    let told = 0;
    const end = a.broker.restored(() => {
      told += 1;
    });
    for (const name of ["a", "b", "c"]) a.way(name).open();
    assert.equal(told, 3);
    end();
    a.way("b").open();
    assert.equal(told, 3);
  });

  it("leaves nothing behind when it is closed", async () => {
    const { hubIn, clock } = world();
    const a = hubIn("a");
    await a.broker.close();
    for (const name of ["a", "b", "c"]) assert.equal(a.way(name).restored.size, 0);
    assert.equal(clock.armed(), 0);
    await assert.rejects(a.broker.publish("line:1", "x"), Fault);
    for (const name of ["a", "b", "c"]) assert.deepEqual(a.way(name).calls, []);
  });
});

describe("presence", () => {
  it("is written in the own region, and found in any: the own board first, the later entry of the others'", async () => {
    const { hubIn } = world();
    const [a, b, c] = [hubIn("a"), hubIn("b"), hubIn("c")];
    await a.presence.put(entry("near"));
    await b.presence.put(entry("far"));
    await b.presence.put(entry("moved", { since: 1 }));
    await c.presence.put(entry("moved", { since: 2 }));
    const found = await a.presence.get(["near", "far", "moved", "nowhere"]);
    assert.deepEqual([...found.keys()].sort(), ["far", "moved", "near"]);
    assert.equal(found.get("moved")?.since, 2);
    assert.ok(a.way("b").calls.includes("get far,moved,nowhere"));
    a.way("b").calls.length = 0;
    await a.presence.get(["near"]);
    assert.deepEqual(a.way("b").calls, []);
    assert.equal(await a.presence.count(), 4);
    await b.presence.remove("near", "h", 1);
    assert.equal((await a.presence.get(["near"])).size, 1);
  });

  it("passes over a region that is away, waits for it once, and asks it again when it is back", async () => {
    const { hubIn, clock } = world(["a", "b"]);
    const [a, b] = [hubIn("a"), hubIn("b")];
    await a.presence.put(entry("near"));
    await b.presence.put(entry("far"));
    a.way("b").cut("silent");
    const first = a.presence.get(["near", "far"]);
    await settle();
    clock.turn(REGION_DEADLINE_MS);
    assert.deepEqual([...(await first).keys()], ["near"]);
    // No turn of the clock is needed now.
    assert.deepEqual([...(await a.presence.get(["near", "far"])).keys()], ["near"]);
    assert.equal(await a.presence.count(), 1);
    clock.turn(REGION_DEADLINE_MS);
    await settle();
    a.way("b").open();
    await settle();
    assert.deepEqual([...(await a.presence.get(["near", "far"])).keys()], ["near", "far"]);
    assert.equal(await a.presence.count(), 2);
  });

  it("without the own board nobody is said to be missing", async () => {
    const { hubIn } = world(["a", "b"]);
    const [a, b] = [hubIn("a"), hubIn("b")];
    await a.presence.put(entry("near"));
    await b.presence.put(entry("far"));
    a.way("a").cut("failing");
    await assert.rejects(a.presence.get(["near", "far"]), Fault);
    assert.deepEqual([...(await a.presence.get(["far"])).keys()], ["far"]);
    assert.equal(await a.presence.count(), 1);
    a.way("b").cut("failing");
    await assert.rejects(a.presence.count(), away("a, b"));
    await assert.rejects(a.presence.put(entry("near")), Fault);
  });
});

it("an ask that crosses regions ends with the region's name before its own deadline", () => {
  assert.ok(2 * REGION_DEADLINE_MS < DEFAULT_DEADLINE_MS);
});
