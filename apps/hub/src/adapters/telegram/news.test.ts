/** What hubs tell each other: listening while the broker is only half there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryBroker } from "../broker/memory.ts";
import { createNews } from "./news.ts";
import { collectedLog, settle, turnedClock } from "./turned.test-suite.ts";

test("listening that only half came about leaves no listener behind", async () => {
  const log = collectedLog();
  const broker = createMemoryBroker({ log });
  let away = true;
  const half = {
    publish: broker.publish,
    subscribe: async (...asked: Parameters<typeof broker.subscribe>) => {
      if (away && asked[0] === "telegram:rest") throw new Error("the broker is away");
      return broker.subscribe(...asked);
    },
  };
  let heard = 0;
  const onUpdates = () => void heard++;
  const told = { onUpdates, onClaim: () => [], onRest() {} };
  const news = createNews({ broker: half, hub: "hub", clock: turnedClock(), log, ...told });
  for (let time = 0; time < 3; time++) await assert.rejects(news.listen(), /away/);
  away = false;
  await news.listen();
  await broker.publish("updates:hub", "[1]");
  await settle();
  assert.equal(heard, 1);
  news.close();
  await settle();
  assert.equal(await broker.publish("updates:hub", "[2]"), 0);
});
