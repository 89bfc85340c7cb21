/** /logs from Telegram to a real dockerd and back: long, binary, interleaved and followed, in flat memory. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, it } from "node:test";
import { BUSYBOX, startDocker, type TestDocker } from "../engines/docker.ts";
import { needs } from "../engines.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import type { Agent } from "./agents.ts";
import { ask, labels, openSystem, press, reply, type System } from "./system.ts";

const needed = needs("docker", "root");
let system: System;
let docker: TestDocker;
let agent: Agent;
let ann: Actor;

const MIB = 1024 * 1024;

before(async () => {
  if (needed.skip !== false) return;
  docker = await startDocker();
  system = await openSystem({ env: { SERVEREYE_ADMINS: "1" } });
  ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
  const { agentUrl, hubKey, enrol } = system.hub;
  agent = system.startAgent(
    "home",
    { url: agentUrl, hubKey, enrol },
    { SERVEREYE_AGENT_DOCKER_HOST: docker.address },
  );
  await agent.connected();
});
after(async () => {
  await system?.close();
  await docker?.stop();
});

/** Runs it to its end; what it wrote is its log. */
async function written(name: string, script: string, more: object = {}): Promise<void> {
  const id = await docker.run({ name, Image: BUSYBOX, Cmd: ["sh", "-c", script], ...more });
  await docker.until(id, ({ State }) => State.Status === "exited");
}

/** Bytes the agent's process has in memory. */
const resident = (): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${agent.process.pid}/status`, "utf8"))?.[1]) * 1024;

const codeOf = ({ text, entities }: ChatMessage): string[] =>
  entities
    .filter(({ type }) => type === "pre")
    .flatMap(({ offset, length }) => text.slice(offset, offset + length).split("\n"));

const fileOf = (message: ChatMessage): string => message.media?.bytes.toString("utf8") ?? "";
const newest = (): Promise<ChatMessage> => reply(ann.chat, ({ kind }) => kind === "document");

it(
  "the end in the message, the rest as a file, both streams in their order; Refresh sends no second file",
  needed,
  async () => {
    await written(
      "web-shop",
      'i=1; while [ $i -le 60 ]; do echo "line $i"; if [ $((i % 20)) = 0 ]; then sleep 0.02; echo "trouble $i" >&2; sleep 0.02; fi; i=$((i+1)); done; printf "\\033[31mred\\033[0m end"',
    );
    const shown = await ask(ann, "/logs web");
    const code = codeOf(shown);
    assert.match(shown.text, /^📜 web-shop · home/);
    assert.equal(code.length, 24);
    assert.match(code.at(-1) ?? "", /^\d\d:\d\d:\d\d red end$/);
    assert.match(code.at(-2) ?? "", /^\d\d:\d\d:\d\d!trouble 60$/);
    assert.match(shown.text, /The newest 24 of 64 lines\./);
    assert.match(shown.text, /not running now/);
    const file = await newest();
    assert.match(file.media?.fileName ?? "", /^web-shop-home-.*\.log$/);
    const lines = fileOf(file).trimEnd().split("\n").slice(1);
    assert.equal(lines.length, 64);
    assert.match(lines[20] ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z err trouble 20$/);
    assert.match(lines[19] ?? "", / out line 20$/);
    const count = ann.chat.messages.length;
    const again = await press(ann, "🔄 Refresh");
    assert.equal(again.message.messageId, shown.messageId);
    assert.equal(ann.chat.messages.length, count);
    const few = await ask(ann, "/logs web 3 home");
    assert.equal(codeOf(few).length, 3);
  },
);

it("a hundred megabytes go through the agent in flat memory; what is left out is said", needed, async (t) => {
  await written(
    "flood",
    `yes "$(head -c 999 /dev/zero | tr '\\0' x)" | head -c ${100 * MIB}; echo; echo the very end`,
  );
  // Warm: what it once needed for a small log it has.
  await ask(ann, "/logs flood 10");
  const before = resident();
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, resident());
  }, 20);
  let shown: ChatMessage | undefined;
  let text = "";
  try {
    for (let asked = 0; asked < 3; asked++) {
      shown = await ask(ann, "/logs flood 1h");
      text = fileOf(await newest());
    }
  } finally {
    clearInterval(watch);
  }
  assert.ok(shown);
  assert.match(codeOf(shown).at(-1) ?? "", / the very end$/);
  assert.match(shown.text, /Older: \d{2,3},\d{3} lines, \d+\.\d\sMiB, left out\./);
  assert.ok(text.length > 3 * MIB && text.length < 5 * MIB, `${text.length} bytes of file`);
  assert.ok(text.endsWith(" out the very end\n"));
  t.diagnostic(`agent: ${Math.round(before / MIB)} MiB before, at most ${Math.round(most / MIB)} MiB`);
  // What is kept is 4 MiB, and as much and its compressor when it is packed; measured +20 to +25, ten in a row as well.
  assert.ok(most - before < 40 * MIB, `it grew by ${Math.round((most - before) / MIB)} MiB`);
});

it("binary, a terminal, and what can not be read", needed, async () => {
  await written("noise", "head -c 300000 /dev/urandom; printf '\\nafter the noise\\n'");
  const noise = await ask(ann, "/logs noise");
  assert.match(codeOf(noise).at(-1) ?? "", / after the noise$/);
  await newest();
  await written("shell", "echo in colour; printf '10%%\\r100%%\\n'", { Tty: true });
  assert.deepEqual(
    codeOf(await ask(ann, "/logs shell")).map((line) => line.slice(9)),
    ["in colour", "100%"],
  );
  await written("mute", "echo nobody hears", { HostConfig: { LogConfig: { Type: "none" } } });
  assert.match((await ask(ann, "/logs mute")).text, /can not be read\. The engine says: “.+”/);
  assert.match((await ask(ann, "/logs nothing-like-it")).text, /no container “nothing-like-it”/);
});

it("followed for a minute: what came since, in the same message, until it is over", needed, async () => {
  await docker.run({
    name: "ticker",
    Cmd: ["sh", "-c", "i=0; while true; do i=$((i+1)); echo tick $i; sleep 0.2; done"],
  });
  const shown = await ask(ann, "/logs ticker");
  const followed = await press(ann, "▶ Follow 1 min");
  assert.equal(followed.message.messageId, shown.messageId);
  assert.ok(labels(followed.message).includes("⏹ Stop"));
  let last = followed.message;
  for (let looks = 0; looks < 2; looks++) {
    const tick = Number(/tick (\d+)$/.exec(codeOf(last).at(-1) ?? "")?.[1]);
    while (Number(/tick (\d+)$/.exec(codeOf(last).at(-1) ?? "")?.[1]) <= tick) {
      last = await reply(ann.chat, ({ messageId }) => messageId === shown.messageId);
    }
    const ticks = codeOf(last).map((line) => Number(/tick (\d+)$/.exec(line)?.[1]));
    assert.deepEqual(
      ticks,
      ticks.map((_, at) => (ticks[0] ?? 0) + at),
      "none twice, none left out",
    );
  }
  ann.press("⏹ Stop", { messageId: shown.messageId });
  const ended = await reply(ann.chat, (message) => labels(message).includes("🔄 Refresh"));
  assert.match(ended.text, /⏹ Stopped/);
});
