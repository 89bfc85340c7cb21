/** The agent's link against a hub double over a real WebSocket: proof, pinning, pairing, loss and return. */
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import {
  agentNonceOf,
  fromBase64Url,
  HEARTBEAT_MS,
  type HubFrame,
  keyPairOf,
  MAX_FRAME_BYTES,
  PROTOCOL,
  randomBytes,
  SIGNED_WELCOME_PROTOCOL,
  SILENCE_MS,
  toBase64Url,
} from "@servereye/contract";
import { agentOf, type TestAgent } from "./agent.fixture.ts";
import { HubDouble } from "./hub-double.fixture.ts";

let hub: HubDouble;
const agents: TestAgent[] = [];
const started = (agent: TestAgent): TestAgent => {
  agents.push(agent);
  return agent;
};

before(async () => {
  hub = await HubDouble.start();
});
after(() => hub.stop());
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.link.stop();
});

describe("the handshake", () => {
  test("pins the hub, and keeps its own server id", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const caller = await hub.accept();
    assert.equal(caller.serverId, agent.identity.serverId);
    await agent.saw("link.connected");
    assert.deepEqual(agent.pins, [{ hubKey: hub.hubKey, serverId: agent.identity.serverId }]);
  });

  test("nothing but a hello goes to a hub with another key", async () => {
    const other = await keyPairOf(randomBytes(32));
    started(await agentOf({ url: hub.url, hubKey: toBase64Url(other.publicKey), enrol: "once-only-token" }));
    const caller = await hub.caller();
    await hub.challenge(caller);
    const { code } = await caller.closed;
    assert.equal(code, 4401);
    assert.equal(caller.waiting, 0);
  });

  test("nor to one that shows the right key and can not sign with it", async () => {
    const other = await keyPairOf(randomBytes(32));
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey, enrol: "once-only-token" }));
    const caller = await hub.caller();
    await hub.challenge(caller, other);
    assert.equal((await caller.closed).code, 4401);
    assert.equal(caller.waiting, 0);
    assert.equal((await agent.saw("link.fault")).code, "PROOF_INVALID");
  });

  test("brings the enrol token until it was let in, never after", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey, enrol: "once-only-token" }));
    const first = await hub.caller();
    assert.equal((await hub.meet(first)).enrol, "once-only-token");
    first.send({ t: "refused", code: "RATE_LIMITED", detail: "wait", again: true });
    const firstWait = await agent.retry();
    agent.clock.turn(firstWait);
    const second = await hub.caller();
    assert.equal((await hub.meet(second)).enrol, "once-only-token");
    await second.welcome();
    await agent.saw("link.connected");
    second.socket.terminate();
    agent.clock.turn(await agent.retry());
    assert.equal((await hub.meet(await hub.caller())).enrol, undefined);
  });

  test("speaks an older protocol with a hub that knows no newer, and the newest again with the next", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const first = await hub.caller();
    assert.equal((await first.frame("hello")).protocol, PROTOCOL);
    first.send({ t: "refused", code: "PROTOCOL_UNSUPPORTED", detail: "1 to 2 are spoken", again: false });
    agent.clock.turn(await agent.retry());
    hub.protocol = SIGNED_WELCOME_PROTOCOL;
    const second = await hub.accept();
    await agent.saw("link.connected");
    hub.protocol = PROTOCOL;
    second.socket.terminate();
    agent.clock.turn(await agent.retry());
    await hub.accept();
    await agent.saw("link.connected");
  });

  test("gives up on a hub that knows none of those it speaks", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    for (let protocol = PROTOCOL; protocol >= SIGNED_WELCOME_PROTOCOL; protocol--) {
      const caller = await hub.caller();
      assert.equal((await caller.frame("hello")).protocol, protocol);
      caller.send({ t: "refused", code: "PROTOCOL_UNSUPPORTED", detail: "1 is spoken", again: false });
      if (protocol > SIGNED_WELCOME_PROTOCOL) agent.clock.turn(await agent.retry());
    }
    assert.equal(await agent.link.ended, 2);
  });

  test("a welcome as another server is not believed", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const caller = await hub.caller();
    await hub.meet(caller);
    caller.serverId = "0".repeat(32);
    await caller.welcome();
    assert.equal((await caller.closed).code, 4400);
    assert.deepEqual(agent.pins, []);
  });

  test("a step that takes over 10 s ends the connection", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const caller = await hub.caller();
    await caller.frame("hello");
    await agent.clock.set((ms) => ms === 10_000);
    agent.clock.turn(10_000);
    assert.equal((await caller.closed).code, 4408);
  });
});

describe("pairing", () => {
  test("shows the code the hub works out, and pins the hub only when welcomed", async () => {
    const agent = started(await agentOf({ url: hub.url, pair: true }));
    const caller = await hub.caller();
    const { pair, secret = "" } = await hub.meet(caller);
    assert.equal(pair, true);
    const fixed = { secret: fromBase64Url(secret) ?? randomBytes(0), agentKey: caller.publicKey };
    assert.equal(caller.agentNonce, toBase64Url(await agentNonceOf(fixed)));
    const now = Date.now();
    caller.send({ t: "waiting", expires: now + 600_000, hubTime: now });
    const shown = await agent.saw("link.waiting");
    assert.equal(String(shown.code).replace("-", ""), caller.code);
    assert.match(String(shown.code), /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    assert.equal(shown.minutes, 10);
    assert.equal(agent.pins.length, 0);
    agent.clock.turn(300_000);
    await caller.welcome(now);
    await agent.saw("link.connected");
    assert.equal(agent.pins[0]?.hubKey, hub.hubKey);
    // However long the code was shown, the hub's time is known as well as ever.
    const known = agent.hubTime.now() ?? 0;
    assert.ok(Math.abs(known - now) < 1_000, `${known - now} ms off`);
  });

  test("a code that expired is replaced by a new connection's", async () => {
    const agent = started(await agentOf({ url: hub.url, pair: true }));
    const caller = await hub.caller();
    await hub.meet(caller);
    caller.send({ t: "waiting", expires: 60_000, hubTime: 0 });
    await agent.clock.set((ms) => ms === 65_000);
    agent.clock.turn(65_000);
    await agent.saw("link.code_expired");
    agent.clock.turn(await agent.retry());
    const next = await hub.caller();
    await hub.meet(next);
    assert.notEqual(next.code, caller.code);
  });
});

describe("refusal", () => {
  test("for good ends an agent that was never let in, with code 2", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey, enrol: "spent-token" }));
    const caller = await hub.caller();
    await hub.meet(caller);
    caller.send({ t: "refused", code: "TOKEN_INVALID", detail: "that token was used", again: false });
    assert.equal(await agent.link.ended, 2);
    assert.match(String((await agent.saw("link.stopped")).reason), /that token was used/);
  });

  test("for good makes one that was let in before only slow", async () => {
    const agent = started(await agentOf({ url: hub.url, enrolledAt: hub.hubKey, random: () => 1 }));
    const caller = await hub.caller();
    await hub.meet(caller);
    caller.send({ t: "refused", code: "SERVER_UNKNOWN", detail: "who?", again: false });
    assert.equal(await agent.retry(), 60_000);
    agent.clock.turn(60_000);
    await hub.accept();
    await agent.saw("link.connected");
  });

  for (const [again, most] of [
    ["soon", 500],
    ["later", 500],
  ] as const) {
    test(`bye "${again}" is obeyed`, async () => {
      const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
      const caller = await hub.accept();
      await caller.frame("heartbeat");
      caller.send({ t: "bye", again, detail: "restarting" });
      const ms = await agent.retry();
      assert.ok(ms <= most, `${ms} ms`);
      agent.clock.turn(ms);
      await hub.accept();
    });
  }

  test('bye "never" ends the agent', async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const caller = await hub.accept();
    await caller.frame("heartbeat");
    caller.send({ t: "bye", again: "never", detail: "removed by its owner" });
    assert.equal(await agent.link.ended, 2);
  });
});

describe("a connection that is let in", () => {
  test("beats at the hub's pace with its clock, numbered from 1", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const began = Date.now();
    const caller = await hub.accept(began);
    for (const seq of [1, 2, 3]) {
      const beat = await caller.frame("heartbeat");
      assert.deepEqual(beat, { t: "heartbeat", seq, clock: agent.clock.now() });
      caller.send({ t: "beat", seq, hubTime: began + (seq - 1) * HEARTBEAT_MS });
      agent.clock.turn(HEARTBEAT_MS);
    }
  });

  test("asks for a signed word when a beat tells of another time than clocks drift to, and stays", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const began = Date.now();
    const caller = await hub.accept(began);
    const { seq } = await caller.frame("heartbeat");
    caller.send({ t: "beat", seq, hubTime: began + 60_000 });
    const asked = await caller.frame("heartbeat");
    assert.deepEqual(asked, { t: "heartbeat", seq: seq + 1, clock: agent.clock.now(), sign: true });
    assert.ok((agent.hubTime.now() ?? 0) < began + 60_000, "it is not believed");
    caller.send(await caller.signBeat(asked.seq, began + 60_000));
    caller.send({ t: "ask", message: await hub.ask(caller, "ping") });
    await caller.frame("answer");
    agent.clock.turn(HEARTBEAT_MS);
    const next = await caller.frame("heartbeat");
    assert.equal(next.sign, undefined);
    assert.ok((agent.hubTime.now() ?? 0) >= began + 60_000, "the signed one is");
  });

  test("dials anew for a signed word when the hub gives none, or one for another beat", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const began = Date.now();
    const caller = await hub.accept(began);
    const { seq } = await caller.frame("heartbeat");
    caller.send({ t: "beat", seq, hubTime: began - 60_000 });
    await agent.saw("link.time_doubted");
    const asked = await caller.frame("heartbeat");
    caller.send({ ...(await caller.signBeat(seq, began - 60_000)), seq: asked.seq } as HubFrame);
    await caller.closed;
    assert.ok((agent.hubTime.now() ?? 0) >= began, "it is not believed");
    agent.clock.turn(await agent.retry());
    await hub.accept(began + 60_000);
    await agent.saw("link.connected");
    await agent.saw("link.connected");
    assert.ok((agent.hubTime.now() ?? 0) >= began + 60_000, "a signed word is");
  });

  test("believes no welcome that was signed for another connection, or not at all", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const first = await hub.caller();
    await hub.meet(first);
    const old = await first.signWelcome(Date.now(), 10_000);
    first.socket.terminate();
    agent.clock.turn(await agent.retry());
    const second = await hub.caller();
    await hub.meet(second);
    second.send(old);
    assert.equal((await second.closed).code, 4401);
    agent.clock.turn(await agent.retry());
    const third = await hub.caller();
    await hub.meet(third);
    third.send({ t: "welcome", serverId: third.serverId, name: "web-1", hubTime: 1, heartbeatMs: 10_000 });
    assert.equal((await third.closed).code, 4401);
    assert.equal(agent.hubTime.now(), undefined);
  });

  test("is given up after 30 s without a beat, and dialled again", async () => {
    const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
    const caller = await hub.accept();
    const { seq } = await caller.frame("heartbeat");
    // Not an answer to any beat of this agent: no sign of life.
    caller.send({ t: "beat", seq: seq + 1_000, hubTime: Date.now() });
    agent.clock.turn(SILENCE_MS);
    assert.equal((await caller.closed).code, 4408);
    agent.clock.turn(await agent.retry());
    await hub.accept();
  });

  const bad: [string, string | Uint8Array][] = [
    ["not JSON", "{"],
    ["of no known kind", '{"t":"format"}'],
    ["of a wrong shape", '{"t":"beat","seq":"one","hubTime":1}'],
    ["out of turn", '{"t":"waiting","expires":1,"hubTime":1}'],
    ["that is bytes", new Uint8Array([1, 2, 3])],
    ["that is too large", `"${"a".repeat(MAX_FRAME_BYTES)}"`],
    ["too large in bytes though not in characters", `"${"я".repeat(MAX_FRAME_BYTES / 2)}"`],
  ];
  for (const [name, data] of bad) {
    test(`ends at a frame ${name}, and the agent comes back`, async () => {
      const agent = started(await agentOf({ url: hub.url, hubKey: hub.hubKey }));
      const caller = await hub.accept();
      await caller.frame("heartbeat");
      caller.raw(data);
      assert.equal((await caller.closed).code, 4400);
      assert.equal((await agent.saw("link.fault")).code, "FRAME_INVALID");
      agent.clock.turn(await agent.retry());
      await hub.accept();
    });
  }

  test("stops with code 1000", async () => {
    const agent = await agentOf({ url: hub.url, hubKey: hub.hubKey });
    const caller = await hub.accept();
    await caller.frame("heartbeat");
    await agent.link.stop();
    assert.equal((await caller.closed).code, 1000);
    assert.equal(await agent.link.ended, 0);
  });
});

describe("a hub that is away", () => {
  let away: HubDouble;
  beforeEach(async () => {
    away = await HubDouble.start();
    await away.stop();
  });

  test("is dialled again and again, first often and after a minute seldom; the reason is told", async () => {
    const agent = started(await agentOf({ url: away.url, hubKey: hub.hubKey, random: () => 0.999 }));
    const waits: number[] = [];
    for (let passed = 0; passed < 180_000; ) {
      const ms = await agent.retry();
      waits.push(ms);
      passed += ms;
      agent.clock.turn(ms);
    }
    assert.deepEqual(
      waits.slice(0, 5).map((ms) => Math.round(ms / 100) * 100),
      [500, 1_000, 2_000, 4_000, 5_000],
    );
    assert.ok(waits.slice(4, 10).every((ms) => ms < 5_000));
    assert.ok(
      waits.slice(-2).every((ms) => ms > 59_000 && ms < 60_000),
      waits.join(),
    );
    assert.match(String((await agent.saw("link.unreachable")).reason), /ECONNREFUSED/);
  });
});
