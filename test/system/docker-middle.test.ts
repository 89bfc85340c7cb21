/** An action pressed in the chat while the agent, the engine or the hub is killed: done once at most, told as it is known. */
import assert from "node:assert/strict";
import { after, afterEach, before, it } from "node:test";
import { startDocker, type TestDocker } from "../engines/docker.ts";
import { needs } from "../engines.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import type { Agent } from "./agents.ts";
import { type TestHub, turnedClock } from "./hubs.ts";
import { ask, labels, openApart, openSystem, press, reply, tap, type World } from "./system.ts";

const needed = { ...needs("docker", "root", "busybox"), timeout: 90_000 };
let docker: TestDocker;
let world: World | undefined;
before(async () => {
  // Its containers outlive it, as they do where an engine is kept with care.
  if (needed.skip === false) docker = await startDocker({ live: true });
});
afterEach(async () => {
  await world?.close();
  world = undefined;
});
after(() => docker?.stop());

/** The hub's own wait for the end of an action is half a minute: nobody sits through it here. */
function hurried() {
  const clock = turnedClock();
  return { ...clock, after: (ms: number, run: () => void) => clock.after(ms > 20_000 ? 3_000 : ms, run) };
}

const annOf = ({ emulator }: World): Actor => emulator.control.person({ id: 1, firstName: "Ann" });
async function agentOf({ startAgent }: World, { agentUrl, hubKey, enrol }: TestHub): Promise<Agent> {
  const environment = { SERVEREYE_AGENT_DOCKER_HOST: docker.address };
  const agent = startAgent("home", { url: agentUrl, hubKey, enrol }, environment);
  await agent.connected();
  return agent;
}

/** Takes no notice of being told to end, for ten seconds; and writes down each time. */
async function deaf(name: string): Promise<string> {
  const Cmd = ["sh", "-c", "trap 'echo told' TERM; echo ready; while :; do sleep 0.1; done"];
  const id = await docker.run({ name, StopTimeout: 10, Cmd });
  while (!(await wrote(id)).includes("ready"));
  return id;
}
const wrote = async (id: string): Promise<string> =>
  (await docker.ask("GET", `/containers/${id}/logs?stdout=true`)).text;
/** How often it was told to end. */
const told = async (id: string): Promise<number> => (await wrote(id)).split("told").length - 1;

/** Pressed, and the container was told to end. Gives the message it is about, and what its Yes was. */
async function underway(ann: Actor, name: string): Promise<{ messageId: number; data: string; id: string }> {
  const id = await deaf(name);
  const { messageId, buttons } = await ask(ann, `/stop_container ${name}`);
  const data = buttons.flat().find(({ text }) => text === `Yes, stop ${name}`)?.data ?? "";
  ann.press({ data }, { messageId });
  while ((await told(id)) === 0);
  ann.chat.readAll();
  return { messageId, data, id };
}

const flat = ({ text }: ChatMessage): string => text.replaceAll(/\s+/g, " ");
const now = (ann: Actor, messageId: number): ChatMessage | undefined =>
  ann.chat.messages.find((one) => one.messageId === messageId);
/** The end of the message, and the same when it is looked at later: nothing else follows. */
async function ended(ann: Actor, messageId: number): Promise<string> {
  const last = await reply(ann.chat, (one) => one.messageId === messageId);
  return flat(last);
}
const timesDone = (text: string, name: string): number => text.split(`container.stop ${name} `).length - 1;

it(
  "the agent is killed: nobody knows, the state is told, and the agent that comes back does not do it again",
  needed,
  async () => {
    const system = await openSystem({ env: { SERVEREYE_ADMINS: "1" }, clock: hurried() });
    world = system;
    const ann = annOf(system);
    const agent = await agentOf(system, system.hub);
    const { messageId, data, id } = await underway(ann, "one");
    await agent.process.end("SIGKILL");
    await agent.again().connected();
    const end = await ended(ann, messageId);
    assert.match(end, /^❓ I do not know whether one on home was stopped: .* State now: (🟢 up|🔴 stopped)/);
    const second = await tap(ann, { data }, { messageId });
    assert.match(second.text ?? "", /pressed already, and I do not know whether it came to its end/);
    const { State } = await docker.until(id, ({ State: { Running } }) => !Running);
    assert.equal(State.ExitCode, 137, "the engine went on with what it was asked");
    assert.equal(await told(id), 1);
    assert.equal(flat(now(ann, messageId) ?? assert.fail()), end, "one end");
    const audit = flat(await ask(ann, "/audit"));
    assert.match(
      audit,
      /❓ container\.stop one \([0-9a-f]{12}\) .*not known whether it was done: COMMAND_TIMEOUT/,
    );
    assert.equal(timesDone(audit, "one"), 1, audit);
  },
);

it("the engine is killed: nobody knows, its state can not be read, and later it can", needed, async () => {
  const system = await openSystem({ env: { SERVEREYE_ADMINS: "1" }, clock: hurried() });
  world = system;
  const ann = annOf(system);
  await agentOf(system, system.hub);
  const { messageId, id } = await underway(ann, "two");
  await docker.kill();
  const end = await ended(ann, messageId);
  assert.match(
    end,
    /^❓ I do not know whether two on home was stopped: .* Its state can not be read just now/,
  );
  await docker.again();
  assert.equal(await told(id), 1, "the engine that comes back is not asked again");
  const { message } = await press(ann, "📦 All containers");
  assert.match(flat(message), /(🟢|🔴) two/);
  const audit = flat(await ask(ann, "/audit"));
  assert.match(
    audit,
    /❓ container\.stop two \([0-9a-f]{12}\) .*not known whether it was done: DOCKER_UNAVAILABLE/,
  );
  assert.equal(timesDone(audit, "two"), 1, audit);
});

it(
  "the hub is killed: it is noted as begun, a second press tells that nobody knows, and it is not done again",
  needed,
  async () => {
    const system = await openApart({ env: { SERVEREYE_ADMINS: "1" } });
    world = system;
    const ann = annOf(system);
    const hub = await system.startHub();
    const agent = await agentOf(system, hub);
    const { messageId, data, id } = await underway(ann, "three");
    const lines = agent.process.lines();
    await hub.process.end("SIGKILL");
    await system.startHub();
    await agent.connected(lines);
    const left = now(ann, messageId);
    assert.deepEqual(left && labels(left), ["three", "📦 All containers"], left?.text);
    const second = await tap(ann, { data }, { messageId });
    assert.match(second.text ?? "", /pressed already, and I do not know whether it came to its end/);
    await docker.until(id, ({ State }) => !State.Running);
    assert.match(
      flat((await press(ann, "three")).message),
      /📦 three · home State: 🔴 stopped .*Exit code: 137/,
    );
    const audit = flat(await ask(ann, "/audit"));
    assert.match(
      audit,
      /❔ container\.stop three \([0-9a-f]{12}\) .*sent; no end is noted: not known how it ended/,
    );
    assert.equal(timesDone(audit, "three"), 1, audit);
    assert.equal(await told(id), 1);
  },
);
