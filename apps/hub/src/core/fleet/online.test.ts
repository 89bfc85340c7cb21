/** What being online does when broker, board or store misbehave: the agent stays, or nothing of it is left. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Ask, Fault, keyPairOf, randomBytes } from "@servereye/contract";
import type { Broker, Presence, PresenceBoard } from "../ports/broker.ts";
import type { AgentLine } from "./door.ts";
import { keptLog, readMetrics, smallStore, turnedClock } from "./doubles.test-code.ts";
import { knowServers } from "./known.ts";
import { createOnline } from "./online.ts";

const facts = {
  ...{ version: "1", runtime: "node", os: "Debian", arch: "x64", hostname: "a", bootId: "b" },
  allow: [],
  commands: [],
};
const SERVER = "a".repeat(32);
const turns = () => new Promise<void>((done) => setImmediate(done));

async function started() {
  const clock = turnedClock();
  const log = keptLog();
  const metrics = readMetrics();
  const store = smallStore();
  const hubKey = await keyPairOf(randomBytes(32));
  await store.servers.add({ id: SERVER, name: "a", region: "", publicKey: hubKey.publicKey, owner: "ann" });
  const open = new Map<string, (message: string) => void>();
  const broken = { publish: false, subscribe: "", put: false };
  const told: string[] = [];
  const restored = new Set<() => void>();
  const broker: Broker = {
    async publish(channel, message) {
      told.push(`${channel} ${message}`);
      if (broken.publish) throw new Fault("BROKER_UNAVAILABLE", "away");
      return 0;
    },
    async subscribe(channel, handler) {
      if (broken.subscribe !== "" && channel.startsWith(broken.subscribe))
        throw new Fault("BROKER_UNAVAILABLE", "away");
      open.set(channel, handler);
      return { close: async () => void open.delete(channel) };
    },
    restored(run) {
      restored.add(run);
      return () => void restored.delete(run);
    },
    check: async () => {},
    close: async () => {},
  };
  const puts: Presence[] = [];
  const held: Array<() => void> = [];
  const slow = { on: false };
  const presence: PresenceBoard = {
    async put(entry) {
      if (slow.on) await new Promise<void>((done) => held.push(done));
      if (broken.put) throw new Fault("BROKER_UNAVAILABLE", "away");
      puts.push(entry);
    },
    async remove(serverId, hub, since) {
      const at = puts.findIndex((p) => p.serverId === serverId && p.hub === hub && p.since === since);
      if (at >= 0) puts.splice(0);
    },
    get: async () => new Map(),
    count: async () => 0,
    unseen: () => [],
  };
  const enrolment = { admit: () => Promise.reject(new Error("unused")), withdraw: async () => {} };
  const { servers } = store;
  const online = createOnline({
    ...{ enrolment, broker, presence, servers, hubKey, clock, log, metrics },
    hubId: "h",
    known: knowServers(servers, clock),
  });
  const asks: Ask[] = [];
  const left: string[] = [];
  const line: AgentLine = {
    ask: (ask) => void asks.push(ask),
    leave: (again, why) => void left.push(`${why} ${again}`),
  };
  const connect = (serverId = SERVER) =>
    online.connected({ serverId, facts, protocol: 1, clock: clock.now() }, line);
  const broughtBack = () => {
    for (const run of [...restored]) run();
  };
  return {
    told,
    restored,
    broughtBack,
    clock,
    log,
    metrics,
    store,
    open,
    broken,
    puts,
    held,
    slow,
    online,
    asks,
    left,
    connect,
  };
}

describe("online", () => {
  it("keeps an agent while broker and board are away, and logs that once", async () => {
    const { broken, connect, log, metrics, online, puts, clock } = await started();
    broken.put = true;
    broken.publish = true;
    const agent = await connect();
    for (let i = 0; i < 5; i++) {
      agent.heartbeat(clock.now());
      await turns();
    }
    assert.equal(online.size(), 1);
    assert.equal(log.events.filter(({ event }) => event === "presence.unwritten").length, 1);
    assert.equal(metrics.of("fleet_failures", { event: "presence.unwritten" }), 6);
    broken.put = false;
    agent.heartbeat(clock.now());
    await turns();
    assert.equal(puts.length, 1);
    broken.put = true;
    agent.heartbeat(clock.now());
    await turns();
    assert.equal(log.events.filter(({ event }) => event === "presence.unwritten").length, 2);
  });

  it("writes what an agent tells of itself when it tells something else, not each time it comes", async () => {
    const { connect, store } = await started();
    const written: string[] = [];
    const { setFacts } = store.servers;
    store.servers.setFacts = async (serverId, told, at) => {
      written.push(told.hostname);
      await setFacts(serverId, told, at);
    };
    await (await connect()).gone();
    await (await connect()).gone();
    assert.deepEqual(written, ["a"]);
  });

  for (const channel of ["cmd:", "line:"]) {
    it(`lets nobody in when ${channel} can not be subscribed, and leaves nothing behind`, async () => {
      const { broken, connect, online, open } = await started();
      broken.subscribe = channel;
      await assert.rejects(connect(), { code: "BROKER_UNAVAILABLE" });
      assert.equal(open.size, 0);
      assert.equal(online.size(), 0);
    });
  }

  it("lets nobody in whose server was removed on the way", async () => {
    const { store, connect, online, open } = await started();
    await store.servers.remove(SERVER);
    await assert.rejects(connect(), { code: "SERVER_UNKNOWN" });
    assert.deepEqual([open.size, online.size()], [0, 0]);
  });

  it("writes to a slow board one state at a time, the latest next", async () => {
    const { clock, connect, held, puts, slow } = await started();
    const agent = await connect();
    slow.on = true;
    for (let i = 0; i < 10; i++) {
      clock.turn(1_000);
      agent.heartbeat(clock.now());
    }
    assert.equal(held.length, 1);
    held.shift()?.();
    await turns();
    agent.heartbeat(clock.now());
    held.shift()?.();
    await turns();
    assert.equal(puts.at(-1)?.lastHeartbeat, clock.now());
  });

  it("takes its presence away also when that was just being written", async () => {
    const { connect, held, puts, slow, clock } = await started();
    const agent = await connect();
    slow.on = true;
    agent.heartbeat(clock.now());
    await agent.gone();
    held.shift()?.();
    await turns();
    assert.deepEqual(puts, []);
    agent.heartbeat(clock.now());
    assert.equal(held.length, 0);
  });

  it("shows a first round trip at once, later ones with the heartbeat", async () => {
    const { connect, puts } = await started();
    const agent = await connect();
    assert.equal(puts.at(-1)?.latencyMs, null);
    agent.latency(3);
    await turns();
    assert.equal(puts.at(-1)?.latencyMs, 3);
    agent.latency(9);
    await turns();
    assert.equal(puts.at(-1)?.latencyMs, 3);
    agent.heartbeat(0);
    await turns();
    assert.equal(puts.at(-1)?.latencyMs, 9);
  });

  it("tells two connections in one millisecond apart, and the older to go", async () => {
    const { connect, puts, left, online } = await started();
    const first = await connect();
    await connect();
    assert.deepEqual(left, ["replaced later"]);
    const [a, b] = puts.map(({ since }) => since);
    assert.ok(a !== undefined && b !== undefined && b > a);
    await first.gone();
    assert.equal(online.size(), 1);
  });

  it("goes when its server is removed or a newer one came elsewhere, and for no other news", async () => {
    const { connect, left, open, puts } = await started();
    await connect();
    const news = open.get(`line:${SERVER}`);
    assert.ok(news);
    const since = puts.at(-1)?.since ?? 0;
    for (const text of ["", "null", "{}", '{"t":"x"}']) news(text);
    news(JSON.stringify({ t: "replaced", since, hub: "h" }));
    news(JSON.stringify({ t: "replaced", since, hub: "a" }));
    news(JSON.stringify({ t: "replaced", since: since - 1, hub: "z" }));
    assert.deepEqual(left, []);
    news(JSON.stringify({ t: "replaced", since, hub: "z" }));
    news(JSON.stringify({ t: "replaced", since: since + 1, hub: "a" }));
    assert.deepEqual(left, ["replaced later", "replaced later"]);
  });

  it("goes for good by the store's word alone, and stays until the store can be asked", async () => {
    const { clock, connect, left, open, store } = await started();
    const agent = await connect();
    const hears = async (times = 1) => {
      for (let i = 0; i < times; i++) open.get(`line:${SERVER}`)?.(JSON.stringify({ t: "removed" }));
      await turns();
    };
    const beats = async () => {
      agent.heartbeat(clock.now());
      await turns();
    };
    const asked = store.calls("byId");
    await hears(20);
    assert.deepEqual(left, [], "old news, and it was added again since");
    // However often it is said, one look at a time: one for the first and one for all that came meanwhile.
    assert.equal(store.calls("byId") - asked, 2);
    await store.servers.remove(SERVER);
    store.broken = new Fault("STORE_UNAVAILABLE", "away");
    await hears();
    await beats();
    assert.deepEqual(left, []);
    store.broken = undefined;
    await beats();
    assert.deepEqual(left, ["removed never"]);
  });

  it("comes back while the store is away, and is asked about until the store has answered", async () => {
    const { clock, connect, left, store } = await started();
    const away = new Fault("STORE_UNAVAILABLE", "away");
    const before = await connect();
    clock.turn(600_000);
    before.heartbeat(clock.now());
    await before.gone();
    clock.turn(59_000);
    store.broken = away;
    const again = await connect();
    const beats = async (agent: typeof again) => {
      agent.heartbeat(clock.now());
      await turns();
    };
    await beats(again);
    assert.deepEqual(left, [], "nobody can know better yet");
    store.broken = undefined;
    await beats(again);
    const asked = store.calls("byId");
    await beats(again);
    assert.equal(store.calls("byId"), asked, "answered once is enough");
    await again.gone();
    store.broken = away;
    const gone = await connect();
    store.broken = undefined;
    await store.servers.remove(SERVER);
    await beats(gone);
    assert.deepEqual(left, ["removed never"]);
    await gone.gone();
    store.broken = away;
    await assert.rejects(connect(), { code: "STORE_UNAVAILABLE" });
  });

  it("does not come back from memory after news of its removal, nor after a minute away", async () => {
    const { clock, connect, open, store } = await started();
    const first = await connect();
    store.broken = new Fault("STORE_UNAVAILABLE", "away");
    open.get(`line:${SERVER}`)?.(JSON.stringify({ t: "removed" }));
    await first.gone();
    await assert.rejects(connect(), { code: "STORE_UNAVAILABLE" });
    store.broken = undefined;
    const second = await connect();
    await second.gone();
    clock.turn(60_001);
    store.broken = new Fault("STORE_UNAVAILABLE", "away");
    await assert.rejects(connect(), { code: "STORE_UNAVAILABLE" });
  });

  it("puts every presence again when the broker is back, some at a time and never two of one", async () => {
    const { broughtBack, connect, held, online, puts, restored, slow, store } = await started();
    for (let at = 0; at < 120; at++) {
      const id = at.toString(16).padStart(32, "0");
      await store.servers.add({ id, name: id, region: "", publicKey: new Uint8Array(32), owner: "ann" });
      await connect(id);
    }
    puts.length = 0;
    slow.on = true;
    broughtBack();
    await turns();
    assert.equal(held.length, 50);
    // Back once more before the first are through: all begin again, after those.
    broughtBack();
    await turns();
    assert.equal(held.length, 50);
    slow.on = false;
    for (const done of held.splice(0)) done();
    await turns();
    assert.equal(new Set(puts.map(({ serverId }) => serverId)).size, 120);
    assert.equal(puts.length, 170);
    await online.close();
    assert.equal(restored.size, 0);
  });

  it("writes again after a write that was under way when the broker was lost", async () => {
    const { broken, broughtBack, clock, connect, held, puts, slow } = await started();
    const agent = await connect();
    puts.length = 0;
    slow.on = true;
    agent.heartbeat(clock.now());
    broken.put = true;
    broughtBack();
    await turns();
    held.shift()?.();
    await turns();
    assert.deepEqual(puts, []);
    broken.put = false;
    held.shift()?.();
    await turns();
    assert.equal(puts.length, 1);
  });

  it("tells an older connection again that began to listen after it was told", async () => {
    const { connect, left, open, told, puts } = await started();
    await connect();
    told.length = 0;
    const since = puts.at(-1)?.since ?? 0;
    open.get(`line:${SERVER}`)?.(JSON.stringify({ t: "replaced", since: since - 1, hub: "z" }));
    assert.deepEqual(left, []);
    assert.deepEqual(told, [`line:${SERVER} ${JSON.stringify({ t: "replaced", since, hub: "h" })}`]);
  });

  it("leaves the entry of an agent that it hands over, for the hub that the agent goes to", async () => {
    const { connect, online, puts, open, store, clock } = await started();
    const agent = await connect();
    online.stopping();
    clock.turn(10);
    await agent.gone();
    assert.deepEqual([puts.length, open.size, online.size()], [1, 0, 0]);
    await online.close();
    assert.equal(store.records.get(SERVER)?.lastSeen, clock.now() - 10);
  });

  it("stops with nothing left: no timer, no agent, all seen", async () => {
    const { connect, online, clock, left, store, open } = await started();
    await connect();
    await online.close();
    assert.deepEqual(left, ["stopping soon"]);
    assert.deepEqual([online.size(), clock.armed(), open.size], [0, 0, 0]);
    assert.equal(store.records.get(SERVER)?.lastSeen, clock.now());
  });
});
