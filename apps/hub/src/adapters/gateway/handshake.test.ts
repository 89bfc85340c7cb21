/** The handshake over real connections: who comes in, who does not, and why. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Fault, HEARTBEAT_MS, PROTOCOL, randomBytes, toBase64Url } from "@servereye/contract";
import { dial, enter, greet, join, newServer, proof, startHub, type TestHub } from "./doubles.test-code.ts";

describe("handshake", { timeout: 30_000 }, () => {
  let hub: TestHub;
  beforeEach(async () => {
    hub = await startHub();
  });
  afterEach(() => hub.stop());

  const refusal = async (agent: { next(): Promise<unknown> }) =>
    (await agent.next()) as { t: string; code: string; again: boolean; detail: string };

  it("lets a known server in and shows it online", async () => {
    const server = await hub.known();
    const { reply } = await enter(hub, server, { clock: hub.clock.now() + 7_000 });
    assert.deepEqual(reply, {
      t: "welcome",
      serverId: server.id,
      name: "web-1",
      hubTime: hub.clock.now(),
      heartbeatMs: HEARTBEAT_MS,
    });
    assert.equal(hub.gateway.connected(), 1);
    const presence = (await hub.fleet.presenceOf([server.id])).get(server.id);
    assert.equal(presence?.hub, "hub-1");
    assert.equal(presence?.skewMs, 7_000);
    assert.equal(presence?.facts.version, "1.2.3");
    assert.equal(hub.store.records.get(server.id)?.facts?.hostname, "web-1");
    assert.equal(hub.metrics.read("agents_connected"), 1);
    assert.equal(hub.metrics.read("agent_handshakes"), 0);
  });

  it("refuses a server nobody has added, and lets it come again", async () => {
    const { agent, reply } = await enter(hub, await newServer());
    assert.ok(reply.t === "refused");
    assert.equal(reply.code, "SERVER_UNKNOWN");
    assert.equal(reply.again, true);
    assert.equal((await agent.closed).code, 1008);
  });

  it("refuses a proof made with another key", async () => {
    const [server, thief] = [await hub.known(), await newServer()];
    const greeted = await greet(hub, server);
    const made = await proof(greeted, { ...server, key: thief.key });
    greeted.agent.send(made);
    const reply = await refusal(greeted.agent);
    assert.equal(reply.code, "PROOF_INVALID");
    assert.equal(reply.again, false);
    assert.equal((await greeted.agent.closed).reason, "proof");
    assert.equal(hub.metrics.of("agent_connections_ended", { reason: "proof" }), 1);
    assert.equal((await hub.fleet.presenceOf([server.id])).size, 0);
  });

  it("refuses a proof replayed from another connection", async () => {
    const server = await hub.known();
    const first = await greet(hub, server);
    const made = await proof(first, server);
    const second = await greet(hub, server);
    second.agent.send(made);
    assert.equal((await refusal(second.agent)).code, "PROOF_INVALID");
    first.agent.send(made);
    assert.equal((await first.agent.next()).t, "welcome");
  });

  it("refuses a proof whose token was swapped, and whose key is no key", async () => {
    const server = await hub.known();
    const swapped = await greet(hub, server);
    swapped.agent.send({ ...(await proof(swapped, server)), enrol: "another" });
    assert.equal((await refusal(swapped.agent)).code, "PROOF_INVALID");
    const keyless = await greet(hub, server);
    keyless.agent.send({ ...(await proof(keyless, server)), publicKey: "_".repeat(43) });
    assert.equal((await refusal(keyless.agent)).code, "PROOF_INVALID");
  });

  it("takes no secret or key for a pairing code that the nonce has not fixed before", async () => {
    const server = await newServer();
    for (const secret of [toBase64Url(randomBytes(32)), undefined]) {
      const greeted = await greet(hub, server);
      const made: Record<string, unknown> = await proof(greeted, server, { pair: true });
      greeted.agent.send({ ...made, secret });
      assert.equal((await refusal(greeted.agent)).code, "PROOF_INVALID");
    }
    // Whoever is in between and tries one key after another, once the hub's nonce is known.
    const [fixed, chosen] = [await greet(hub, server), await newServer()];
    fixed.agent.send(await proof(fixed, chosen, { pair: true }));
    assert.equal((await refusal(fixed.agent)).code, "PROOF_INVALID");
    assert.equal(hub.metrics.read("agents_waiting"), 0);
  });

  it("gives a fresh nonce to each connection", async () => {
    const server = await hub.known();
    const [a, b] = [await greet(hub, server), await greet(hub, server)];
    assert.notEqual(a.challenge.nonce, b.challenge.nonce);
  });

  for (const protocol of [0, -1, PROTOCOL + 1, 1_000_000]) {
    it(`refuses protocol ${protocol} and says which it speaks`, async () => {
      const agent = await dial(hub.url);
      agent.send({ t: "hello", protocol, nonce: toBase64Url(randomBytes(32)) });
      const reply = await refusal(agent);
      assert.equal(reply.code, "PROTOCOL_UNSUPPORTED");
      assert.match(reply.detail, new RegExp(`1 to ${PROTOCOL} `));
    });
  }

  it("ends a handshake that takes over ten seconds, however far it came", async () => {
    const server = await hub.known();
    const silent = await dial(hub.url);
    const greeted = await greet(hub, server);
    hub.clock.turn(9_999);
    assert.equal(hub.metrics.read("agent_handshakes"), 2);
    hub.clock.turn(1);
    await Promise.all([silent.closed, greeted.agent.closed]);
    assert.equal(hub.metrics.of("agent_connections_ended", { reason: "handshake_deadline" }), 2);
    assert.equal(hub.metrics.read("agent_handshakes"), 0);
  });

  it("asks to come again when the store is away, without telling a stranger what is wrong", async () => {
    const server = await hub.known();
    hub.store.broken = new Fault("STORE_UNAVAILABLE", "connect ECONNREFUSED 10.1.2.3");
    const { reply } = await enter(hub, server);
    assert.ok(reply.t === "refused");
    assert.equal(reply.code, "STORE_UNAVAILABLE");
    assert.equal(reply.again, true);
    assert.doesNotMatch(reply.detail, /10\.1/);
  });

  it("holds more than 50 strangers from one address back before the upgrade, and lets in who proved itself", async () => {
    const server = await hub.known();
    await join(hub, server);
    const strangers = await Promise.all(Array.from({ length: 50 }, () => dial(hub.url)));
    const held = dial(hub.url);
    await hub.metrics.until("agent_upgrades_held", {});
    strangers[0]?.ws.terminate();
    await held;
    const refused = dial(hub.url);
    await hub.metrics.until("agent_upgrades_held", {}, 2);
    assert.equal(hub.metrics.read("agents_in_line"), 1);
    hub.clock.turn(5_000);
    await assert.rejects(refused, /status 503/);
    assert.equal(hub.metrics.of("agent_upgrades_refused", { reason: "busy" }), 1);
    assert.equal(hub.gateway.connected(), 1);
  });

  it("does not lose a place in the handshake to what is no WebSocket request", async () => {
    for (let i = 0; i < 25; i++) await rawUpgrade(hub.port);
    await join(hub, await hub.known());
  });
});

/** An upgrade request without a key: the library answers 400. */
async function rawUpgrade(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  const text = await new Promise<string>((done, failed) => {
    let all = "";
    socket.on("data", (data) => {
      all += data.toString();
    });
    socket.on("close", () => done(all));
    socket.on("error", failed);
    socket.write("GET /agent/v1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  });
  assert.match(text, /^HTTP\/1\.1 400 /);
}
