/** A container in trouble, from a real dockerd to the owner's phone: one message, changed in its place, whoever was away meanwhile. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { startDocker, type TestDocker } from "../engines/docker.ts";
import { needs } from "../engines.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { type ApartSystem, ask, labels, openApart, press, reply } from "./system.ts";

const needed = { ...needs("docker", "busybox"), timeout: 60_000 };
let system: ApartSystem;
let docker: TestDocker;
let ann: Actor;

before(async () => {
  if (needed.skip !== false) return;
  docker = await startDocker();
  system = await openApart({ env: { SERVEREYE_ADMINS: "1" } });
  ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
  const { agentUrl, hubKey, enrol } = await system.startHub();
  // A bot can write to nobody who has not written to it.
  await ask(ann, "/start");
  const environment = { SERVEREYE_AGENT_DOCKER_HOST: docker.address };
  await system.startAgent("home", { url: agentUrl, hubKey, enrol }, environment).connected();
});
after(async () => {
  await system?.close();
  await docker?.stop();
});

const about = (name: string): ChatMessage[] =>
  ann.chat.messages.filter(({ deleted, text }) => !deleted && text.includes(`${name} `));

/** Resolves when so many were sent by this hub, and that is in its store. */
async function noted(sent: number): Promise<void> {
  const line = `servereye_episode_messages_total{outcome="sent"} ${sent}`;
  for (;;) {
    const figures = await fetch(`${system.hub().url}/metrics`).then((answer) => answer.text());
    if (figures.includes(line)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Fails the first time it is started, and does its work the second time. */
const flaky = (name: string) =>
  docker.run({
    name,
    Cmd: ["sh", "-c", "[ -e /tried ] && exit 0; touch /tried; echo 'no room left'; exit 3"],
  });

it(
  "is told once, with its code and last lines, changed when it is over, and done about by its buttons",
  needed,
  async () => {
    const stopped = await docker.run({
      name: "stopped",
      Cmd: ["sh", "-c", "trap 'exit 9' TERM; while :; do sleep 0.1; done"],
    });
    await docker.ask("POST", `/containers/${stopped}/stop?t=5`);
    await flaky("flaky");
    const told = await reply(ann.chat, ({ text }) => text.includes("flaky died"));
    assert.match(told.text, /Exit code: 3/);
    assert.match(told.text, /no room left/);
    assert.deepEqual(labels(told), ["📦 Card", "📜 Logs", "▶ Start", "🔕 Off for this server"]);
    await docker.start("flaky");
    const over = await reply(ann.chat, ({ text }) => text.includes("flaky is well again"));
    assert.equal(over.messageId, told.messageId);
    assert.equal(about("flaky").length, 1);
    assert.deepEqual(about("stopped"), [], "a stop that somebody asked for is no alarm");
    ann.chat.readAll();
    ann.press("🔕 Off for this server", { messageId: told.messageId });
    const off = await reply(ann.chat, ({ text }) => text.includes("any more"));
    assert.notEqual(off.messageId, told.messageId, "the alarm stays");
    const { message: again } = await press(ann, "🔔 Tell me");
    assert.match(again.text, /You are told when/);
  },
);

it(
  "reaches its person once when the hub was killed and away, and is changed by the hub that comes back",
  needed,
  async () => {
    await flaky("early");
    const early = await reply(ann.chat, ({ text }) => text.includes("early died"));
    // A hub that dies between the message and the note of it leaves it to be sent once more.
    await noted(2);
    await system.hub().process.end("SIGKILL");
    await docker.start("early");
    await flaky("late");
    await docker.until("late", ({ State }) => State.Status === "exited");
    await system.startHub();
    // Whichever comes first.
    const stands = (words: string) =>
      ann.chat.messages.find(({ deleted, text }) => !deleted && text.includes(words));
    while (stands("late died") === undefined || stands("early is well again") === undefined)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match(stands("late died")?.text ?? "", /Exit code: 3/);
    assert.equal(stands("early is well again")?.messageId, early.messageId);
    assert.deepEqual([about("early").length, about("late").length], [1, 1]);
  },
);
