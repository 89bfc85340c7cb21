/** One grant for each ask, whoever claims, as often as they like. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMemoryBroker } from "../../adapters/broker/memory.ts";
import type { Broker } from "../ports/broker.ts";
import { CLAIM_MS, createClaims } from "./claims.ts";
import { keptLog, readMetrics, turnedClock } from "./doubles.test-code.ts";

function hubs(...ids: string[]) {
  const clock = turnedClock();
  const log = keptLog();
  const broker = createMemoryBroker({ log });
  const metrics = readMetrics();
  const made = ids.map((hubId) => createClaims({ broker, hubId, clock, log, metrics }));
  const ask = (id: string, from = ids[0] ?? "") => ({
    id,
    replyTo: `resp:${from}`,
    expires: clock.now() + 5_000,
  });
  return { clock, log, broker, metrics, made, ask };
}

describe("claims", () => {
  it("are granted once, among hubs that all claim at the same time", async () => {
    const { made, ask } = hubs("a", "b", "c");
    for (let n = 0; n < 20; n++) {
      const one = ask(`ask-${n}`);
      const words = await Promise.all([...made, ...made].map((claims) => claims.claim(one)));
      assert.equal(words.filter(Boolean).length, 1);
      for (const claims of made) assert.equal(await claims.claim(one), undefined);
    }
  });

  it("can be given back by who has them, once", async () => {
    const { made, ask } = hubs("a", "b", "c");
    const [a, b, c] = made;
    const one = ask("one");
    const release = await b?.claim(one);
    assert.ok(release);
    assert.equal(await a?.claim(one), undefined);
    await release();
    const again = await c?.claim(one);
    assert.ok(again);
    await release();
    assert.equal(await a?.claim(one), undefined, "given back once already: it is another's now");
    await again();
    assert.ok(await a?.claim(one));
  });

  it("are not granted by old words that somebody puts back", async () => {
    const { broker, made, ask } = hubs("a", "b", "c");
    const [, b, c] = made;
    const one = ask("one");
    const kept: Array<[string, string]> = [];
    for (const channel of ["claim:a", "claim:b"])
      await broker.subscribe(channel, (text) => void kept.push([channel, text]));
    await (await b?.claim(one))?.();
    assert.ok(await c?.claim(one));
    const old = [...kept];
    assert.equal(old.length, 4, "claim, word, release, and the other's claim");
    const late = b?.claim(one);
    for (const [channel, text] of old) await broker.publish(channel, text);
    assert.equal(await late, undefined);
    assert.equal(await made[0]?.claim(one), undefined);
  });

  it("are not granted for what has expired, by a hub that is gone, or to what is no ask of a hub", async () => {
    const { made, ask, clock } = hubs("a", "b");
    const late = ask("late");
    clock.turn(5_000);
    assert.equal(await made[1]?.claim(late), undefined);
    assert.equal(await made[1]?.claim(ask("x", "nobody")), undefined);
    assert.equal(await made[1]?.claim({ ...ask("x"), replyTo: "elsewhere" }), undefined);
    await made[0]?.close();
    assert.equal(await made[1]?.claim(ask("y")), undefined);
  });

  it("are not granted when the word does not come, or the broker is away", async () => {
    const { clock, log, metrics, ask } = hubs();
    const memory = createMemoryBroker({ log });
    // It swallows what is claimed, as a hub that hangs would.
    const broker: Broker = { ...memory, publish: async () => 1 };
    const claims = createClaims({ broker, hubId: "b", clock, log, metrics });
    const claimed = claims.claim(ask("one", "a"));
    await new Promise((done) => setImmediate(done));
    clock.turn(CLAIM_MS);
    assert.equal(await claimed, undefined);
    await memory.close();
    const away = createClaims({ broker: memory, hubId: "c", clock, log, metrics });
    assert.equal(await away.claim(ask("two", "a")), undefined);
  });

  it("pass over what no hub sent", async () => {
    const { broker, metrics, made, ask } = hubs("a", "b");
    const news = ["", "{}", "[1]", '{"t":"claim"}', '{"t":"word","id":"one","granted":"yes"}'];
    for (const text of news) await broker.publish("claim:a", text);
    await metrics.until("claims_dropped", {}, news.length);
    assert.ok(await made[1]?.claim(ask("one")));
  });
});
