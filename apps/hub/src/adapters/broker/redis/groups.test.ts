/** Broker and board over Sentinels and over a Cluster: the ports' contract, with a master killed in the middle of it. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { type RedisGroup, startCluster, startSentinels } from "../../../../../../test/engines/redis.ts";
import { needs } from "../../../../../../test/engines.ts";
import { brokerContract, presenceContract } from "../contract.test-suite.ts";
import { age, ear, type OpenedRedis, openedRedis, restoredOnce } from "./redis.test-code.ts";
import { slotOf } from "./slot.ts";

const CHANNELS = Array.from({ length: 60 }, (_, at) => `beat:${at}`);

const IN_SLOT_0 = channelOfSlot0();

for (const [name, start] of [
  ["Sentinel", startSentinels],
  ["Cluster", startCluster],
] as const) {
  describe(name, { ...needs("redis"), timeout: 120_000 }, () => {
    let group: RedisGroup;
    const opened: OpenedRedis[] = [];
    const open = async (): Promise<OpenedRedis> => {
      const one = await openedRedis(group.url);
      opened.push(one);
      return one;
    };
    before(async () => {
      group = await start("p@ss/word");
    });
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
    });
    after(async () => {
      await group?.stop();
    });

    it("stands again when servers change places with nobody dying", async () => {
      const one = await open();
      await Promise.all([...CHANNELS, IN_SLOT_0].map((channel) => one.broker.subscribe(channel, () => {})));
      const back = restoredOnce(one);
      await group.rearrange();
      const began = performance.now();
      await back;
      const tookMs = performance.now() - began;
      assert.ok(tookMs < 3_000, `${tookMs} ms after they did`);
      for (const channel of [...CHANNELS, IN_SLOT_0])
        assert.equal(await one.broker.publish(channel, "x"), 1, channel);
    });

    let brokers = 0;
    brokerContract(`${name}, a master killed before the fifth test`, async () => {
      const one = await open();
      if (++brokers !== 5) return one.broker;
      const { hear, until } = ear();
      await Promise.all(CHANNELS.map((channel) => one.broker.subscribe(channel, hear)));
      const back = restoredOnce(one);
      await group.failOver();
      const began = performance.now();
      await back;
      const tookMs = performance.now() - began;
      assert.ok(tookMs < 3_000, `${tookMs} ms after the failover`);
      for (const channel of CHANNELS) assert.equal(await one.broker.publish(channel, channel), 1, channel);
      await until(CHANNELS.length);
      assert.equal(one.metrics.of("broker_losses"), 1);
      return one.broker;
    });

    presenceContract(name, async () => {
      const masters = await group.masters();
      for (const master of masters) await master.ask("FLUSHALL");
      const { presence } = await open();
      return { board: presence, now: Date.now, turn: async (ms) => age(await group.masters(), ms) };
    });

    it("carries between hubs, each with the connections it needs", async () => {
      const [a, b] = [await open(), await open()];
      const masters = await group.masters();
      const count = async () =>
        (await Promise.all(masters.map((one) => one.ask("CLIENT", "LIST"))))
          .map(String)
          .join("\n")
          .split("\n")
          .filter((line) => line.includes("name=servereye")).length;
      const { hear, until } = ear();
      await Promise.all(CHANNELS.map((channel) => b.broker.subscribe(channel, hear)));
      const told = await Promise.all(CHANNELS.map((channel) => a.broker.publish(channel, channel)));
      assert.deepEqual(
        told,
        CHANNELS.map(() => 1),
      );
      await until(CHANNELS.length);
      const before = await count();
      await b.close();
      // Two to each server that takes writes; one more to ask the Cluster who that is.
      const most = masters.length * 2 + (name === "Cluster" ? 1 : 0);
      let ended = 0;
      // Redis learns of a closed connection in its own time.
      for (let left = 200; left > 0 && ended < masters.length * 2; left--) ended = before - (await count());
      assert.ok(ended >= masters.length * 2 && ended <= most, `${ended} connections`);
    });
  });
}

function channelOfSlot0(): string {
  for (let at = 0; ; at++) if (slotOf(`beat:${at}`) === 0) return `beat:${at}`;
}
