/** Containers of an agent of the Go original, from phones: listed, filtered, started and stopped, each once. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type TurnedClock, turnedClock } from "../system/hubs.ts";
import { addServer, ask, labels, openSystem, press, reply, type System, tap } from "../system/system.ts";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import { render35, width } from "../telegram/render.ts";
import { type OriginalDouble, originalAgent, usualAnswers } from "./agent.ts";
import { aContainer, type DoubleEngine, doubleEngine, error } from "./engine.ts";

const KEY = `srv_${"0f1e2d3c4b5a69788796a5b4c3d2e1f0".repeat(2)}`;

/** As a phone shows it; a line that had to be broken is seen in what was drawn, not refused. */
function drawn(message: ChatMessage): string {
  const text = render35(message);
  if (process.env.SHOW_SCREENS) console.log(`${"─".repeat(35)}\n${text}`);
  for (const line of text.split("\n")) {
    assert.ok(width(line) <= 35, line);
    assert.doesNotMatch(line, /undefined|NaN|null|\[object/);
  }
  return flat(message);
}

/** On one line, every space a plain one. */
const flat = ({ text }: ChatMessage): string => text.replaceAll(/\s+/g, " ");

describe("containers of an original agent, from a phone", () => {
  let system: System;
  let ann: Actor;
  let bob: Actor;
  let agent: OriginalDouble;
  let engine: DoubleEngine;
  /** While set, the agent's replies of this type never arrive. */
  let lost = "";

  before(async () => {
    system = await openSystem({ env: { SERVEREYE_ADMINS: "1" }, clock: hasty() });
    ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
    bob = system.emulator.control.person({ id: 2, firstName: "Bob" });
    engine = doubleEngine([
      aContainer(1, "shop-web-1", { project: "shop", ports: ["0.0.0.0:8080->80/tcp"] }),
      aContainer(2, "shop-db-1", { project: "shop", image: "postgres:18", status: "Up 3 hours (healthy)" }),
      aContainer(3, "shop-jobs-1", { project: "shop", state: "exited", status: "Exited (137) 2 days ago" }),
      aContainer(4, "registry", { image: "registry.example.com:5000/mirror/registry:3" }),
    ]);
    agent = originalAgent({
      key: KEY,
      base: () => system.hub.url,
      style: "streams",
      answers: { ...usualAnswers, ...engine.answers },
      loses: (type) => type === lost,
      pause: () => new Promise((done) => setTimeout(done, 50)),
    });
    assert.equal((await agent.register({ agent_version: "1.4.2" })).status, 200);
    agent.start();
    await ask(ann, `/add ${KEY} Attic`);
    const link = /https:\/\/t\.me\/\S+start=(\S+)/.exec((await ask(ann, "/invite Attic viewer")).text)?.[1];
    assert.ok(link);
    await ask(bob, `/start ${link}`);
    for (let shown = ""; !/1\. Attic: online/.test(shown); ) shown = (await ask(ann, "/servers")).text;
  });
  after(async () => {
    await agent.kill();
    await system.close();
  });

  it("lists them by project, and those that begin so", async () => {
    const all = drawn(await ask(ann, "/containers"));
    assert.match(all, /🟢 3 · 🔴 1/);
    assert.match(all, /shop 🟢 shop-db-1 3 h └ postgres:18/);
    assert.match(all, /🔴 shop-jobs-1 exit 137/);
    assert.match(all, /└ nginx:1\.27 :8080/);
    assert.match(all, /Without a project 🟢 registry 3 h └ registry:3/);
    const some = await ask(ann, "/containers reg Attic");
    assert.match(drawn(some), /begin with “reg”/);
    assert.doesNotMatch(some.text, /shop/);
    const none = await ask(ann, "/containers nothing");
    assert.match(drawn(none), /No container begins with “nothing”/);
    assert.deepEqual(labels((await press(ann, "📦 All containers")).message).slice(0, 2), [
      "shop-db-1",
      "🔴 shop-jobs-1",
    ]);
  });

  it("opens a card with what fits, and comes back", async () => {
    await ask(ann, "/containers");
    const { message } = await press(ann, "🔴 shop-jobs-1");
    assert.match(drawn(message), /State: 🔴 stopped 2 d Exit code: 137/);
    assert.deepEqual(labels(message), ["▶ Start", "🗑 Remove", "🧩 shop", "📦 All containers", "🔄 Refresh"]);
    const back = (await press(ann, "📦 All containers")).message;
    assert.equal(back.messageId, message.messageId);
    assert.match(back.text, /registry/);
  });

  it("starts without asking, once, by button and by text", async () => {
    await ask(ann, "/containers");
    await press(ann, "🔴 shop-jobs-1");
    ann.chat.readAll();
    const presses = [1, 2, 3].map(() => ann.press("▶ Start").answered({ timeoutMs: 30_000 }));
    const message = await reply(ann.chat, ({ text }) => text.startsWith("✅"));
    await Promise.all(presses);
    assert.match(drawn(message), /shop-jobs-1 on Attic is started/);
    assert.match(message.text, /It says: “Container start done”/);
    assert.match(flat(message), /State now: 🟢 up 0 s/);
    assert.deepEqual(engine.done.splice(0), ["start shop-jobs-1"]);
    assert.match(drawn(await ask(ann, "/start_container shop-jobs-1")), /As it is, it can not be started/);
    assert.deepEqual(engine.done, []);
  });

  it("asks before it stops; cancelled, nothing is done; pressed many times, it is done once", async () => {
    const question = await ask(ann, "/stop_container reg");
    assert.match(drawn(question), /Stop registry\? Server: Attic Container: registry Image: registry\./);
    assert.match(flat(question), /Id: abcabcabcab4 State: 🟢 up 3 h/);
    assert.match((await press(ann, "Cancel")).message.text, /Nothing was changed/);
    assert.deepEqual(engine.done, []);
    await ask(ann, "/stop_container reg Attic");
    ann.chat.readAll();
    const yes = [1, 2, 3].map(() => ann.press("Yes, stop registry"));
    const notices = await Promise.all(yes.map((one) => one.answered({ timeoutMs: 30_000 })));
    const message = await reply(ann.chat, ({ text }) => text.startsWith("✅"));
    assert.match(drawn(message), /registry on Attic is stopped.*State now: ⚪ stopped 1 s/);
    assert.equal(notices.filter(({ text }) => /Already done|just now/.test(text ?? "")).length, 2);
    assert.deepEqual(engine.done.splice(0), ["stop registry"]);
  });

  it("asks again when it changed meanwhile", async () => {
    await ask(ann, "/restart_container shop-web-1");
    Object.assign(engine.containers[0] ?? {}, { state: "paused", status: "Up 3 hours (Paused)" });
    const again = (await press(ann, "Yes, restart shop-web-1")).message;
    assert.match(drawn(again), /Nothing was done: it was “up”/);
    assert.deepEqual(engine.done, []);
    Object.assign(engine.containers[0] ?? {}, { id: "fedcba987654", state: "running" });
    const other = (await press(ann, "Yes, restart shop-web-1")).message;
    assert.match(drawn(other), /another container has this name now.*Id: fedcba987654/);
    const done = (await press(ann, "Yes, restart shop-web-1")).message;
    assert.match(drawn(done), /shop-web-1 on Attic is restarted/);
    assert.deepEqual(engine.done.splice(0), ["restart shop-web-1"]);
  });

  it("offers those that begin so, or the nearest, and removes what stands still only", async () => {
    const several = await ask(ann, "/stop_container shop");
    assert.match(drawn(several), /Several containers on Attic begin with “shop”/);
    assert.equal(labels(several).length, 3);
    assert.match(drawn((await press(ann, "🟢 shop-db-1")).message), /Stop shop-db-1\?/);
    assert.match(drawn(await ask(ann, "/stop_container registri")), /Did you mean registry\?/);
    assert.match(drawn(await ask(ann, "/remove_container ../etc")), /no container's name/);
    assert.match(drawn(await ask(ann, "/remove_container shop-db-1")), /One that runs is stopped first/);
    assert.match(drawn(await ask(ann, "/remove_container registry")), /outside its volumes/);
    const removed = (await press(ann, "Yes, remove registry")).message;
    assert.match(drawn(removed), /is removed.* The container is gone now/);
    assert.deepEqual(engine.done.splice(0), ["remove registry"]);
    assert.match(drawn(await ask(ann, "/remove_container registry")), /no container “registry”/);
  });

  it("lets a viewer look and do nothing, and shows no button for it", async () => {
    await ask(bob, "/containers");
    const { message } = await press(bob, "shop-db-1");
    assert.deepEqual(labels(message), ["🧩 shop", "📦 All containers", "🔄 Refresh"]);
    assert.match(drawn(await ask(bob, "/stop_container shop-db-1")), /operator/);
    assert.deepEqual(engine.done, []);
  });

  it("tells what the agent said when it refused, and how it stands", async () => {
    engine.refuse(error("CONTAINER_ACTION_FAILED", "driver failed: device is busy"));
    await ask(ann, "/stop_container shop-db-1");
    const told = (await press(ann, "Yes, stop shop-db-1")).message;
    assert.match(drawn(told), /device is busy.*State now: 🟢/);
    assert.deepEqual(engine.done, []);
  });

  it("says that it does not know when the answer is lost, and reads the state", async () => {
    lost = "container_action_response";
    const { messageId, buttons } = await ask(ann, "/stop_container shop-db-1");
    const told = (await press(ann, "Yes, stop shop-db-1")).message;
    lost = "";
    assert.equal(told.messageId, messageId);
    assert.match(drawn(told), /I do not know whether shop-db-1/);
    assert.match(flat(told), /State now: ⚪ stopped/);
    assert.doesNotMatch(told.text, /[Nn]othing/);
    const [yes] = buttons.flat();
    const again = await tap(ann, { data: yes?.data ?? "" }, { messageId });
    assert.match(again.text ?? "", /I do not know whether it came to its end/);
    assert.deepEqual(engine.done.splice(0), ["stop shop-db-1"]);
  });

  it("is in the help of those whose servers do it, and what does not do it says so", async () => {
    assert.match((await ask(ann, "/help")).text, /\/stop_container/);
    const nowhere = { SERVEREYE_AGENT_DOCKER_HOST: "unix:///nowhere/docker.sock" };
    await addServer(system, ann, "Cellar", nowhere);
    assert.match(drawn(await ask(ann, "/containers Cellar")), /No Docker answers on Cellar/);
    assert.match(drawn(await ask(ann, "/stop_container web Cellar")), /No Docker answers on Cellar/);
    assert.match(drawn(await ask(ann, "/stop_container web")), /Which server\?/);
  });

  it("says all of it in Russian too", async () => {
    // She has asked so much that she would be told to slow down.
    system.clock.advance(20_000);
    await ask(ann, "/language ru");
    drawn(await ask(ann, "/containers Attic"));
    drawn((await press(ann, "shop-web-1")).message);
    drawn((await press(ann, "⏹ Остановить")).message);
    assert.match((await press(ann, "Отмена")).message.text, /Ничего не изменилось/);
    drawn(await ask(ann, "/start_container shop-db-1 Attic"));
    drawn(await ask(ann, "/remove_container shop-db-1 Attic"));
    drawn(await ask(ann, "/start_container shop Attic"));
    assert.match(drawn(await ask(ann, "/containers Cellar")), /На Cellar никто не отвечает/);
  });
});

/** Of the half minute that an action is waited for, a second and a half is enough here. */
const hasty = (): TurnedClock => {
  const clock = turnedClock();
  return { ...clock, after: (ms, run) => clock.after(ms === 30_000 ? 1_500 : ms, run) };
};
