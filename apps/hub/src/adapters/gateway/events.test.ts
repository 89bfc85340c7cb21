/** Events over real connections: believed, kept, acknowledged; and the welcome that is signed. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, describe, it } from "node:test";
import {
  type AgentEvent,
  Fault,
  fromBase64Url,
  signEvent,
  toBase64Url,
  utf8,
  verifierOf,
  welcomeText,
} from "@servereye/contract";
import { type Dialled, enter, join, startHub, type TestHub, type TestServer } from "./doubles.test-code.ts";

type Kept = { serverId: string; at: number; payload: unknown };

describe("events", { timeout: 30_000 }, () => {
  let hub: TestHub;
  afterEach(() => hub.stop());

  const event = (server: TestServer, more: Partial<AgentEvent> = {}, as = server.id): Promise<AgentEvent> =>
    signEvent(server.key, as, {
      ...{ id: randomUUID(), type: "probe.told", timestamp: hub.clock.now(), version: "1.0" },
      ...{ bootId: "boot", seq: 1, payload: { n: 1 } },
      ...more,
    });
  const tell = (agent: Dialled, message: AgentEvent) => agent.send({ t: "event", message });
  /** What comes before the answer to a heartbeat: all that came of what was sent before it. */
  async function acks(agent: Dialled): Promise<string[]> {
    const found: string[] = [];
    agent.send({ t: "heartbeat", seq: 7, clock: 0 });
    for (let frame = await agent.next(); frame.t !== "beat"; frame = await agent.next())
      if (frame.t === "ack") found.push(frame.id);
    return found;
  }

  it("signs the welcome for this very handshake from protocol 2 on, and not before", async () => {
    hub = await startHub();
    const server = await hub.known();
    const { reply, challenge, agentNonce } = await enter(hub, server, { speaks: 2 });
    assert.ok(reply.t === "welcome");
    const { signature = "", ...told } = reply;
    const seen = { protocol: 2, agentNonce, hubNonce: challenge.nonce, hubKey: challenge.hubKey };
    const verify = await verifierOf(hub.hubKey.publicKey);
    const bytes = fromBase64Url(signature) ?? new Uint8Array();
    assert.ok(await verify(utf8(welcomeText(seen, told)), bytes));
    assert.ok(!(await verify(utf8(welcomeText(seen, { ...told, hubTime: told.hubTime - 1 })), bytes)));
    assert.ok(!(await verify(utf8(welcomeText({ ...seen, agentNonce: toBase64Url(bytes) }, told)), bytes)));
    const old = await enter(hub, await hub.known());
    assert.ok(old.reply.t === "welcome" && old.reply.signature === undefined);
  });

  it("acknowledges what is kept, and only then", async () => {
    const kept: Kept[] = [];
    const gate = Promise.withResolvers<void>();
    hub = await startHub({
      takers: {
        "probe.told": async (one) => {
          await gate.promise;
          kept.push(one);
        },
      },
    });
    const server = await hub.known();
    const agent = await join(hub, server, { speaks: 2 });
    const message = await event(server);
    tell(agent, message);
    assert.deepEqual(await acks(agent), []);
    gate.resolve();
    assert.deepEqual(await agent.next(), { t: "ack", id: message.id });
    assert.deepEqual(kept, [{ serverId: server.id, at: hub.clock.now(), payload: { n: 1 } }]);
  });

  it("acknowledges nothing while the store is away, and lets the agent forget what is of no use", async () => {
    const kept: Kept[] = [];
    const refused = Promise.withResolvers<void>();
    hub = await startHub({
      takers: {
        "probe.told": async (one) => {
          if (kept.push(one) > 1) return;
          refused.resolve();
          throw new Fault("STORE_UNAVAILABLE", "away");
        },
      },
    });
    const [server, other] = [await hub.known(), await hub.known()];
    const agent = await join(hub, server, { speaks: 2 });
    const useless = [
      await event(server, {}, other.id),
      await event(other, {}, server.id),
      { ...(await event(server)), payload: { n: 2 } },
      await event(server, { type: "probe.unknown" }),
      await event(server, { timestamp: hub.clock.now() - 8 * 24 * 3_600_000 }),
    ];
    for (const one of useless) tell(agent, one);
    for (const _ of useless) assert.equal((await agent.next()).t, "ack");
    assert.deepEqual(kept, [], "forged, foreign, unknown or old ones are kept nowhere");
    const message = await event(server);
    tell(agent, message);
    await refused.promise;
    tell(agent, message);
    assert.deepEqual(await agent.next(), { t: "ack", id: message.id });
    assert.equal(kept.length, 2);
  });

  it("drops what one agent tells too fast, names it, and takes the others' all the same", async () => {
    hub = await startHub({
      limits: { eventBurst: 3, eventsPerMinute: 60 },
      takers: { "probe.told": async () => undefined },
    });
    const [loud, calm] = [await hub.known(), await hub.known()];
    const [one, two] = [await join(hub, loud, { speaks: 2 }), await join(hub, calm, { speaks: 2 })];
    for (let n = 0; n < 8; n++) tell(one, await event(loud));
    for (let n = 0; n < 3; n++) assert.equal((await one.next()).t, "ack");
    assert.deepEqual(await acks(one), []);
    assert.equal(hub.metrics.of("events_dropped", { reason: "rate" }), 5);
    const named = hub.log.events.filter(({ event: name }) => name === "agent.events_dropped");
    assert.deepEqual(
      named.map(({ fields }) => fields?.serverId),
      [loud.id],
    );
    const message = await event(calm);
    tell(two, message);
    assert.deepEqual(await two.next(), { t: "ack", id: message.id });
    hub.clock.turn(1_000);
    const later = await event(loud);
    tell(one, later);
    assert.deepEqual(await one.next(), { t: "ack", id: later.id });
  });
});
