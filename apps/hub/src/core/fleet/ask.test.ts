/** What asking does when the broker or the store misbehave: always one end, and nothing left behind. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type AgentFacts,
  command,
  Fault,
  keyPairOf,
  ORIGINAL_RUNTIME,
  randomBytes,
} from "@servereye/contract";
import * as z from "zod/mini";
import type { Broker, Presence, PresenceBoard } from "../ports/broker.ts";
import { createFleet, type FleetLimits } from "./ask.ts";
import { keptLog, readMetrics, realChance, smallStore, turnedClock } from "./doubles.test-code.ts";
import { createVerifiers } from "./verifiers.ts";

const probe = command({ name: "probe", about: "", needs: "viewer", ask: z.object({}), answer: z.object({}) });
const code = (expected: string) => (error: unknown) => error instanceof Fault && error.code === expected;
const away = () => new Fault("BROKER_UNAVAILABLE", "away");

const turns = () => new Promise<void>((done) => setImmediate(done));

const FACTS: AgentFacts = {
  ...{ version: "1", runtime: "node", os: "Debian", arch: "x64", hostname: "a", bootId: "b" },
  ...{ allow: [], commands: [] },
};

/** `onBoard`: the presence board has the server; else it can not be read. */
async function started(broker: Partial<Broker>, limits: Partial<FleetLimits> = {}, onBoard = false) {
  const clock = turnedClock();
  const metrics = readMetrics();
  const store = smallStore();
  const server = { id: "a".repeat(32), name: "a", region: "", owner: "ann" };
  const hubKey = await keyPairOf(randomBytes(32));
  await store.servers.add({ ...server, publicKey: hubKey.publicKey });
  const subscribed: string[] = [];
  const present: Presence = {
    ...{ serverId: server.id, hub: "gone", since: 1, lastHeartbeat: clock.now(), protocol: 1 },
    ...{ latencyMs: null, skewMs: 0 },
    facts: FACTS,
  };
  const presence: PresenceBoard = {
    put: async () => {},
    remove: async () => {},
    get: async () => {
      if (!onBoard) throw away();
      return new Map([[server.id, present]]);
    },
    count: async () => 0,
    unseen: () => [],
  };
  const fleet = createFleet({
    broker: {
      publish: async () => 1,
      subscribe: async (channel) => {
        subscribed.push(channel);
        return { close: async () => {} };
      },
      restored: () => () => {},
      check: async () => {},
      close: async () => {},
      ...broker,
    },
    presence,
    servers: store.servers,
    hubKey,
    hubId: "h",
    clock,
    chance: realChance,
    log: keptLog(),
    metrics,
    limits,
  });
  const ask = () => {
    const question = fleet.ask({ server, command: probe, ask: {} });
    question.catch(() => {});
    return question;
  };
  /** Resolves when the ask waits before it is published again: the deadline's timer and this one are armed. */
  const slept = async () => {
    while (clock.armed() < 2) await turns();
  };
  return { fleet, clock, metrics, store, subscribed, ask, server, slept };
}

describe("ask", () => {
  it("subscribes once, before anything is published, however many ask at once", async () => {
    const order: string[] = [];
    const { fleet, ask, clock, subscribed } = await started({
      publish: async (channel) => {
        order.push(channel);
        assert.deepEqual(subscribed, ["resp:h"]);
        return 0;
      },
    });
    await Promise.allSettled([ask(), ask(), ask()]);
    await fleet.start();
    assert.equal(order.length, 3);
    assert.deepEqual(subscribed, ["resp:h"]);
    assert.equal(clock.armed(), 0);
  });

  it("tries the subscription again after it failed, and publishes nothing without it", async () => {
    let failures = 2;
    const published: string[] = [];
    const { fleet, ask } = await started({
      publish: async (channel) => published.push(channel) && 0,
      subscribe: async () => {
        if (failures-- > 0) throw away();
        return { close: async () => {} };
      },
    });
    await assert.rejects(fleet.start(), code("BROKER_UNAVAILABLE"));
    await assert.rejects(ask(), code("BROKER_UNAVAILABLE"));
    assert.deepEqual(published, []);
    await assert.rejects(ask(), code("SERVER_OFFLINE"));
    assert.equal(published.length, 1);
  });

  it("gives the broker's fault, and says offline without the presence board", async () => {
    const broken = await started({ publish: () => Promise.reject(away()) });
    await assert.rejects(broken.ask(), code("BROKER_UNAVAILABLE"));
    assert.equal(broken.clock.armed(), 0);
    const boardless = await started({ publish: async () => 0 });
    boardless.store.records.forEach((record) => {
      record.lastSeen = 42;
    });
    await assert.rejects(boardless.ask(), { code: "SERVER_OFFLINE", values: { since: 42 } });
  });

  it("asks a server on its way to another hub again until somebody listens, and once only", async () => {
    const heard: string[] = [];
    let listening = false;
    const moving = await started(
      { publish: async (_channel, text) => (listening ? heard.push(text) && 1 : 0) },
      {},
      true,
    );
    const question = moving.ask();
    await moving.slept();
    moving.clock.turn(100);
    await moving.slept();
    listening = true;
    moving.clock.turn(200);
    await turns();
    assert.equal(heard.length, 1);
    moving.clock.turn(5_000);
    await assert.rejects(question, code("COMMAND_TIMEOUT"));
    assert.equal(heard.length, 1);
  });

  it("calls a server offline that does not come back within 2.5 s, though the board still has it", async () => {
    const { ask, clock, slept } = await started({ publish: async () => 0 }, {}, true);
    const question = ask();
    for (const ms of [100, 200, 400, 800, 1_000]) {
      await slept();
      clock.turn(ms);
    }
    await assert.rejects(question, code("SERVER_OFFLINE"));
    assert.equal(clock.armed(), 0);
  });

  it("waits longer for an agent of the Go original that was there before the hub started, and no other", async () => {
    const facts = { ...FACTS, runtime: ORIGINAL_RUNTIME };
    const tries = async (seen: number, told = facts) => {
      let published = 0;
      const { ask, clock, store, server } = await started({
        async publish() {
          published += 1;
          return 0;
        },
      });
      await store.servers.setFacts(server.id, told, clock.now());
      await store.servers.seen([{ serverId: server.id, at: clock.now() - seen }]);
      const question = ask();
      let over = false;
      const ended = question.catch((error: unknown) => {
        over = true;
        return Fault.of(error).code;
      });
      while (!over) {
        await turns();
        if (clock.armed() > 1) clock.turn(100);
      }
      return [published, await ended];
    };
    assert.deepEqual(await tries(40_000), [8, "SERVER_OFFLINE"]);
    assert.deepEqual(await tries(50_000), [1, "SERVER_OFFLINE"]);
    assert.deepEqual(await tries(1_000, FACTS), [1, "SERVER_OFFLINE"]);
  });

  it("publishes nothing after its deadline has passed", async () => {
    let stand = (): void => {};
    const published: string[] = [];
    const { ask, clock, metrics } = await started({
      publish: async (channel) => published.push(channel),
      subscribe: () => new Promise((done) => (stand = () => done({ close: async () => {} }))),
    });
    const question = ask();
    await new Promise((done) => setImmediate(done));
    clock.turn(5_000);
    await assert.rejects(question, code("COMMAND_TIMEOUT"));
    stand();
    await new Promise((done) => setImmediate(done));
    assert.deepEqual(published, []);
    assert.equal(metrics.read("asks_in_flight"), 0);
  });

  it("limits what is in flight in all, and lets more in when it is done", async () => {
    const { ask, clock } = await started({}, { inAll: 3, perServer: 10 });
    const questions = [ask(), ask(), ask()];
    await assert.rejects(ask(), code("RATE_LIMITED"));
    clock.turn(5_000);
    for (const question of questions) await assert.rejects(question, code("COMMAND_TIMEOUT"));
    const next = ask();
    clock.turn(5_000);
    await assert.rejects(next, code("COMMAND_TIMEOUT"));
  });

  it("closes without ever having subscribed, and ends what is in flight", async () => {
    const { fleet, ask, clock } = await started({ subscribe: () => Promise.reject(away()) });
    await fleet.close();
    await assert.rejects(ask(), code("BROKER_UNAVAILABLE"));
    assert.equal(clock.armed(), 0);
  });
});

describe("verifiers", () => {
  it("look a server up once, also for many at once, and again after they forgot it", async () => {
    const { store, server } = await started({});
    const verifiers = createVerifiers(store.servers);
    await Promise.all([verifiers.of(server.id), verifiers.of(server.id)]);
    assert.equal(store.calls("byId"), 1);
    verifiers.forget(server.id);
    await verifiers.of(server.id);
    assert.equal(store.calls("byId"), 2);
  });

  it("keep no failure", async () => {
    const { store, server } = await started({});
    const verifiers = createVerifiers(store.servers);
    store.broken = new Fault("STORE_UNAVAILABLE", "away");
    await assert.rejects(verifiers.of(server.id), code("STORE_UNAVAILABLE"));
    store.broken = undefined;
    await verifiers.of(server.id);
    await assert.rejects(verifiers.of("b".repeat(32)), code("SERVER_UNKNOWN"));
    assert.equal(verifiers.size(), 1);
  });

  it("keep only so many, the latest used", async () => {
    const { store } = await started({});
    const { publicKey } = await keyPairOf(randomBytes(32));
    for (const id of ["1", "2", "3"])
      await store.servers.add({ id, name: id, region: "", publicKey, owner: "x" });
    const verifiers = createVerifiers(store.servers, undefined, 2);
    for (const id of ["1", "2", "1", "3"]) await verifiers.of(id);
    assert.equal(verifiers.size(), 2);
    const before = store.calls("byId");
    await verifiers.of("1");
    assert.equal(store.calls("byId"), before);
    await verifiers.of("2");
    assert.equal(store.calls("byId"), before + 1);
  });
});
