/** Images and new containers from Telegram to a real dockerd and registry: pulled, created, updated, rolled back, pruned. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { startDocker, type TestDocker } from "../engines/docker.ts";
import { startRegistry, type TestRegistry } from "../engines/docker-registry.ts";
import { needs } from "../engines.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { render35, width } from "../telegram/render.ts";
import { ask, assertSecretsKept, labels, openSystem, press, reply, type System } from "./system.ts";

const needed = needs("docker", "root", "busybox", "docker-registry");
const SECRET = "hunter2-of-the-container";
const RUNS = "CMD trap exit TERM; sleep 1000000 & wait";

let system: System;
let docker: TestDocker;
let registry: TestRegistry;
let ann: Actor;
let image = "";

before(async () => {
  if (needed.skip !== false) return;
  [docker, registry] = await Promise.all([startDocker(), startRegistry()]);
  system = await openSystem({ env: { SERVEREYE_ADMINS: "1" } });
  system.secrets.add(SECRET);
  ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
  const { agentUrl, hubKey, enrol } = system.hub;
  const agent = system.startAgent(
    "home",
    { url: agentUrl, hubKey, enrol },
    {
      SERVEREYE_AGENT_DOCKER_HOST: docker.address,
      SERVEREYE_AGENT_ALLOW: "images.pull,containers.create,containers.update,containers.prune",
    },
  );
  await agent.connected();
  await publish(1, RUNS);
  await docker.must("DELETE", `/images/${image}?force=true`);
  await docker.must("DELETE", "/images/app:1?force=true");
});
after(async () => {
  await system?.close();
  await Promise.all([docker?.stop(), registry?.stop()]);
});

/** Gives the registry a newer image of the same name; here the name stays with the one it had. */
async function publish(version: number, command: string): Promise<void> {
  const had = image === "" ? undefined : await docker.must<{ Id: string }>("GET", `/images/${image}/json`);
  await docker.importBusybox(`app:${version}`, [`ENV VERSION=${version}`, command]);
  image = await registry.push(docker, `app:${version}`, "app:1");
  if (had !== undefined) await docker.must("POST", `/images/${had.Id}/tag?repo=${registry.host}/app&tag=1`);
}

/** As a phone shows it: nothing wider than it, and nothing that is not for a reader. */
function drawn(message: ChatMessage): string {
  const shown = render35(message);
  if (process.env.SHOW_SCREENS)
    console.log(`${"─".repeat(35)}\n${shown}\n${JSON.stringify(labels(message))}`);
  for (const row of shown.split("\n")) {
    assert.ok(width(row) <= 35, row);
    assert.doesNotMatch(row, /undefined|NaN|\[object/);
  }
  assert.ok(!message.text.includes(SECRET));
  return message.text.replaceAll(/\s+/g, " ");
}

/** Presses, and waits for what the message says at the end. */
async function done(label: string, end: RegExp): Promise<string> {
  const { message } = await press(ann, label);
  if (end.test(message.text)) return drawn(message);
  drawn(message);
  const { messageId } = message;
  return drawn(await reply(ann.chat, (edited) => edited.messageId === messageId && end.test(edited.text)));
}

/** What the person wrote with it in it was taken away. */
function secretIsGone(): void {
  const left = ann.chat.messages.filter(({ text, deleted }) => !deleted && text.includes(SECRET));
  assert.deepEqual(left, []);
}

it("pulls what is not there, and says when it was the newest", needed, async () => {
  assert.match(drawn(await ask(ann, `/pull ${image}`)), /Fetch an image\? Server: home/);
  assert.match(await done("Yes, fetch it", /✅/), /The image is on home now\. .*Size: \d/);
  await ask(ann, `/pull ${image} home`);
  assert.match(await done("Yes, fetch it", /✅/), /home had the newest already/);
});

it("makes a container step by step, hides its variables, and takes their message away", needed, async () => {
  drawn(await ask(ann, "/create_container"));
  assert.match(drawn(await ask(ann, image)), /3\/7 What shall it be called/);
  drawn((await press(ann, "✅ app")).message);
  drawn((await press(ann, "Skip ▶")).message);
  const told = await ask(ann, `TOKEN=${SECRET}`);
  assert.match(drawn(told), /So far: TOKEN/);
  secretIsGone();
  drawn((await press(ann, "Next ▶")).message);
  drawn(await ask(ann, "kept:/kept"));
  drawn((await press(ann, "Next ▶")).message);
  drawn((await press(ann, "✅ unless-stopped")).message);
  assert.match(await done("✅ Create app", /✅ app/), /app runs on home\./);
  const { Config, HostConfig } = await docker.inspect("app");
  assert.ok(Config.Env?.includes(`TOKEN=${SECRET}`));
  assert.deepEqual(HostConfig.RestartPolicy, { Name: "unless-stopped", MaximumRetryCount: 0 });
});

it("makes one from one line, and is refused what the server's policy does not give", needed, async () => {
  const line = `/create_container ${image} --name line -e A=${SECRET} --restart no sleep 1000000`;
  assert.match(
    drawn(await ask(ann, line)),
    /Name: line .*Variables: A \(values hidden\).*Command: sleep 1000000/,
  );
  secretIsGone();
  await done("✅ Create line", /✅ line/);
  assert.deepEqual((await docker.inspect("line")).Config.Cmd, ["sleep", "1000000"]);
  assert.match(
    drawn(await ask(ann, `/create_container ${image} --name root --privileged`)),
    /Privileged: yes: root on the server/,
  );
  const refused = await done("✅ Create root", /⛔/);
  assert.match(refused, /SERVEREYE_AGENT_ALLOW=\S*create\.privileged/);
  assert.equal((await docker.ask("GET", "/containers/root/json")).status, 404);
});

it("updates to a newer image with the same settings, and rolls back from one that ends", needed, async () => {
  const { Id: before } = await docker.inspect("app");
  await publish(2, RUNS);
  assert.match(drawn(await ask(ann, "/update_container ap")), /Update app\? .*State: 🟢/);
  assert.match(await done("Yes, update app", /✅ app|↩️|🔴/), /✅ app on home is updated and runs/);
  const updated = await docker.inspect("app");
  assert.notEqual(updated.Id, before);
  assert.ok(updated.Config.Env?.includes("VERSION=2") && updated.Config.Env.includes(`TOKEN=${SECRET}`));
  await publish(3, "CMD exit 3");
  await ask(ann, "/update_container app");
  const back = await done("Yes, update app", /✅ app|↩️|🔴/);
  assert.match(
    back,
    /↩️ app on home was not updated\. The old container is back as it was\. Why: it kept ending, with exit code 3\./,
  );
  const { Id, State } = await docker.inspect("app");
  assert.deepEqual([Id, State.Status], [updated.Id, "running"]);
});

it("shows what nobody uses, and removes exactly that", needed, async () => {
  await docker.must("DELETE", "/images/app:1?force=true").catch(() => undefined);
  const stopped = await docker.create({ name: "stopped" });
  assert.match(drawn(await ask(ann, "/prune")), /Unused · home Stopped containers: 1/);
  assert.match(
    drawn((await press(ann, "🧹 Stopped containers")).message),
    /Remove 1 stopped container\? .*stopped/,
  );
  assert.match(await done("Yes, remove 1", /✅|❌/), /freed on home\. Containers: 1/);
  assert.equal((await docker.ask("GET", `/containers/${stopped}/json`)).status, 404);
  assert.equal((await docker.ask("GET", "/containers/app/json")).status, 200);
});

it(
  "every one is in the audit log from beginning to end, and no value is written anywhere",
  needed,
  async () => {
    assert.match(drawn(await ask(ann, "/audit")), /update/i);
    assert.ok(assertSecretsKept(system) > 0);
  },
);
