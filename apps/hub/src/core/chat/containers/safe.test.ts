/** What stands between a person and the wrong container: policy, protection, what it is needed for, what changed meanwhile. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Container, containerActions } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import type { Presence } from "../../ports/broker.ts";
import { chatEngine, labels } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const DB: Container = {
  ...{ id: "d".repeat(64), name: "shop-db-1", image: "postgres:18", state: "running", age: 60 },
  ports: [
    { inside: 5432, outside: 5432, protocol: "tcp" },
    { inside: 9100, protocol: "tcp" },
  ],
  ...{ project: "shop", service: "db" },
};
const WEB: Container = {
  ...{ id: "e".repeat(64), name: "shop-web-1", image: "web", state: "running", ports: [] },
  ...{ project: "shop", service: "web", dependsOn: ["db"] },
};

const present = (serverId: string, allow: string[], runtime = "node"): Presence => ({
  ...{ serverId, hub: "hub", since: 0, lastHeartbeat: 0, protocol: 2, latencyMs: 1, skewMs: 0 },
  facts: {
    ...{ version: "1", runtime, os: "linux", arch: "x64", hostname: "attic", bootId: "b", allow },
    commands: ["containers", ...Object.values(containerActions).map(({ name }) => name)],
  },
});

async function world(allow: string[]) {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "attic");
  room.online.set(server.id, present(server.id, allow));
  const asked: Array<{ name: string; ask: unknown }> = [];
  const state = {
    listed: [DB, WEB],
    act: async (): Promise<unknown> => ({ id: DB.id, name: DB.name, said: "" }),
  };
  room.ask = async ({ command, ask }) => {
    if (command.name === "containers") return { answer: { containers: state.listed, left: 0 }, tookMs: 1 };
    asked.push({ name: command.name, ask });
    return { answer: await state.act(), tookMs: 1 };
  };
  const card = async () => {
    const list = await ann.write("/containers");
    return (await ann.press(list, /db-1/)).shown;
  };
  const audited = async () =>
    (await room.store.audit.recent({ limit: 10 })).map(
      ({ what, result, detail }) => `${what} ${result} ${detail.code ?? ""}`,
    );
  return { room, ann, server, asked, state, card, audited };
}

test("where the policy's list is empty the refusal says that it allows nothing", async () => {
  const { ann, asked } = await world([]);
  const told = (await ann.write("/restart_container shop-db"))?.text ?? "";
  assert.match(told, /its own policy decides, and its SERVEREYE_AGENT_ALLOW allows nothing \(set but empty/);
  assert.match(told, /SERVEREYE_AGENT_ALLOW=containers\.restart/);
  assert.deepEqual(asked, []);
});

test("asked first: it shows which, published at what, needed by whom; removing says what stays", async () => {
  const { ann, asked, state } = await world(["containers.stop", "containers.remove"]);
  const question = await ann.write("/stop_container shop-db");
  assert.equal(
    question?.text.replaceAll("\u00a0", " "),
    [
      ...["Stop shop-db-1?", "Server: attic", "Container: shop-db-1", "Image: postgres:18"],
      ...["Id: dddddddddddd", "State: 🟢 up 1 min", "Ports: 5432→5432", "Project: shop", "Needed by: web"],
      "Works once, for a minute.",
    ].join("\n"),
  );
  await ann.press(question, /^Yes/);
  assert.deepEqual(asked, [{ name: "stop_container", ask: { id: DB.id, name: DB.name, seen: "running" } }]);
  state.listed = [{ ...DB, state: "exited", exitCode: 0 }];
  const removal = await ann.write("/remove_container shop-db");
  assert.match(removal?.text ?? "", /can not be undone[\s\S]*Named volumes stay/);
});

test("what the policy does not allow has no button, and typed it is refused with the line to change", async () => {
  const { ann, asked, card, audited } = await world(["containers.start", "containers.stop"]);
  assert.deepEqual(
    labels(await card()).filter((label) => /Stop|Restart|Pause/.test(label)),
    ["⏹ Stop"],
  );
  const told = await ann.write("/restart_container shop-db");
  assert.match(
    told?.text ?? "",
    /SERVEREYE_AGENT_ALLOW=containers\.start,containers\.stop,containers\.restart/,
  );
  // The hub does not know where that agent's settings stand: it names where the installer puts them.
  assert.match(told?.text ?? "", /\/etc\/servereye\/agent\.env[\s\S]*systemctl restart servereye-agent/);
  assert.match((await ann.write("/pause_container shop-db"))?.text ?? "", /containers\.pause/);
  assert.deepEqual(asked, []);
  assert.deepEqual(await audited(), [
    "container.pause refused POLICY_REFUSED",
    "container.restart refused POLICY_REFUSED",
  ]);
});

test("a protected one has no such button, and typed it is refused before it is asked", async () => {
  const { ann, asked, card, state, audited } = await world([
    ...["containers.stop", "containers.restart", "containers.pause", "containers.remove"],
  ]);
  state.listed = [{ ...DB, protected: true }, WEB];
  assert.ok(!labels(await card()).some((label) => /Stop|Pause/.test(label)));
  assert.match((await ann.write("/stop_container shop-db"))?.text ?? "", /🛡 shop-db-1 on attic is protected/);
  assert.deepEqual(asked, []);
  assert.deepEqual(await audited(), ["container.stop refused CONTAINER_PROTECTED"]);
});

test("changed at the last moment: the agent refuses, nothing was done, and it is asked again", async () => {
  const { ann, asked, state, audited } = await world(["containers.stop", "containers.restart"]);
  const question = await ann.write("/restart_container shop-db");
  state.act = () => {
    state.listed = [{ ...DB, state: "paused" }, WEB];
    const values = { name: DB.name, was: "running", is: "paused" };
    return Promise.reject(new Fault("CONTAINER_CHANGED", "", { values }));
  };
  const { shown } = await ann.press(question, /^Yes/);
  assert.match(shown?.text ?? "", /Nothing was done: it was “up” when you were asked, and is “paused” now/);
  assert.match(shown?.text ?? "", /Restart shop-db-1\?/);
  assert.match((await ann.press(question, /^Yes/)).notice?.text ?? "", /nothing was changed/i);
  state.act = async () => ({ id: DB.id, name: DB.name, said: "" });
  await ann.press(shown, /^Yes/);
  assert.deepEqual(
    asked.map(({ ask }) => ask),
    ["running", "paused"].map((seen) => ({ id: DB.id, name: DB.name, seen })),
  );
  assert.equal((await audited()).filter((line) => /failed CONTAINER_CHANGED/.test(line)).length, 1);
});

test("start and unpause ask nothing, and each button of theirs works once", async () => {
  const { ann, asked, state, card } = await world(["containers.pause", "containers.start"]);
  state.listed = [{ ...DB, state: "paused" }, WEB];
  const shown = await card();
  const presses = await Promise.all(Array.from({ length: 20 }, () => ann.press(shown, "▶ Go on")));
  assert.equal(asked.length, 1);
  assert.deepEqual(asked[0], {
    name: "unpause_container",
    ask: { id: DB.id, name: DB.name, seen: "paused" },
  });
  assert.equal(presses.filter(({ notice }) => /Already done|just now/.test(notice?.text ?? "")).length, 19);
  state.listed = [{ ...DB, state: "created" }, WEB];
  await ann.write("/start_container shop-db");
  assert.equal(asked.at(-1)?.name, "start_container");
});

test("a hundred presses at once act once; another person's, and one too late, not at all", async () => {
  const { room, ann, server, asked } = await world(["containers.stop"]);
  const bob = await room.person("Bob");
  await room.store.servers.grant(server.id, bob.id, "operator");
  const question = await ann.write("/stop_container shop-db");
  const yes = question?.view.buttons.flat().find(({ label }) => label.startsWith("Yes"));
  assert.ok(yes && "token" in yes);
  const chat = { chatId: ann.account.externalId, kind: "private" as const };
  const foreign = await bob.pressToken(yes.token, question?.messageId, chat);
  assert.ok(foreign.notice?.alert);
  const elsewhere = await ann.pressToken(yes.token, "m9", { chatId: "-77", kind: "group" });
  assert.ok(elsewhere.notice?.alert);
  assert.deepEqual(asked, []);
  room.clock.turn(30_000);
  const presses = Array.from({ length: 100 }, () => ann.pressToken(yes.token, question?.messageId));
  await Promise.all(presses);
  assert.equal(asked.length, 1);
  // The pace lets nobody write on after that many presses at once.
  room.clock.turn(60_000);
  const late = await ann.write("/stop_container shop-db");
  room.clock.turn(60_001);
  assert.match((await ann.press(late, /^Yes/)).notice?.text ?? "", /expired/);
  assert.equal(asked.length, 1);
});
