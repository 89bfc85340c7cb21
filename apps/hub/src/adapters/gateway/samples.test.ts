/** Samples over real connections: asked for by a pace, kept and acknowledged, and one agent that floods beside one that does not. */
import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { MOST_SAMPLES } from "@servereye/contract";
import { memoryHistory } from "../../core/history/memory.test-code.ts";
import { type Dialled, join, startHub, type TestHub } from "./doubles.test-code.ts";

const BOOT = "0b1c2d3e-0000-4000-8000-000000000000";

describe("samples", { timeout: 30_000 }, () => {
  let hub: TestHub;
  afterEach(() => hub.stop());

  const samples = (from: number, count = 1) => ({
    t: "samples",
    batch: {
      boot: BOOT,
      series: [{ key: "cpu.usage" }, { key: "disk.used", of: "/" }],
      samples: Array.from({ length: count }, (_, n) => ({ seq: from + n, at: 1_000 * n, values: [n, null] })),
    },
    late: count > 1,
    ...{ waiting: 0, lost: 0, diskless: false },
  });
  const paced = async (agent: Dialled) => {
    const frame = await agent.next();
    assert.ok(frame.t === "pace", `a pace, not ${frame.t}`);
    return frame.perSecond;
  };

  it("are asked for by a pace from protocol 3 on, kept with the skew of their agent's clock, and acknowledged", async () => {
    const history = memoryHistory();
    hub = await startHub({ history });
    const server = await hub.known();
    const agent = await join(hub, server, { speaks: 3, clock: hub.clock.now() + 90_000 });
    assert.ok((await paced(agent)) > 0);
    agent.send(samples(41));
    assert.deepEqual(await agent.next(), { t: "kept", boot: BOOT, from: 41, to: 41 });
    agent.send(samples(0, MOST_SAMPLES));
    assert.deepEqual(await agent.next(), { t: "kept", boot: BOOT, from: 0, to: MOST_SAMPLES - 1 });
    assert.equal(history.samples.size, MOST_SAMPLES);
    assert.deepEqual(history.samples.get(`${server.id} ${BOOT} 41`), {
      ...{ at: 0, skewMs: 90_000, given: 2 },
      values: { "cpu.usage": 0 },
    });
  });

  it("are not asked for of older agents, nor by a hub that keeps none; who sends some all the same is let go", async () => {
    hub = await startHub({ history: memoryHistory() });
    const old = await join(hub, await hub.known(), { speaks: 2 });
    old.send({ t: "heartbeat", seq: 1, clock: 0 });
    assert.equal((await old.next()).t, "beat", "no pace came before");
    old.send(samples(0));
    assert.equal((await old.next()).t, "bye");
    await hub.stop();
    hub = await startHub();
    const agent = await join(hub, await hub.known(), { speaks: 3 });
    agent.send({ t: "heartbeat", seq: 1, clock: 0 });
    assert.equal((await agent.next()).t, "beat");
  });

  it("that make no sense end the connection", async () => {
    hub = await startHub({ history: memoryHistory() });
    const gap = samples(0, 3);
    gap.batch.samples.splice(1, 1);
    for (const wrong of [gap, { ...samples(0), batch: { ...samples(0).batch, series: [] } }]) {
      const agent = await join(hub, await hub.known(), { speaks: 3 });
      await paced(agent);
      agent.send(wrong);
      assert.equal((await agent.next()).t, "bye");
      await agent.closed;
    }
    assert.equal(hub.metrics.of("agent_connections_ended", { reason: "frame" }), 2);
  });

  it("of an agent that floods are refused and it is let go, named; one beside it is served all the while", async () => {
    const history = memoryHistory();
    hub = await startHub({ history });
    const [loud, calm] = [await hub.known(), await hub.known()];
    const flooding = await join(hub, loud, { speaks: 3 });
    const good = await join(hub, calm, { speaks: 3 });
    assert.ok((await paced(good)) > 0);
    let seq = 0;
    const words = new Map<string, number>();
    const heard = (async () => {
      for (;;) {
        const frame = await flooding.next();
        const word = frame.t === "pace" ? `pace ${Math.sign(frame.perSecond)}` : frame.t;
        words.set(word, (words.get(word) ?? 0) + 1);
        if (frame.t === "bye") return;
      }
    })();
    let told = 0;
    for (let n = 0; n < 400 && !words.has("bye"); n++) {
      flooding.send(samples(seq, MOST_SAMPLES));
      seq += MOST_SAMPLES;
      if (n % 10 !== 0) continue;
      good.send(samples(told));
      assert.deepEqual(await good.next(), { t: "kept", boot: BOOT, from: told, to: told });
      told += 1;
    }
    await heard;
    assert.equal(words.get("pace 0"), 1, "told to wait before it was let go");
    assert.equal(hub.metrics.of("agent_connections_ended", { reason: "flood" }), 1);
    const named = hub.log.events.filter(({ event }) => event === "agent.samples_limited");
    assert.deepEqual(
      named.map(({ fields }) => fields.serverId),
      [loud.id],
    );
    good.send(samples(told));
    assert.equal((await good.next()).t, "kept");
    assert.ok([...history.samples.keys()].filter((key) => key.startsWith(calm.id)).length === told + 1);
  });
});
