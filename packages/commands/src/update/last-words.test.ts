/** What a container wrote is told of an update only where the server's owner lets logs be read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Engine } from "../docker/engine.ts";
import { hostWith } from "../docker/plain-engine.test-code.ts";
import { lastWords } from "./last-words.ts";
import { watch } from "./watch.ts";

const ID = "ab".repeat(32);
const SECRET = `password=${"hunter2-".repeat(50)}`;

/** One container that is unhealthy, and has written a line. */
function engineOf(calls: string[]): Engine {
  const State = {
    Status: "running",
    Running: true,
    Health: { Status: "unhealthy", Log: [{ Output: SECRET }] },
  };
  const body = { Id: ID, Name: "/web", Image: "", State, Config: { Tty: true }, HostConfig: {} };
  return {
    call: async ({ route }) => {
      calls.push(route);
      return { status: 200, body };
    },
    stream: async ({ route }) => {
      calls.push(route);
      return (async function* () {
        yield new TextEncoder().encode("the last line\n");
      })();
    },
    read: async () => assert.fail("it is no long one"),
  };
}

test("nothing of its log or its health check is read for an update where logs are taken away", async () => {
  const calls: string[] = [];
  const host = hostWith(engineOf(calls), { allow: ["containers.update"] });
  assert.equal(await lastWords(host, ID), undefined);
  assert.ok(!calls.includes("container.logs"));
  assert.deepEqual(await watch(host, ID), { good: undefined, reason: "unhealthy" });
});

test("it is told where they are allowed, and no half of a secret stands at its beginning", async () => {
  const host = hostWith(engineOf([]), { allow: ["containers.update", "containers.logs"] });
  assert.equal(await lastWords(host, ID), "the last line");
  const watched = await watch(host, ID);
  assert.ok(watched.good === undefined && watched.log !== undefined);
  assert.doesNotMatch(watched.log, /hunter2/);
});
