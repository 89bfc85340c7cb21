/** What a health check wrote is the container's own words: told only where the server's owner lets logs be read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostWith } from "../docker/plain-engine.test-code.ts";
import { inspectCollector } from "./collect.ts";
import { inspect } from "./contract.ts";

const ID = "ab".repeat(32);

for (const [allow, said] of [
  [[], undefined],
  [["containers.logs"], "wrote this"],
] as const)
  test(`allowed: ${allow.join() || "nothing"}`, async () => {
    const Health = { Status: "unhealthy", FailingStreak: 3, Log: [{ ExitCode: 1, Output: "wrote this" }] };
    const body = {
      ...{ Id: ID, Name: "/web", Image: "", Created: "", RestartCount: 0, Mounts: [] },
      State: { Status: "running", Running: true, Pid: 1, ExitCode: 0, Health },
      Config: { Image: "web", Env: [], Labels: {}, Healthcheck: { Test: ["CMD", "check"] } },
      HostConfig: {},
      NetworkSettings: { Networks: {}, Ports: {} },
    };
    const engine = {
      call: async () => ({ status: 200, body }),
      stream: async () => assert.fail("nothing is to be streamed"),
      read: async () => assert.fail("nothing is to be streamed"),
    };
    const told = inspect.answer.parse(
      await inspectCollector.collect({ container: ID }, hostWith(engine, { allow })),
    );
    assert.equal(told.health?.status, "unhealthy");
    assert.equal(told.health?.exitCode, 1);
    assert.equal(told.health?.said, said);
  });
