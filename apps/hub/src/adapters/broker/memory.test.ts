/** The in-process broker and presence board keep the ports' contract. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { keptLog, turnedClock } from "../../core/fleet/doubles.test-code.ts";
import { brokerContract, presenceContract } from "./contract.test-suite.ts";
import { createMemoryBroker, createMemoryPresence } from "./memory.ts";

brokerContract("in process", async () => createMemoryBroker({ log: keptLog() }));

presenceContract("in process", async () => {
  const clock = turnedClock();
  return { board: createMemoryPresence({ clock }), now: clock.now, turn: clock.turn };
});

it("logs a handler that throws, without the key of the channel", async () => {
  const log = keptLog();
  const broker = createMemoryBroker({ log });
  await broker.subscribe("cmd:abc", () => {
    throw new Error("a broken handler");
  });
  await broker.publish("cmd:abc", "x");
  await new Promise<void>((done) => queueMicrotask(done));
  const [event] = log.events;
  assert.equal(event?.event, "broker.handler_threw");
  assert.equal(event?.fields.channel, "cmd");
});
