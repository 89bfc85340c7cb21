/** Questions over real connections: what comes back, what is dropped, and what is said when nothing comes. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Fault, verifierOf, verifyAsk } from "@servereye/contract";
import { turnedClock } from "../../core/fleet/doubles.test-code.ts";
import {
  answerTo,
  asked,
  type Dialled,
  enter,
  join,
  newServer,
  probe,
  sharedState,
  startHub,
  type TestHub,
  type TestServer,
} from "./doubles.test-code.ts";

const faulty = (code: string, values?: Record<string, unknown>) => (error: unknown) => {
  assert.ok(error instanceof Fault, String(error));
  assert.equal(error.code, code, error.message);
  if (values) assert.deepEqual(error.values, values);
  return true;
};

describe("asks", { timeout: 30_000 }, () => {
  let hub: TestHub;
  let server: TestServer;
  let agent: Dialled;
  beforeEach(async () => {
    hub = await startHub();
    server = await hub.known();
    agent = await join(hub, server);
  });
  afterEach(() => hub.stop());

  const ask = (n: unknown = 1, id = server.id) => {
    const question = hub.fleet.ask({ server: { id }, command: probe, ask: { n } });
    // A test that looks at it later must not have it reported as unhandled meanwhile.
    question.catch(() => {});
    return question;
  };
  const reply = async (frame: Awaited<ReturnType<typeof answerTo>>, by = agent) =>
    by.send({ t: "answer", message: frame });

  it("brings the answer, and the agent can tell who asked and until when", async () => {
    const question = hub.fleet.ask({
      server,
      command: probe,
      ask: { n: 7 },
      deadlineMs: 2_000,
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    });
    const message = await asked(agent);
    assert.equal(message.type, "probe");
    assert.deepEqual(message.payload, { n: 7 });
    assert.equal(message.expires, hub.clock.now() + 2_000);
    assert.equal(message.replyTo, "resp:hub-1");
    assert.ok(message.traceparent?.startsWith("00-0af7"));
    const verify = await verifierOf(hub.hubKey.publicKey);
    assert.equal(await verifyAsk(verify, server.id, message), true);
    assert.equal(await verifyAsk(verify, (await newServer()).id, message), false);
    hub.clock.turn(30);
    await reply(await answerTo(message.id, server, { n: 8, more: "left out" }));
    assert.deepEqual(await question, { answer: { n: 8 }, tookMs: 30 });
    assert.equal(hub.metrics.read("asks_in_flight"), 0);
  });

  it("matches answers by id, in any order", async () => {
    const questions = [ask(1), ask(2), ask(3)];
    const messages = [await asked(agent), await asked(agent), await asked(agent)];
    for (const message of [...messages].reverse()) {
      await reply(await answerTo(message.id, server, message.payload));
    }
    assert.deepEqual(
      (await Promise.all(questions)).map(({ answer }) => answer),
      [{ n: 1 }, { n: 2 }, { n: 3 }],
    );
  });

  it("gives the agent's own fault", async () => {
    const question = ask();
    const { id } = await asked(agent);
    const body = { code: "SENSOR_NOT_FOUND", detail: "none", values: { path: "/sys" } };
    await reply(await answerTo(id, server, body, { type: "fault" }));
    await assert.rejects(question, faulty("SENSOR_NOT_FOUND", { path: "/sys" }));
  });

  for (const [what, payload, type] of [
    ["an answer that does not fit the command", { n: "seven" }, "answer"],
    ["a fault that is none", { code: "MADE_UP" }, "fault"],
  ] as const) {
    it(`gives ANSWER_INVALID for ${what}`, async () => {
      const question = ask();
      const { id } = await asked(agent);
      await reply(await answerTo(id, server, payload, { type }));
      await assert.rejects(question, faulty("ANSWER_INVALID", { command: "probe" }));
    });
  }

  it("sends nothing for a question that does not fit the command", async () => {
    const armed = hub.clock.armed();
    await assert.rejects(ask("x"), faulty("INVALID_COMMAND", { command: "probe" }));
    assert.equal(hub.clock.armed(), armed);
    assert.equal(hub.metrics.read("asks_in_flight"), 0);
  });

  it("says at the deadline what was asked and for how long, and drops what comes later", async () => {
    const question = ask();
    const { id } = await asked(agent);
    hub.clock.turn(4_999);
    assert.equal(hub.metrics.read("asks_in_flight"), 1);
    hub.clock.turn(1);
    await assert.rejects(question, faulty("COMMAND_TIMEOUT", { command: "probe", seconds: 5 }));
    await reply(await answerTo(id, server, { n: 1 }));
    await hub.metrics.until("answers_dropped", { reason: "late" });
    // Nor does it count when the broker brings it past the connection.
    await hub.broker.publish("resp:hub-1", JSON.stringify(await answerTo(id, server, { n: 1 })));
    await hub.metrics.until("answers_dropped", { reason: "late" }, 2);
  });

  it("takes the first of two answers, and drops the second wherever it comes from", async () => {
    const question = ask();
    const { id } = await asked(agent);
    await reply(await answerTo(id, server, { n: 1 }));
    await reply(await answerTo(id, server, { n: 2 }));
    assert.deepEqual((await question).answer, { n: 1 });
    await hub.metrics.until("answers_dropped", { reason: "unasked" });
    await hub.broker.publish("resp:hub-1", JSON.stringify(await answerTo(id, server, { n: 3 })));
    await hub.metrics.until("answers_dropped", { reason: "second" });
  });

  it("takes one of two valid answers that are checked at the same time", async () => {
    const question = ask();
    const { id } = await asked(agent);
    const two = await Promise.all([1, 2].map((n) => answerTo(id, server, { n })));
    await Promise.all(two.map((answer) => hub.broker.publish("resp:hub-1", JSON.stringify(answer))));
    await question;
    await hub.metrics.until("answers_dropped", { reason: "second" });
  });

  it("never publishes an answer that this connection was not asked for", async () => {
    const other = await hub.known("bob");
    const otherAgent = await join(hub, other);
    const question = ask();
    const { id } = await asked(agent);
    // Another server's agent knows the id and signs well, for itself.
    await reply(await answerTo(id, other, { n: 666 }), otherAgent);
    await hub.metrics.until("answers_dropped", { reason: "unasked" });
    await reply(await answerTo(id, server, { n: 1 }));
    assert.deepEqual((await question).answer, { n: 1 });
  });

  it("believes no answer that the server did not sign for itself, and goes on waiting for the true one", async () => {
    const thief = await newServer();
    const question = ask();
    const { id } = await asked(agent);
    const forged = [
      await answerTo(id, thief, { n: 666 }),
      await answerTo(id, server, { n: 666 }, { by: thief.key }),
      await answerTo(id, server, { n: 666 }, { as: thief.id }),
      { ...(await answerTo(id, server, { n: 1 })), payload: { n: 666 } },
      { ...(await answerTo(id, server, { n: 1 })), type: "fault" },
      { ...(await answerTo(id, server, { n: 1 })), signature: "A".repeat(86) },
    ];
    for (const message of forged) await hub.broker.publish("resp:hub-1", JSON.stringify(message));
    await hub.metrics.until("answers_dropped", { reason: "forged" }, forged.length);
    await reply(await answerTo(id, server, { n: 1 }));
    assert.deepEqual((await question).answer, { n: 1 });
  });

  it("drops what is no answer, and answers to nothing", async () => {
    const stray = await answerTo(crypto.randomUUID(), server, { n: 1 });
    for (const text of ["", "null", "{", "[]", '{"id":1}']) await hub.broker.publish("resp:hub-1", text);
    await hub.broker.publish("resp:hub-1", JSON.stringify(stray));
    await hub.metrics.until("answers_dropped", { reason: "malformed" }, 5);
    await hub.metrics.until("answers_dropped", { reason: "foreign" });
  });

  it("sends nothing to the agent that is no ask with a place for its answer", async () => {
    const channel = `cmd:${server.id}`;
    const question = ask();
    const good = await asked(agent);
    const bent = [
      { ...good, replyTo: "cmd:other", id: crypto.randomUUID() },
      { ...good, id: "1" },
      good,
      null,
      7,
    ];
    for (const message of bent) await hub.broker.publish(channel, JSON.stringify(message));
    await hub.broker.publish(channel, JSON.stringify({ ...good, id: crypto.randomUUID(), expires: 1 }));
    await hub.metrics.until("asks_dropped", {}, bent.length + 1);
    await reply(await answerTo(good.id, server, { n: 1 }));
    await question;
  });

  describe("offline", () => {
    it("says so at once, with since when, and waits for no timer", async () => {
      const lastSeen = hub.clock.now();
      hub.clock.turn(5_000);
      agent.send({ t: "heartbeat", seq: 1, clock: 0 });
      await agent.next();
      agent.ws.terminate();
      await hub.metrics.until("agent_connections_ended", { reason: "agent" });
      const ran = hub.clock.ran();
      await assert.rejects(ask(), faulty("SERVER_OFFLINE", { since: lastSeen + 5_000 }));
      assert.equal(hub.clock.ran(), ran, "no timer had to run");
      assert.equal(hub.metrics.read("asks_in_flight"), 0);
      assert.equal((await hub.fleet.presenceOf([server.id])).size, 0);
    });

    it("gives no since for a server that never was online, and SERVER_UNKNOWN for none", async () => {
      const never = await hub.known();
      await assert.rejects(ask(1, never.id), faulty("SERVER_OFFLINE", {}));
      await assert.rejects(ask(1, (await newServer()).id), faulty("SERVER_UNKNOWN"));
    });

    it("is said also while the store is away", async () => {
      const question = ask();
      await reply(await answerTo((await asked(agent)).id, server, { n: 1 }));
      await question;
      hub.store.broken = new Fault("STORE_UNAVAILABLE", "away");
      agent.ws.terminate();
      await hub.metrics.until("agent_connections_ended", { reason: "agent" });
      await assert.rejects(ask(), faulty("SERVER_OFFLINE", {}));
    });

    it("comes after thirty seconds of silence, and not while there are heartbeats", async () => {
      for (let seq = 1; seq <= 5; seq++) {
        hub.clock.turn(10_000);
        agent.send({ t: "heartbeat", seq, clock: hub.clock.now() - 250 });
        assert.deepEqual(await agent.next(), { t: "beat", seq, hubTime: hub.clock.now() });
      }
      const presence = (await hub.fleet.presenceOf([server.id])).get(server.id);
      assert.equal(presence?.lastHeartbeat, hub.clock.now());
      assert.equal(presence?.skewMs, -250);
      hub.clock.turn(29_999);
      assert.equal(hub.gateway.connected(), 1);
      const last = hub.clock.now() - 29_999;
      hub.clock.turn(1);
      await agent.closed;
      assert.equal(hub.metrics.of("agent_connections_ended", { reason: "silent" }), 1);
      await assert.rejects(ask(), faulty("SERVER_OFFLINE", { since: last }));
    });
  });

  it("measures the round trip, and shows it without waiting for a heartbeat", async () => {
    const late = await startHub();
    const known = await late.known();
    const joined = await join(late, known);
    const measured = async () => (await late.fleet.presenceOf([known.id])).get(known.id)?.latencyMs;
    // The pong was sent before this heartbeat, so its beat comes after the pong was read.
    joined.send({ t: "heartbeat", seq: 1, clock: 0 });
    await joined.next();
    assert.equal(await measured(), 0);
    await late.stop();
  });

  describe("a second connection of the same server", () => {
    it("takes over: the older is told to go, asks go to the newer", async () => {
      const question = ask();
      const { id } = await asked(agent);
      const newer = await join(hub, server);
      const bye = await agent.next();
      assert.ok(bye.t === "bye");
      assert.equal(bye.again, "later");
      await agent.closed;
      assert.equal(hub.gateway.connected(), 1);
      assert.equal((await hub.fleet.presenceOf([server.id])).size, 1);
      // What the older was asked has its one end in its deadline; the newer can not answer for it.
      await reply(await answerTo(id, server, { n: 1 }), newer);
      await hub.metrics.until("answers_dropped", { reason: "unasked" });
      hub.clock.turn(5_000);
      await assert.rejects(question, faulty("COMMAND_TIMEOUT"));
      const next = ask(2);
      await reply(await answerTo((await asked(newer)).id, server, { n: 2 }), newer);
      assert.deepEqual((await next).answer, { n: 2 });
    });

    for (const [older, newer] of ["ab", "ba"]) {
      it(`stays when it came later, to whichever hub (${older}, then ${newer}), by whatever clock`, async () => {
        const shared = sharedState();
        const ahead = turnedClock();
        ahead.turn(60_000);
        const first = await startHub({ shared: { ...shared, clock: ahead }, hubId: older ?? "" });
        const second = await startHub({ shared, hubId: newer ?? "" });
        const known = await first.known();
        const old = await join(first, known);
        await join(second, known);
        await old.closed;
        assert.deepEqual([first.gateway.connected(), second.gateway.connected()], [0, 1]);
        assert.equal((await shared.presence.get([known.id])).get(known.id)?.hub, newer);
        for (const one of [first, second]) await one.stop();
      });
    }

    it("takes over from another hub too, and two at once leave exactly one", async () => {
      const shared = sharedState();
      const hubs = [await startHub({ shared, hubId: "a" }), await startHub({ shared, hubId: "b" })] as const;
      const known = await hubs[0].known();
      const entered = await Promise.all([
        enter(hubs[0], known),
        enter(hubs[1], known),
        enter(hubs[1], known),
      ]);
      const went = await Promise.race([
        Promise.all(entered.map(({ agent: a }) => a.closed)).then(() => "all"),
        Promise.any(
          [
            [0, 1],
            [0, 2],
            [1, 2],
          ].map((pair) => Promise.all(pair.map((i) => entered[i]?.agent.closed))),
        ).then(() => "two"),
      ]);
      assert.equal(went, "two");
      assert.equal(hubs[0].gateway.connected() + hubs[1].gateway.connected(), 1);
      const receivers = await shared.broker.publish(`cmd:${known.id}`, "{}");
      assert.equal(receivers, 1);
      for (const one of hubs) await one.stop();
    });
  });

  it("limits what is in flight for one server", async () => {
    const questions = Array.from({ length: 200 }, (_, n) => ask(n));
    await assert.rejects(ask(201), faulty("AGENT_BUSY", { limit: 200 }));
    const other = await hub.known();
    await assert.rejects(ask(1, other.id), faulty("SERVER_OFFLINE"));
    for (let i = 0; i < 200; i++) await reply(await answerTo((await asked(agent)).id, server, { n: i }));
    await Promise.all(questions);
    const again = ask();
    await reply(await answerTo((await asked(agent)).id, server, { n: 1 }));
    await again;
  });

  it("ends all that is in flight when the hub stops, tells agents to come soon, and writes who was seen", async () => {
    const question = ask();
    await asked(agent);
    await hub.fleet.close();
    await assert.rejects(question, faulty("BROKER_UNAVAILABLE"));
    await assert.rejects(ask(), faulty("BROKER_UNAVAILABLE"));
    const waiting = await enter(hub, await newServer(), { pair: true });
    const stopped = hub.gateway.close();
    for (const one of [agent, waiting.agent]) {
      const bye = await one.next();
      assert.ok(bye.t === "bye");
      assert.equal(bye.again, "soon");
    }
    await stopped;
    assert.equal(hub.gateway.connected(), 0);
    assert.equal((await hub.presence.get([server.id])).size, 0);
    await hub.online.close();
    assert.equal(hub.store.records.get(server.id)?.lastSeen, hub.clock.now());
    await assert.rejects(enter(hub, server), /status 503/);
  });

  it("cuts an agent that does not close when told to", async () => {
    // Paused: it reads no close frame, so it sends none.
    agent.ws.pause();
    const stopped = hub.gateway.close();
    hub.clock.turn(300);
    await stopped;
    agent.ws.resume();
    await agent.closed;
  });
});
