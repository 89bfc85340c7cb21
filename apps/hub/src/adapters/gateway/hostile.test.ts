/** What a hostile or broken peer can send, in every state of a connection: it is closed and counted, and that is all. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { MAX_FRAME_BYTES, randomBytes, toBase64Url } from "@servereye/contract";
import * as fc from "fast-check";
import {
  answerTo,
  asked,
  type Dialled,
  dial,
  enter,
  greet,
  join,
  newServer,
  probe,
  proof,
  startHub,
  type TestHub,
} from "./doubles.test-code.ts";

const STATES = ["new", "challenged", "waiting", "in"] as const;

describe("hostile peers", { timeout: 60_000 }, () => {
  let hub: TestHub;
  beforeEach(async () => {
    hub = await startHub({ limits: { waitingPerAddress: 1_000, handshakesPerAddress: 1_000 } });
  });
  afterEach(() => hub.stop());

  async function inState(state: (typeof STATES)[number]): Promise<Dialled> {
    if (state === "new") return dial(hub.url);
    if (state === "challenged") return (await greet(hub, await newServer())).agent;
    if (state === "waiting") return (await enter(hub, await newServer(), { pair: true })).agent;
    return join(hub, await hub.known());
  }

  /** Whatever happened, a good agent still comes in and answers. */
  async function stillWorks(): Promise<void> {
    const server = await hub.known();
    const agent = await join(hub, server);
    const question = hub.fleet.ask({ server, command: probe, ask: {} });
    agent.send({ t: "answer", message: await answerTo((await asked(agent)).id, server, { n: 1 }) });
    assert.deepEqual((await question).answer, { n: 1 });
  }

  const nonce = () => toBase64Url(randomBytes(32));
  const misplaced: Record<(typeof STATES)[number], () => Promise<unknown[]>> = {
    new: async () => [
      { t: "heartbeat", seq: 1, clock: 1 },
      { t: "answer", message: await answerTo(crypto.randomUUID(), await newServer(), {}) },
      await proof(await greet(hub, await newServer()), await newServer()),
    ],
    challenged: async () => [
      { t: "hello", protocol: 1, nonce: nonce() },
      { t: "heartbeat", seq: 1, clock: 1 },
    ],
    waiting: async () => [
      { t: "hello", protocol: 1, nonce: nonce() },
      { t: "answer", message: await answerTo(crypto.randomUUID(), await newServer(), {}) },
    ],
    in: async () => [{ t: "hello", protocol: 1, nonce: nonce() }],
  };

  const garbage: Array<[string, string | Buffer]> = [
    ["no JSON", "{"],
    ["an empty text", ""],
    ["binary", Buffer.from(JSON.stringify({ t: "hello", protocol: 1, nonce: nonce() }))],
    ["an unknown frame", '{"t":"shutdown"}'],
    ["a hub's frame", '{"t":"bye","again":"never","detail":""}'],
    ["a nest of arrays", "[".repeat(500_000)],
    ["null", "null"],
    ["a number beyond integers", '{"t":"heartbeat","seq":1e400,"clock":0.5}'],
  ];

  for (const state of STATES) {
    for (const [what, text] of garbage) {
      it(`${state}: closes on ${what}`, async () => {
        const agent = await inState(state);
        agent.send(text);
        const last = await agent.next();
        assert.ok(last.t === (state === "in" ? "bye" : "refused"), last.t);
        assert.deepEqual(await agent.closed, { code: 1008, reason: "frame" });
        assert.equal(hub.metrics.of("agent_connections_ended", { reason: "frame" }), 1);
        await stillWorks();
      });
    }

    it(`${state}: closes on a frame that has no place there`, async () => {
      for (const frame of await misplaced[state]()) {
        const agent = await inState(state);
        agent.send(frame);
        assert.deepEqual(await agent.closed, { code: 1008, reason: "state" });
      }
      await stillWorks();
    });

    it(`${state}: closes on a frame that is too large`, async () => {
      const agent = await inState(state);
      agent.send("x".repeat(MAX_FRAME_BYTES + 1));
      assert.equal((await agent.closed).code, 1009);
      assert.equal(hub.metrics.of("agent_connections_ended", { reason: "oversized" }), 1);
      await stillWorks();
    });

    it(`${state}: survives any texts and bytes`, async () => {
      const frameLike = fc.record(
        {
          t: fc.constantFrom("hello", "prove", "heartbeat", "answer", "ask", "__proto__"),
          protocol: fc.oneof(fc.integer(), fc.double(), fc.string()),
          nonce: fc.oneof(fc.string(), fc.constant(nonce())),
          publicKey: fc.oneof(fc.string(), fc.constant(nonce())),
          signature: fc.string({ minLength: 86, maxLength: 86 }),
          clock: fc.oneof(fc.integer(), fc.double()),
          seq: fc.oneof(fc.integer(), fc.string()),
          facts: fc.jsonValue(),
          message: fc.jsonValue(),
        },
        { requiredKeys: ["t"] },
      );
      const anything = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.json(),
        frameLike.map((frame) => JSON.stringify(frame)),
        fc.uint8Array({ maxLength: 200 }).map((data) => Buffer.from(data)),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 4 }), async (frames) => {
          const agent = await inState(state);
          for (const frame of frames) agent.send(frame);
          // Heartbeats may be fine; this surely is not, so that every run ends.
          agent.send("the end");
          const { code } = await agent.closed;
          assert.ok(code === 1008 || code === 1007, String(code));
        }),
        { numRuns: 40 },
      );
      assert.equal(hub.metrics.read("agent_handshakes"), 0);
      assert.equal(hub.metrics.read("agents_connected"), 0);
      await stillWorks();
    });
  }

  it("ends a connection that sends on while the hub works on its frame", async () => {
    const agent = await dial(hub.url);
    const hello = { t: "hello", protocol: 1, nonce: nonce() };
    agent.send(hello);
    agent.send(hello);
    assert.equal((await agent.closed).reason, "state");
  });

  it("answers nothing to text that is no UTF-8", async () => {
    const agent = await inState("in");
    agent.ws.send(Buffer.from([0xff, 0xfe]), { binary: false });
    assert.equal((await agent.closed).code, 1007);
    assert.equal(hub.metrics.of("agent_connections_ended", { reason: "frame" }), 1);
  });

  it("carries an answer of any depth no further than it can be written, and does not fall", async () => {
    const server = await hub.known();
    const agent = await join(hub, server);
    const question = hub.fleet.ask({ server, command: probe, ask: {} });
    const { id } = await asked(agent);
    const message = JSON.stringify(await answerTo(id, server, "deep"));
    const deep = `${"[".repeat(400_000)}${"]".repeat(400_000)}`;
    agent.send(`{"t":"answer","message":${message.replace('"deep"', deep)}}`);
    await hub.metrics.until("answers_dropped", {});
    hub.clock.turn(5_000);
    await assert.rejects(question, { code: "COMMAND_TIMEOUT" });
    await stillWorks();
  });

  for (const [what, send] of [
    ["heartbeats", (a: Dialled, i: number) => a.send({ t: "heartbeat", seq: i, clock: 0 })],
    ["pings", (a: Dialled) => a.ws.ping()],
    ["pongs", (a: Dialled) => a.ws.pong("x")],
  ] as const) {
    it(`cuts a flood of ${what}`, async () => {
      const agent = await inState("in");
      for (let i = 0; i < 150; i++) send(agent, i);
      await agent.closed;
      assert.equal(hub.metrics.of("agent_connections_ended", { reason: "flood" }), 1);
      await stillWorks();
    });
  }

  it("cuts a flood of answers nobody asked for, publishing none", async () => {
    const server = await hub.known();
    const agent = await join(hub, server);
    const message = await answerTo(crypto.randomUUID(), server, { n: 1 });
    for (let i = 0; i < 150; i++) agent.send({ t: "answer", message });
    await agent.closed;
    assert.equal(hub.metrics.of("answers_dropped", { reason: "unasked" }), 101);
    assert.equal(hub.metrics.of("answers_dropped", { reason: "foreign" }), 0);
  });

  it("does not take many answers that were asked for as a flood", async () => {
    const server = await hub.known();
    const agent = await join(hub, server);
    for (let n = 0; n < 300; n++) {
      const question = hub.fleet.ask({ server, command: probe, ask: { n } });
      agent.send({ t: "answer", message: await answerTo((await asked(agent)).id, server, { n }) });
      assert.deepEqual((await question).answer, { n });
    }
  });

  it("cuts an agent that does not read what it is sent", async () => {
    const server = await hub.known();
    const agent = await join(hub, server);
    agent.ws.pause();
    const message = {
      id: "",
      type: "probe",
      timestamp: 0,
      version: "1.0",
      payload: "x".repeat(500_000),
      expires: hub.clock.now() + 5_000,
      replyTo: "resp:hub-1",
      signature: "A".repeat(86),
    };
    const cut = hub.metrics.until("agent_connections_ended", { reason: "overflow" });
    for (let i = 0; i < 40 && hub.metrics.of("agent_connections_ended") === 0; i++) {
      await hub.broker.publish(`cmd:${server.id}`, JSON.stringify({ ...message, id: crypto.randomUUID() }));
      await new Promise((done) => setImmediate(done));
    }
    await cut;
    agent.ws.resume();
    await agent.closed;
    await stillWorks();
  });
});
