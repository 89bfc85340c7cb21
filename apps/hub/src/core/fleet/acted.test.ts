/** Of an action that may have been done nothing else is said, and of one that was never sent, that it was not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { command, Fault, type FaultCode, keyPairOf, randomBytes } from "@servereye/contract";
import * as z from "zod/mini";
import type { Broker } from "../ports/broker.ts";
import { judged } from "./acted.ts";
import { createFleet } from "./ask.ts";
import { keptLog, readMetrics, realChance, smallStore, turnedClock } from "./doubles.test-code.ts";

const reading = command({
  name: "probe",
  about: "",
  needs: "viewer",
  ask: z.object({}),
  answer: z.object({}),
});
const action = { ...reading, policy: "probe.act" };
const away = () => Promise.reject(new Fault("BROKER_UNAVAILABLE", "away"));
const turns = () => new Promise<void>((done) => setImmediate(done));

async function started(broker: Partial<Broker>) {
  const clock = turnedClock();
  const store = smallStore();
  const server = { id: "a".repeat(32), name: "a", region: "", owner: "ann" };
  const hubKey = await keyPairOf(randomBytes(32));
  await store.servers.add({ ...server, publicKey: hubKey.publicKey });
  const fleet = createFleet({
    broker: {
      publish: async () => 1,
      subscribe: async () => ({ close: async () => {} }),
      restored: () => () => {},
      check: async () => {},
      close: async () => {},
      ...broker,
    },
    presence: {
      put: async () => {},
      remove: async () => {},
      get: async () => new Map(),
      count: async () => 0,
      unseen: () => [],
    },
    servers: store.servers,
    ...{ hubKey, hubId: "h", clock, chance: realChance, log: keptLog(), metrics: readMetrics() },
  });
  /** The code, and `?` when it may have been done. */
  const ask = (what: typeof reading = action): Promise<string> =>
    fleet.ask({ server, command: what, ask: {} }).then(
      () => "answered",
      (error: unknown) => {
        const { code, values } = Fault.of(error);
        return values.acted === "unknown" ? `${code}?` : code;
      },
    );
  return { fleet, clock, ask };
}

test("once it is on its way nobody knows what becomes of it, however the wait for it ends", async () => {
  const slow = await started({});
  const both = [slow.ask(), slow.ask(reading)];
  while (slow.clock.armed() < 2) await turns();
  await turns();
  slow.clock.turn(5_000);
  assert.deepEqual(await Promise.all(both), ["COMMAND_TIMEOUT?", "COMMAND_TIMEOUT"]);
  assert.equal(await (await started({ publish: away })).ask(), "BROKER_UNAVAILABLE?");
  let published = (): void => {};
  const out = new Promise<void>((done) => (published = done));
  const stopped = await started({
    publish: async () => {
      published();
      return 1;
    },
  });
  const left = stopped.ask();
  await out;
  await stopped.fleet.close();
  assert.equal(await left, "BROKER_UNAVAILABLE?");
});

test("what nobody got was not done", async () => {
  assert.equal(await (await started({ publish: async () => 0 })).ask(), "SERVER_OFFLINE");
  assert.equal(await (await started({ subscribe: away })).ask(), "BROKER_UNAVAILABLE");
  const late = await started({ subscribe: () => new Promise(() => {}) });
  const unsent = late.ask();
  await turns();
  late.clock.turn(5_000);
  assert.equal(await unsent, "COMMAND_TIMEOUT");
});

test("the agent's word is taken for what it did not begin, or tells to have failed, and for no more", () => {
  const unsure = (code: FaultCode) => judged(new Fault(code, "")).values.acted === "unknown";
  for (const code of [
    "POLICY_REFUSED",
    "COMMAND_EXPIRED",
    "CONTAINER_NOT_FOUND",
    "CONTAINER_CHANGED",
    "CONTAINER_PROTECTED",
    "CONTAINER_ACTION_FAILED",
  ] as const)
    assert.equal(unsure(code), false, code);
  for (const code of ["COMMAND_TIMEOUT", "COMMAND_REPLAYED", "AGENT_FAILED", "ANSWER_INVALID"] as const)
    assert.equal(unsure(code), true, code);
  // An engine that is lost before anything began is another matter than one that is lost in the middle.
  assert.equal(unsure("DOCKER_UNAVAILABLE"), true);
  const before = judged(new Fault("DOCKER_UNAVAILABLE", "", { values: { begun: "no" } }));
  assert.notEqual(before.values.acted, "unknown");
});
