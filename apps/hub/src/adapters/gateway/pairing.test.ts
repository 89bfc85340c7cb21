/** How a server comes in for the first time, over real connections: token, code, key; and how it is let go. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Fault } from "@servereye/contract";
import { ENROL_MS } from "../../core/fleet/enrol.ts";
import {
  enter,
  facts,
  greet,
  join,
  newServer,
  proof,
  sharedState,
  startHub,
  type TestHub,
} from "./doubles.test-code.ts";

const faulty = (code: string, values?: Record<string, unknown>) => (error: unknown) => {
  assert.ok(error instanceof Fault, String(error));
  assert.equal(error.code, code);
  if (values) assert.deepEqual(error.values, values);
  return true;
};

describe("enrolment", { timeout: 30_000 }, () => {
  let hub: TestHub;
  const audited = () =>
    hub.store.audited.map((entry) =>
      [entry.what, entry.result, entry.detail.how ?? "", entry.detail.code ?? ""].join(" ").trim(),
    );
  beforeEach(async () => {
    hub = await startHub();
  });
  afterEach(() => hub.stop());

  describe("by a token", () => {
    it("adds the server to the person who was given it, named after its host", async () => {
      const server = await newServer();
      const { token, expires } = await hub.enrolment.invite("ann");
      assert.equal(expires, hub.clock.now() + ENROL_MS);
      const { reply } = await enter(hub, server, {
        enrol: token,
        facts: facts({ hostname: "db\u202e 1.example" }),
      });
      assert.ok(reply.t === "welcome");
      assert.equal(reply.name, "db- 1.example");
      assert.equal(hub.store.records.get(server.id)?.owner, "ann");
      assert.equal(hub.store.records.get(server.id)?.region, "here");
      assert.deepEqual(audited(), ["server.invite done", "server.add done token"]);
      assert.equal(hub.store.audited.at(-1)?.from, "127.0.0.1");
    });

    it("lets in one server for one token", async () => {
      const { token } = await hub.enrolment.invite("ann");
      const [first, second] = [await newServer(), await newServer()];
      await join(hub, first, { enrol: token });
      const { reply } = await enter(hub, second, { enrol: token });
      assert.ok(reply.t === "refused");
      assert.equal(reply.code, "TOKEN_INVALID");
      assert.equal(reply.again, false);
      assert.equal(hub.store.records.has(second.id), false);
      assert.equal(audited().at(-1), "server.add refused token TOKEN_INVALID");
    });

    it("lets in one of two that bring the same token at once", async () => {
      const { token } = await hub.enrolment.invite("ann");
      const two = await Promise.all([newServer(), newServer()]);
      const replies = await Promise.all(two.map((server) => enter(hub, server, { enrol: token })));
      assert.deepEqual(replies.map(({ reply }) => reply.t).sort(), ["refused", "welcome"]);
    });

    it("refuses a token that has expired, and one that never was", async () => {
      const { token } = await hub.enrolment.invite("ann");
      hub.clock.turn(ENROL_MS);
      for (const enrol of [token, "never", ""]) {
        const { reply } = await enter(hub, await newServer(), { enrol });
        assert.ok(reply.t === "refused", enrol);
        assert.equal(reply.code, "TOKEN_INVALID");
      }
    });

    it("lets a server in again whose welcome got lost, with the token it spent", async () => {
      const server = await newServer();
      const { token } = await hub.enrolment.invite("ann");
      (await join(hub, server, { enrol: token })).ws.terminate();
      await join(hub, server, { enrol: token });
    });

    it("does not let strangers flood the audit log", async () => {
      for (let i = 0; i < 40; i++) {
        const { agent } = await enter(hub, await newServer(), { enrol: `guess-${i}` });
        await agent.closed;
      }
      assert.equal(hub.store.audited.length, 30);
      hub.clock.turn(60_000);
      await enter(hub, await newServer(), { enrol: "one more" });
      assert.equal(hub.store.audited.length, 31);
    });

    it("keeps tokens and keys out of the log", async () => {
      const server = await newServer();
      const { token } = await hub.enrolment.invite("ann");
      await join(hub, server, { enrol: token });
      const other = await newServer();
      await hub.enrolment.addByKey("ann", other.serverKey);
      const everything = JSON.stringify([hub.log.events, hub.store.audited]);
      assert.ok(!everything.includes(token));
      assert.ok(!everything.includes(other.serverKey.slice(4)));
    });
  });

  describe("by a code", () => {
    it("lets a waiting agent in the moment a person types its code, however they type it", async () => {
      const server = await newServer();
      const { agent, reply, code } = await enter(hub, server, { pair: true });
      assert.deepEqual(reply, {
        t: "waiting",
        expires: hub.clock.now() + ENROL_MS,
        hubTime: hub.clock.now(),
      });
      assert.equal(hub.gateway.connected(), 0);
      assert.equal(hub.metrics.read("agents_waiting"), 1);
      const typed = ` ${code.slice(0, 4)}-${code.slice(4)} `
        .toLowerCase()
        .replaceAll("0", "o")
        .replaceAll("1", "l");
      const record = await hub.enrolment.addByCode("ann", typed);
      assert.equal(record.id, server.id);
      const welcome = await agent.next();
      assert.ok(welcome.t === "welcome");
      assert.equal(welcome.name, "web-1");
      assert.equal(hub.gateway.connected(), 1);
      assert.equal(hub.metrics.read("agents_waiting"), 0);
      assert.equal(hub.store.records.get(server.id)?.owner, "ann");
      assert.deepEqual(audited(), ["server.add done code"]);
    });

    it("lets it in on whichever hub it waits", async () => {
      const shared = sharedState();
      const [one, two] = [await startHub({ shared, hubId: "a" }), await startHub({ shared, hubId: "b" })];
      const { agent, code } = await enter(two, await newServer(), { pair: true });
      await one.enrolment.addByCode("ann", code);
      assert.equal((await agent.next()).t, "welcome");
      assert.deepEqual([one.gateway.connected(), two.gateway.connected()], [0, 1]);
      await one.stop();
      await two.stop();
    });

    it("misses no signal that comes before the agent was told to wait", async () => {
      const server = await newServer();
      const greeted = await greet(hub, server);
      const { put } = hub.store.waiting;
      hub.store.waiting.put = async (agent) => {
        await put(agent);
        await hub.enrolment.addByCode("ann", greeted.code);
      };
      greeted.agent.send(await proof(greeted, server, { pair: true }));
      assert.equal((await greeted.agent.next()).t, "waiting");
      assert.equal((await greeted.agent.next()).t, "welcome");
      assert.equal(hub.metrics.read("agents_waiting"), 0);
    });

    it("works once", async () => {
      const { agent, code } = await enter(hub, await newServer(), { pair: true });
      await hub.enrolment.addByCode("ann", code);
      await agent.next();
      await assert.rejects(hub.enrolment.addByCode("bob", code), faulty("TOKEN_INVALID", { left: 4 }));
    });

    it("locks a person for 15 minutes after five wrong tries, right code or not, and nobody else", async () => {
      const { agent, code } = await enter(hub, await newServer(), { pair: true });
      for (let left = 4; left >= 0; left--) {
        await assert.rejects(hub.enrolment.addByCode("eve", "ABCD1234"), faulty("TOKEN_INVALID", { left }));
      }
      const until = hub.clock.now() + 15 * 60_000;
      await assert.rejects(hub.enrolment.addByCode("eve", code), faulty("RATE_LIMITED", { until }));
      assert.equal(audited().filter((line) => line === "server.add refused code TOKEN_INVALID").length, 5);
      assert.equal(audited().at(-1), "server.add refused code RATE_LIMITED");
      await hub.enrolment.addByCode("ann", code);
      assert.equal((await agent.next()).t, "welcome");
      hub.clock.turn(15 * 60_000);
      await assert.rejects(hub.enrolment.addByCode("eve", code), faulty("TOKEN_INVALID"));
    });

    it("counts tries made at once before their outcome is known", async () => {
      const tries = await Promise.allSettled(
        Array.from({ length: 12 }, (_, i) => hub.enrolment.addByCode("eve", `GUESS00${i}`)),
      );
      const codes = tries.map((t) => (t.status === "rejected" ? Fault.of(t.reason).code : "in"));
      assert.equal(codes.filter((code) => code === "TOKEN_INVALID").length, 5);
      assert.equal(codes.filter((code) => code === "RATE_LIMITED").length, 7);
    });

    it("does not count a try the store could not judge", async () => {
      const { agent, code } = await enter(hub, await newServer(), { pair: true });
      for (let i = 0; i < 6; i++) {
        hub.store.broken = new Fault("STORE_UNAVAILABLE", "away");
        await assert.rejects(hub.enrolment.addByCode("ann", code), faulty("STORE_UNAVAILABLE"));
      }
      hub.store.broken = undefined;
      await hub.enrolment.addByCode("ann", code);
      assert.equal((await agent.next()).t, "welcome");
    });

    it("makes the code worthless when the agent leaves", async () => {
      const { agent, code } = await enter(hub, await newServer(), { pair: true });
      agent.ws.terminate();
      await hub.metrics.until("agent_connections_ended", { reason: "agent" });
      await assert.rejects(hub.enrolment.addByCode("ann", code), faulty("TOKEN_INVALID"));
      assert.equal(hub.metrics.read("agents_waiting"), 0);
    });

    it("ends the wait with the code, so that the agent comes for a new one", async () => {
      const { agent } = await enter(hub, await newServer(), { pair: true });
      // A socket that answers pings is alive, silent as its agent is.
      for (let at = 0; at < ENROL_MS; at += 10_000) {
        const pinged = new Promise<void>((done) => agent.ws.once("ping", () => done()));
        hub.clock.turn(10_000);
        if (agent.ws.readyState !== agent.ws.OPEN || at + 10_000 >= ENROL_MS) break;
        await pinged;
        agent.send({ t: "heartbeat", seq: at, clock: 0 });
        assert.equal((await agent.next()).t, "beat");
      }
      const bye = await agent.next();
      assert.ok(bye.t === "bye");
      assert.equal(bye.again, "soon");
    });

    it("shows another code to somebody in the middle", async () => {
      const [server, middle] = [await newServer(), await newServer()];
      const seen = await greet(hub, server);
      const relayed = await greet(hub, middle);
      relayed.agent.send(await proof(relayed, middle, { pair: true }));
      assert.equal((await relayed.agent.next()).t, "waiting");
      await assert.rejects(hub.enrolment.addByCode("ann", seen.code), faulty("TOKEN_INVALID"));
    });

    it("keeps few waiting from one address", async () => {
      for (let i = 0; i < 10; i++) await enter(hub, await newServer(), { pair: true });
      const { reply } = await enter(hub, await newServer(), { pair: true });
      assert.ok(reply.t === "refused");
      assert.equal(reply.code, "RATE_LIMITED");
      assert.equal(reply.again, true);
      await hub.metrics.until("agent_connections_ended", { reason: "refused" });
      assert.equal(hub.store.waitingAgents.size, 10);
      await join(hub, await hub.known());
    });
  });

  describe("by its key", () => {
    it("adds a server whose agent dials later", async () => {
      const server = await newServer();
      const record = await hub.enrolment.addByKey("ann", server.serverKey, "  Мой сервер ");
      assert.equal(record.id, server.id);
      assert.equal(record.name, "Мой сервер");
      await join(hub, server);
      assert.deepEqual(audited(), ["server.add done key"]);
    });

    it("lets in at once an agent that waits with that key", async () => {
      const server = await newServer();
      const { agent } = await enter(hub, server, { pair: true });
      await hub.enrolment.addByKey("ann", server.serverKey);
      const welcome = await agent.next();
      assert.ok(welcome.t === "welcome");
      assert.equal(welcome.name, `server-${server.id.slice(0, 4)}`);
    });

    it("refuses what is no key, a bad name, and a server of another", async () => {
      const server = await newServer();
      await assert.rejects(hub.enrolment.addByKey("ann", "srv_12"), faulty("TOKEN_INVALID"));
      await assert.rejects(hub.enrolment.addByKey("ann", server.serverKey, "12"), faulty("NAME_INVALID"));
      assert.equal(hub.store.records.size, 0);
      await hub.enrolment.addByKey("ann", server.serverKey);
      await assert.rejects(hub.enrolment.addByKey("bob", server.serverKey), faulty("NOT_ALLOWED"));
      assert.equal(hub.store.audited.at(-1)?.result, "refused");
      assert.equal(hub.store.audited.at(-1)?.personId, "bob");
    });
  });

  describe("removal", () => {
    it("lets the agent go for good, on whichever hub, and in no more", async () => {
      const shared = sharedState();
      const [one, two] = [await startHub({ shared, hubId: "a" }), await startHub({ shared, hubId: "b" })];
      const server = await two.known();
      const agent = await join(two, server);
      await shared.store.servers.remove(server.id);
      await one.fleet.removed(server.id);
      const bye = await agent.next();
      assert.ok(bye.t === "bye");
      assert.equal(bye.again, "never");
      await agent.closed;
      assert.equal((await one.fleet.presenceOf([server.id])).size, 0);
      const { reply } = await enter(two, server);
      assert.ok(reply.t === "refused");
      assert.equal(reply.code, "SERVER_UNKNOWN");
      await one.stop();
      await two.stop();
    });
  });
});
