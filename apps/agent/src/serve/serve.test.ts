/** Signed questions over the wire: what is answered, what is refused and how, and that nothing runs twice. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";
import { type Collector, collectors } from "@servereye/commands/agent";
import { command, Fault, keyPairOf, randomBytes, signAsk } from "@servereye/contract";
import * as z from "zod/mini";
import { MemoryDisk } from "../disk.fixture.ts";
import { agentOf, JOURNAL, type TestAgent, type Wish } from "../link/agent.fixture.ts";
import { type Caller, faultOf, HubDouble } from "../link/hub-double.fixture.ts";

/** The hub's clock in these tests, far from the agent's own. */
const HUB_NOW = 1_700_000_000_000;

let hub: HubDouble;
const agents: TestAgent[] = [];
before(async () => {
  hub = await HubDouble.start();
});
after(() => hub.stop());
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.link.stop();
});

async function connected(wish: Partial<Wish> = {}): Promise<{ agent: TestAgent; caller: Caller }> {
  const agent = await agentOf({ url: hub.url, hubKey: hub.hubKey, ...wish });
  agents.push(agent);
  const caller = await hub.accept(HUB_NOW);
  await caller.frame("heartbeat");
  return { agent, caller };
}
const ask = (caller: Caller, type: string, part = {}) =>
  hub.ask(caller, type, { timestamp: HUB_NOW, expires: HUB_NOW + 5_000, ...part });

/** An action that counts its runs, and a reading that waits to be let go. */
function trial() {
  const runs: unknown[] = [];
  let letGo = (): void => undefined;
  const gone = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const action: Collector = {
    command: command({
      name: "turn",
      about: "an action",
      needs: "operator",
      policy: "wheel.turn",
      ask: z.object({ by: z.int() }),
      answer: z.object({}),
    }),
    collect: async (asked) => {
      runs.push(asked);
      return {};
    },
  };
  const slow: Collector = {
    command: command({
      name: "slow",
      about: "a reading",
      needs: "viewer",
      ask: z.object({ which: z.optional(z.int()) }),
      answer: z.object({}),
    }),
    collect: async (asked) => {
      runs.push(asked);
      await gone;
      return { runs: runs.length };
    },
  };
  const broken: Collector = {
    command: command({
      name: "broken",
      about: "throws",
      needs: "viewer",
      ask: z.object({}),
      answer: z.object({}),
    }),
    collect: async () => {
      throw new Fault("SENSOR_NOT_FOUND", "no sensor", { values: { path: "/sys/x" } });
    },
  };
  return { runs, letGo, collectors: [action, slow, broken] };
}

describe("a question", () => {
  test("is answered with the same id, signed", async () => {
    const { agent, caller } = await connected({ collectors: [...collectors] });
    const answer = await hub.put(caller, await ask(caller, "ping"));
    assert.deepEqual(answer.payload, { clock: agent.clock.now() });
    assert.equal(answer.timestamp, HUB_NOW);
  });

  test("that fails is answered with its fault", async () => {
    const { caller } = await connected(trial());
    const fault = faultOf(await hub.put(caller, await ask(caller, "broken")));
    assert.deepEqual(fault, { code: "SENSOR_NOT_FOUND", detail: "no sensor", values: { path: "/sys/x" } });
  });

  const refused: [string, string, (caller: Caller) => ReturnType<typeof ask>][] = [
    [
      "PROOF_INVALID",
      "whose payload was changed",
      async (c) => ({ ...(await ask(c, "slow")), payload: { which: 1 } }),
    ],
    [
      "PROOF_INVALID",
      "whose expiry was changed",
      async (c) => ({ ...(await ask(c, "slow")), expires: HUB_NOW + 6_000 }),
    ],
    [
      "PROOF_INVALID",
      "for another server",
      async (c) => signAsk(hub.key, "f".repeat(32), await ask(c, "slow")),
    ],
    [
      "PROOF_INVALID",
      "signed by somebody else",
      async (c) => signAsk(await keyPairOf(randomBytes(32)), c.serverId, await ask(c, "slow")),
    ],
    [
      "COMMAND_EXPIRED",
      "that has expired by the hub's clock",
      (c) => ask(c, "slow", { expires: HUB_NOW - 1 }),
    ],
    ["INVALID_COMMAND", "good for a day", (c) => ask(c, "slow", { expires: HUB_NOW + 86_400_000 })],
    [
      "INVALID_COMMAND",
      "with arguments of a wrong shape",
      (c) => ask(c, "slow", { payload: { which: "x" } }),
    ],
    ["UNSUPPORTED", "it does not know", (c) => ask(c, "dance")],
    ["POLICY_REFUSED", "its policy does not allow", (c) => ask(c, "turn", { payload: { by: 1 } })],
  ];
  for (const [code, name, make] of refused) {
    test(`${name} is refused with ${code} and runs nothing`, async () => {
      const { runs, collectors } = trial();
      const { caller } = await connected({ collectors });
      assert.equal(faultOf(await hub.put(caller, await make(caller))).code, code);
      assert.deepEqual(runs, []);
    });
  }

  test("the policy's refusal names the line to add", async () => {
    const { caller } = await connected({ ...trial(), allow: ["containers.logs"] });
    const fault = faultOf(await hub.put(caller, await ask(caller, "turn", { payload: { by: 1 } })));
    assert.equal(fault.values.line, "SERVEREYE_AGENT_ALLOW=containers.logs,wheel.turn");
  });

  test("expires by the hub's clock as it goes on", async () => {
    const { agent, caller } = await connected(trial());
    agent.clock.turn(4_000);
    assert.equal(faultOf(await hub.put(caller, await ask(caller, "broken"))).code, "SENSOR_NOT_FOUND");
    agent.clock.turn(1_001);
    assert.equal(faultOf(await hub.put(caller, await ask(caller, "broken"))).code, "COMMAND_EXPIRED");
  });

  test("that takes too long is answered so at its expiry", async () => {
    const { agent, caller } = await connected(trial());
    const put = hub.put(caller, await ask(caller, "slow"));
    agent.clock.turn(await agent.clock.set((ms) => ms === 5_000));
    const fault = faultOf(await put);
    assert.equal(fault.code, "COMMAND_TIMEOUT");
    assert.deepEqual(fault.values, { command: "slow", ms: 5_000 });
  });
});

describe("once only", () => {
  test("an action runs once, however often its message comes", async () => {
    const { runs, collectors } = trial();
    const { caller } = await connected({ collectors, allow: ["wheel.turn"] });
    const message = await ask(caller, "turn", { payload: { by: 1 } });
    assert.equal((await hub.put(caller, message)).type, "answer");
    assert.equal(faultOf(await hub.put(caller, message)).code, "COMMAND_REPLAYED");
    assert.deepEqual(runs, [{ by: 1 }]);
  });

  test("also after a restart of the agent", async () => {
    const { runs, collectors } = trial();
    const keyPair = await keyPairOf(randomBytes(32));
    const disk = new MemoryDisk();
    const first = await connected({ collectors, allow: ["wheel.turn"], keyPair, disk });
    const message = await ask(first.caller, "turn", { payload: { by: 1 } });
    await hub.put(first.caller, message);
    await first.agent.link.stop();
    const second = await connected({ collectors, allow: ["wheel.turn"], keyPair, disk });
    assert.equal(faultOf(await hub.put(second.caller, message)).code, "COMMAND_REPLAYED");
    assert.equal(runs.length, 1);
  });

  test("what was refused to a forger under its id does not run later", async () => {
    const { runs, collectors } = trial();
    const { caller } = await connected({ collectors, allow: ["wheel.turn"] });
    const message = await ask(caller, "turn", { payload: { by: 1 } });
    assert.equal(faultOf(await hub.put(caller, { ...message, payload: { by: 2 } })).code, "PROOF_INVALID");
    assert.equal(faultOf(await hub.put(caller, message)).code, "COMMAND_REPLAYED");
    assert.deepEqual(runs, []);
  });

  test("the id is on the disk before the action begins", async () => {
    const disk = new MemoryDisk();
    const { collectors } = trial();
    let noted = "";
    const { caller } = await connected({
      disk,
      allow: ["wheel.turn"],
      collectors: collectors.map((one) => ({
        ...one,
        collect: async () => {
          noted = `${disk.text(JOURNAL)} ${disk.done.at(-1)}`;
          return {};
        },
      })),
    });
    const message = await ask(caller, "turn", { payload: { by: 1 } });
    await hub.put(caller, message);
    assert.ok(noted.includes(message.id));
    assert.match(noted, /sync|replace/);
  });

  test("on a full disk actions are refused and readings go on", async () => {
    const { runs, collectors } = trial();
    const disk = new MemoryDisk();
    const { agent, caller } = await connected({ collectors, allow: ["wheel.turn"], disk });
    disk.full = true;
    const fault = faultOf(await hub.put(caller, await ask(caller, "turn", { payload: { by: 1 } })));
    assert.equal(fault.values.reason, "journal");
    assert.equal(faultOf(await hub.put(caller, await ask(caller, "broken"))).code, "SENSOR_NOT_FOUND");
    assert.deepEqual(runs, []);
    assert.equal(agent.events.filter((one) => one.event === "journal.failed").length, 1);
    disk.full = false;
    assert.equal((await hub.put(caller, await ask(caller, "turn", { payload: { by: 2 } }))).type, "answer");
    assert.deepEqual(runs, [{ by: 2 }]);
  });
});

describe("many at once", () => {
  test("the same reading at the same time runs once", async () => {
    const { runs, letGo, collectors } = trial();
    const { agent, caller } = await connected({ collectors });
    const asks = await Promise.all(Array.from({ length: 100 }, () => ask(caller, "slow")));
    for (const message of asks) caller.send({ t: "ask", message });
    await agent.clock.set((ms) => ms === 5_000, 100);
    letGo();
    for (let left = asks.length; left > 0; left--) {
      const { message } = await caller.frame("answer");
      assert.deepEqual(message.payload, { runs: 1 });
    }
    assert.equal(runs.length, 1);
  });

  test("a seventeenth different run is refused as busy, and the others end well", async () => {
    const { letGo, collectors } = trial();
    const { caller } = await connected({ collectors });
    const asks = await Promise.all(
      Array.from({ length: 17 }, (_, which) => ask(caller, "slow", { payload: { which } })),
    );
    for (const message of asks) caller.send({ t: "ask", message });
    assert.equal(faultOf((await caller.frame("answer")).message).code, "AGENT_BUSY");
    letGo();
    for (let left = 16; left > 0; left--) assert.equal((await caller.frame("answer")).message.type, "answer");
  });

  test("an answer that is ready while the hub is away goes out when it is back", async () => {
    const { letGo, collectors } = trial();
    const { agent, caller } = await connected({ collectors });
    const message = await ask(caller, "slow");
    caller.send({ t: "ask", message });
    await agent.clock.set((ms) => ms === 5_000);
    caller.socket.terminate();
    const wait = await agent.retry();
    letGo();
    agent.clock.turn(wait);
    const again = await hub.accept(HUB_NOW + wait);
    assert.equal((await hub.answer(again, message.id)).type, "answer");
  });

  test("an answer larger than a frame becomes a fault", async () => {
    const huge = collectors.map((one) => ({
      ...one,
      collect: async () => ({ text: "x".repeat(2_000_000) }),
    }));
    const { caller } = await connected({ collectors: huge });
    const id = randomUUID();
    assert.equal(faultOf(await hub.put(caller, await ask(caller, "ping", { id }))).code, "INTERNAL");
  });
});
