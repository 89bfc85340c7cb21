/** A container called like the beginning of another's id is not taken for that other: not read, and not acted on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actionCollectors } from "../containers/act.ts";
import { inspectCollector } from "../inspect/collect.ts";
import { logsCollector } from "../logs/collect.ts";
import { statsContainerCollector } from "../stats/collect.ts";
import { topCollector } from "../top/collect.ts";
import { updateCollector } from "../update/collect.ts";
import type { EngineCall } from "./engine.ts";
import { hostWith } from "./plain-engine.test-code.ts";

/** What was asked for, and whole ids: of the one it is the beginning of, and of the one that is called so. */
const ASKED = "ab12ab12ab12";
const MEANT = ASKED.padEnd(64, "0");
const CALLED = "c".repeat(64);

const asks = [
  [logsCollector, { id: ASKED, lines: 10 }],
  [topCollector, { container: ASKED }],
  [statsContainerCollector, { container: ASKED }],
  [inspectCollector, { container: ASKED }],
  ...actionCollectors.map((one) => [one, { id: ASKED, name: ASKED }] as const),
  [
    updateCollector,
    { job: crypto.randomUUID(), id: ASKED, name: ASKED, seen: "running" as const, image: "app:1" },
  ],
] as const;

/** An engine that has one container by this id, whatever it was asked. */
function engineOf(id: string) {
  const asked: EngineCall[] = [];
  const engine = {
    call: async (one: EngineCall) => {
      asked.push(one);
      const about = { Id: id, Name: `/${ASKED}`, State: { Status: "exited", Running: false } };
      return { status: 200, body: { ...about, Config: { Image: "app:1" }, HostConfig: {} } };
    },
    stream: async () => assert.fail("nothing is streamed"),
    read: async (one: EngineCall) => void asked.push(one),
  };
  return { asked, host: hostWith(engine) };
}

for (const [{ command, collect }, ask] of asks)
  test(command.name, async () => {
    const { asked, host } = engineOf(CALLED);
    await assert.rejects(collect(command.ask.parse(ask), host), { code: "CONTAINER_NOT_FOUND" });
    assert.deepEqual(
      asked.map(({ route }) => route),
      ["container.inspect"],
    );
  });

test("a log is read by the whole id", async () => {
  const { asked, host } = engineOf(MEANT);
  await logsCollector.collect(logsCollector.command.ask.parse({ id: ASKED, lines: 10 }), host);
  assert.deepEqual(
    asked.map(({ route, path }) => `${route} ${path?.id}`),
    [`container.inspect ${ASKED}`, `container.logs ${MEANT}`],
  );
});
