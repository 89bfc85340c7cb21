/** A container with more labels, words and variables than anybody reads costs its agent little: what is not told is not looked through. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostWith } from "../docker/plain-engine.test-code.ts";
import { inspectCollector } from "./collect.ts";
import { inspect, MOST_ROWS } from "./contract.ts";

const ID = "ab".repeat(32);
const MANY = 12_000;
const many = <T>(make: (n: number) => T): T[] => Array.from({ length: MANY }, (_, n) => make(n));

test("thousands of labels, words and variables", async () => {
  const body = {
    ...{ Id: ID, Name: "/web", Image: "", Created: "", RestartCount: 0, Mounts: [] },
    State: { Status: "running", Running: true, Pid: 1, ExitCode: 0 },
    Config: {
      Image: "web",
      Env: many((n) => `V${n}=secret-value-${n}-of-many`),
      Labels: Object.fromEntries(many((n) => [`label-${String(n).padStart(5, "0")}`, "v".repeat(200)])),
      Cmd: many((n) => `word-${n}-secret-value-1-of-many`),
    },
    HostConfig: {},
    NetworkSettings: { Networks: {}, Ports: {} },
  };
  const engine = {
    call: async () => ({ status: 200, body }),
    stream: async () => assert.fail("nothing is to be streamed"),
    read: async () => assert.fail("nothing is to be streamed"),
  };
  const began = process.cpuUsage();
  const told = inspect.answer.parse(await inspectCollector.collect({ container: ID }, hostWith(engine)));
  const { user } = process.cpuUsage(began);
  assert.deepEqual(
    [told.labels.length, told.more.labels, told.labels[0]?.name],
    [MOST_ROWS, MANY - MOST_ROWS, "label-00000"],
  );
  assert.doesNotMatch(JSON.stringify(told), /secret-value/);
  // All of them looked through for each other take tens of seconds.
  assert.ok(user < 5_000_000, `${Math.round(user / 1_000)} ms of processor time`);
});
