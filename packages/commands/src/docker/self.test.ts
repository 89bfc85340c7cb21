/** The agent's own container: neither stopped, paused nor removed, alone or with its project, and told so with the reason. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actionCollectors } from "../containers/act.ts";
import { containersCollector } from "../containers/collect.ts";
import { containers } from "../containers/contract.ts";
import { actOnProject } from "../project/act.ts";
import type { EngineCall, JobStep } from "./engine.ts";
import { hostWith } from "./plain-engine.test-code.ts";

const OWN = "ab".repeat(32);
const OTHER = "cd".repeat(32);
const MOUNT = `612 580 254:1 /docker/containers/${OWN}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw`;
const labels = { "com.docker.compose.project": "eye" };

/** An engine with the agent's own container and another, both running; `done`: what was asked of it beyond looks. */
function around() {
  const done: string[] = [];
  const named = (id: string) => (id === OWN ? "eye-agent-1" : "eye-web-1");
  const call = async ({ route, path }: EngineCall) => {
    const { id = "" } = path ?? {};
    if (route === "containers.list") {
      const one = (Id: string) => ({ Id, Names: [`/${named(Id)}`], Image: "app:1", State: "running" });
      return {
        status: 200,
        body: [OWN, OTHER].map((Id) => ({ ...one(Id), Status: "Up 2 hours", Labels: labels })),
      };
    }
    if (route !== "container.inspect") done.push(`${route} ${named(id)}`);
    const body = { Id: id, Name: `/${named(id)}`, State: { Status: "running" }, Config: { Labels: labels } };
    return { status: 200, body: { ...body, HostConfig: {} } };
  };
  const none = async () => assert.fail("nothing is streamed");
  const host = hostWith({ call, stream: none, read: none });
  const peekText = (path: string) => (path === "/proc/self/mountinfo" ? `${MOUNT}\n` : undefined);
  return { done, host: { ...host, peekText } };
}

for (const { command, collect } of actionCollectors) {
  const refused = /^(stop|pause|remove)_/.test(command.name);
  test(`${command.name} of it is ${refused ? "refused" : "done"}`, async () => {
    const { done, host } = around();
    const going = collect(command.ask.parse({ id: OWN, name: "eye-agent-1" }), host);
    if (!refused) return void (await going);
    const values = { name: "eye-agent-1", how: "self" };
    await assert.rejects(going, { code: "CONTAINER_PROTECTED", values });
    assert.deepEqual(done, []);
  });
}

test("when its project is stopped it stays, with the reason, and the others go on", async () => {
  const { done, host } = around();
  let steps: readonly JobStep[] = [];
  const member = (id: string, name: string) => ({ id, name, seen: "running" as const });
  const asked = [member(OWN, "eye-agent-1"), member(OTHER, "eye-web-1")];
  const ask = { job: crypto.randomUUID(), project: "eye", containers: asked };
  await actOnProject(host, "stop", ask, {
    steps: (told) => {
      steps = told;
    },
  });
  assert.deepEqual(done, ["container.stop eye-web-1"]);
  const [own] = steps.filter(({ what }) => what === "eye-agent-1");
  assert.deepEqual([own?.state, own?.said], ["skipped", "The agent runs in it: that would end the agent."]);
});

test("the list tells which one it is, so that nobody is offered what is refused", async () => {
  const { host } = around();
  const told = containers.answer.parse(await containersCollector.collect({ brief: true }, host));
  assert.deepEqual(
    told.containers.map(({ name, protected: kept, own }) => [name, kept, own]),
    [
      ["eye-agent-1", true, true],
      ["eye-web-1", undefined, undefined],
    ],
  );
});
