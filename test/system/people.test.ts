/** Who may see and do what: two owners, groups, strangers, links, codes, keys, confirmations, forged and stale buttons. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { newServerKey } from "@servereye/contract";
import type { Actor } from "../telegram/actor.ts";
import type { ChatMessage } from "../telegram/message.ts";
import type { Agent } from "./agents.ts";
import {
  addServer,
  ask,
  assertSecretsKept,
  labels,
  openSystem,
  press,
  reply,
  type System,
  settled,
  tap,
} from "./system.ts";

const GROUP = -1_001_234_567_890;

/** What a person's button carries, by its label. */
function tokenOf(message: ChatMessage, label: string): string {
  const data = message.buttons.flat().find((button) => button.text === label)?.data;
  assert.ok(data !== undefined, `no button "${label}"`);
  return data;
}

/** The secret part of a link that /invite or the start shows. */
function payloadOf(system: System, text: string): string {
  const [, payload, secret] = /\?start=([a-z]+_(\S+))/.exec(text) ?? [];
  assert.ok(payload !== undefined && secret !== undefined, text);
  system.secrets.add(secret);
  return payload;
}

/** What a chat shows at the moment, for "nothing has changed". */
const shown = (person: Actor): string =>
  JSON.stringify(person.chat.messages.map(({ text, deleted, edits }) => [text, deleted, edits]));

/** The id that an agent told in its log. */
const idOf = async (agent: Agent): Promise<string> => {
  const line = await agent.process.line((one) => one.includes('"agent.started"'));
  return /"serverId":"([0-9a-f]{32})"/.exec(line)?.[1] ?? "";
};

const agents = new Map<string, Agent>();

describe("open to everybody", () => {
  let system: System;
  let ann: Actor;
  let bob: Actor;
  let cat: Actor;
  let dan: Actor;

  before(async () => {
    system = await openSystem({ env: { SERVEREYE_ADMINS: "1", SERVEREYE_REGISTRATION: "open" } });
    const { control } = system.emulator;
    ann = control.person({ id: 1, firstName: "Ann" });
    bob = control.person({ id: 2, firstName: "Bob" });
    cat = control.person({ id: 3, firstName: "Cat" });
    dan = control.person({ id: 4, firstName: "Dan" });
    for (const [owner, name] of [
      [ann, "a-one"],
      [ann, "a-two"],
      [bob, "b-one"],
      [bob, "b-two"],
    ] as const)
      agents.set(name, await addServer(system, owner, name));
  });
  after(() => system.close());

  it("nobody sees, names or asks another's servers", async () => {
    const list = await ask(bob, "/servers");
    assert.match(list.text, /2 servers/);
    const id = await idOf(agents.get("a-one") as Agent);
    for (const command of ["/memory", "/status", "/use", "/members", "/remove_server", "/invite"])
      for (const name of ["a-one", id])
        assert.match(
          (await ask(bob, `${command} ${name}`)).text,
          /^You have no server/,
          `${command} ${name}`,
        );
    assert.match((await ask(bob, "/rename_server a-one mine")).text, /^You have no server/);
    for (const command of ["/servers", "/debug", "/memory a-two", "/stats", "/start"]) {
      const message = await ask(bob, command);
      assert.doesNotMatch(message.text.replace("“a-two”", ""), /\ba-|Ann/, command);
      assert.doesNotMatch(labels(message).join(), /\ba-/, command);
    }
    assert.match((await ask(bob, "/stats")).text, /for admins/);
    assert.match((await ask(ann, "/servers")).text, /1\. a-one: online\n.*2\. a-two: online$/s);
  });

  it("forged tokens and tokens of another chat do nothing and tell nothing", async () => {
    const memory = await ask(ann, "/memory a-one");
    const removal = await ask(ann, "/remove_server a-one");
    await ask(bob, "/ping b-one");
    const before = [shown(ann), shown(bob)];
    for (const data of [
      tokenOf(memory, "🔄 Refresh"),
      tokenOf(removal, "Yes, remove a-one"),
      "x",
      "A".repeat(24),
      "'; drop table buttons; --",
      "\u0000".repeat(8),
      "я".repeat(32),
    ]) {
      const told = await tap(bob, { data });
      assert.match(told.text, /out of date/, data);
      assert.equal(told.showAlert, true);
    }
    assert.deepEqual([shown(ann), shown(bob)], before);
    assert.match((await press(ann, "Cancel")).message.text, /Cancelled/);
  });

  it("a button keeps pointing at its server, whatever is renamed, removed or added since", async () => {
    const which = await ask(ann, "/ping");
    assert.deepEqual(labels(which), ["1. a-one", "2. a-two"]);
    await ask(ann, "/rename_server a-one z-last");
    await ask(ann, "/remove_server a-two");
    await press(ann, "Yes, remove a-two");
    agents.set("a-three", await addServer(system, ann, "a-one"));
    const on = { messageId: which.messageId };
    const gone = await tap(ann, { data: tokenOf(which, "2. a-two") }, on);
    assert.match(gone.text, /out of date/);
    await tap(ann, { data: tokenOf(which, "1. a-one") }, on);
    const pinged = await reply(ann.chat, (message) => message.messageId === which.messageId);
    assert.match(pinged.text, /🏓 z-last/);
    assert.match((await ask(ann, "/ping 1")).text, /🏓 z-last/);
    assert.match((await ask(ann, "/ping 2")).text, /no server “2”/);
  });

  it("a removed server's agent is let go, and stays out", async () => {
    const agent = agents.get("a-two") as Agent;
    assert.equal(await agent.process.ended, 2, agent.process.output());
    const again = agent.again();
    await again.process.line((line) => line.includes("link.refused") || line.includes("TOKEN_INVALID"));
    await again.process.end("SIGTERM");
  });

  it("in a group the one who presses is authorised; others are told so alone", async () => {
    const { control } = system.emulator;
    const eve = control.person({ id: 9, firstName: "Eve" });
    const group = control.group({ id: GROUP, title: "Ops", members: [1, 2, 9] });
    ann.write("/ping z-last", { chat: GROUP });
    const ping = await reply(group);
    const before = JSON.stringify(group.messages);
    for (const other of [bob, eve]) {
      const told = await tap(other, "🔄 Refresh", { chat: GROUP });
      assert.match(told.text, /no such server among yours/);
      assert.equal(told.showAlert, true);
    }
    assert.equal(JSON.stringify(group.messages), before);
    system.clock.advance(1_000);
    await tap(ann, "🔄 Refresh", { chat: GROUP });
    assert.equal((await reply(group)).messageId, ping.messageId);

    ann.write("/remove_server z-last", { chat: GROUP });
    await reply(group);
    for (const other of [bob, eve])
      assert.match((await tap(other, "Yes, remove z-last", { chat: GROUP })).text, /somebody else/);
    await tap(ann, "Cancel", { chat: GROUP });
    assert.match((await reply(group)).text, /Cancelled/);
    assert.match((await ask(ann, "/ping z-last")).text, /🏓 z-last/);

    ann.write("/add", { chat: GROUP });
    assert.match((await reply(group)).text, /in private/);
  });

  it("an invitation works once and gives its role and no more", async () => {
    const link = payloadOf(system, (await ask(ann, "/invite z-last viewer")).text);
    assert.match((await ask(cat, `/start ${link}`)).text, /You are in\. Try \/status z-last/);
    assert.match((await ask(dan, `/start ${link}`)).text, /used already/);
    assert.match((await ask(dan, "/servers")).text, /no servers yet/);

    assert.match((await ask(cat, "/ping")).text, /🏓 z-last/);
    for (const [command, role] of [
      ["/rename_server z-last x", "admin|owner"],
      ["/remove_server z-last", "owner"],
      ["/members z-last", "admin"],
      ["/invite z-last viewer", "admin"],
    ])
      assert.match((await ask(cat, command ?? "")).text, new RegExp(`takes the role “(${role})”`), command);

    const admin = payloadOf(system, (await ask(ann, "/invite z-last admin")).text);
    await ask(dan, `/start ${admin}`);
    assert.match((await ask(dan, "/members")).text, /Ann: owner\n.*Cat: viewer\n.*Dan: admin/s);
    assert.match((await ask(dan, "/invite z-last owner")).text, /can not give/);
    assert.match((await ask(dan, "/remove_server z-last")).text, /takes the role “owner”/);
    const operator = payloadOf(system, (await ask(dan, "/invite z-last operator")).text);
    await ask(cat, `/start ${operator}`);
    assert.match((await ask(cat, "/status")).text, /Your role: operator/);
  });

  it("access that is taken back ends at once, old buttons included", async () => {
    await ask(cat, "/ping");
    await ask(ann, "/members z-last");
    await press(ann, "Remove Cat");
    assert.match((await press(ann, "Yes, take it away")).message.text, /Cat no longer has access/);
    assert.match((await tap(cat, "🔄 Refresh")).text, /no such server among yours/);
    assert.match((await ask(cat, "/servers")).text, /no servers yet/);
    await ask(dan, "/members");
    assert.deepEqual(labels(await ask(dan, "/members")), ["Remove Dan"]);
  });

  it("a key in a message adds the server, and the message is taken away", async () => {
    const key = newServerKey();
    system.secrets.add(key);
    const written = bob.write(`/add ${key} box`);
    const added = await reply(bob.chat, ({ messageId }) => messageId > written.message.messageId);
    assert.match(added.text, /box is added/);
    assert.equal(written.message.deleted, true);
    const file = join(system.folder, "box.key");
    writeFileSync(file, `${key}\n`, { mode: 0o600 });
    const { agentUrl, hubKey } = system.hub;
    const agent = system.startAgent("box", { url: agentUrl, hubKey }, { SERVEREYE_AGENT_KEY_FILE: file });
    await agent.connected();
    assert.match((await ask(bob, "/ping box")).text, /🏓 box/);
    // The same key is nobody else's to add, and neither is said whose it is.
    const taken = await ask(cat, `/add ${key}`);
    assert.match(taken.text, /belongs to somebody already/);
    const cut = bob.write(`/add ${key.slice(0, 30)}`);
    const malformed = await reply(bob.chat, ({ messageId }) => messageId > cut.message.messageId);
    assert.match(malformed.text, /not whole/);
    assert.equal(cut.message.deleted, true);
    // Where the bot may not delete, the person is told to.
    const secret = ann.write(`/add ${newServerKey()} grouped`, { chat: GROUP });
    const group = system.emulator.control.chat(GROUP);
    const told = await reply(group, ({ messageId }) => messageId > secret.message.messageId);
    assert.match(told.text, /delete it yourself/);
  });

  it("a waiting agent is added by the code it shows", async () => {
    const waiting = system.startAgent("pair", { url: system.hub.agentUrl, pair: true });
    const line = await waiting.process.line((one) => one.includes('"link.waiting"'));
    const code = /"code":"([^"]+)"/.exec(line)?.[1] ?? "";
    for (let n = 1; n <= 5; n++)
      assert.match((await ask(dan, `/add ${"AAAAAAA"}${n}`)).text, /mistyped|Look at the agent/);
    assert.match((await ask(dan, `/add ${code}`)).text, /Too many tries.*Until/s);
    const added = await ask(cat, `/add ${code.toLowerCase()}`);
    assert.match(added.text, /pair is added/);
    await waiting.connected();
    assert.match((await press(cat, "📡 Status")).message.text, /🟢 State: online/);
    assert.match((await ask(cat, "/add AAAAAAA1")).text, /mistyped/);
    assert.match((await ask(bob, `/add ${code}`)).text, /used already/);
  });

  it("a one-time install line is good for one server", async () => {
    const { text } = await ask(dan, "/add");
    const [, enrol = "", hubKey = ""] = /--enrol (\S+) --hub-key (\S+)/.exec(text) ?? [];
    const first = system.startAgent("d-one", { url: system.hub.agentUrl, hubKey, enrol });
    await first.connected();
    const second = system.startAgent("d-two", { url: system.hub.agentUrl, hubKey, enrol });
    await second.process.line((line) => line.includes("TOKEN_INVALID"));
    await second.process.end("SIGTERM");
    assert.match((await ask(dan, "/servers")).text, /d-one/);
    assert.doesNotMatch((await ask(dan, "/servers")).text, /d-two/);
  });

  it("a hundred presses at once act once, and each is answered", async () => {
    const confirm = await ask(bob, "/remove_server b-two");
    const data = tokenOf(confirm, "Yes, remove b-two");
    const presses = Array.from({ length: 100 }, () => tap(bob, { data }, { messageId: confirm.messageId }));
    const done = await reply(bob.chat, (message) => settled(message) && message.text.includes("is removed"));
    assert.equal(done.messageId, confirm.messageId);
    await Promise.all(presses);
    const message = bob.chat.messages.find(({ messageId }) => messageId === confirm.messageId);
    assert.equal(message?.history.filter(({ text }) => text.includes("is removed")).length ?? 0, 0);
    assert.match(message?.text ?? "", /is removed/);
    assert.equal(bob.chat.messages.filter(({ text }) => text.includes("is removed")).length, 1);
  });

  it("a confirmation lasts a minute, and only for who asked", async () => {
    system.clock.advance(30_000); // So that Bob is not held back for his hundred presses.
    const confirm = await ask(bob, "/remove_server b-one");
    system.clock.advance(60_001);
    const late = await tap(bob, "Yes, remove b-one");
    assert.match(late.text, /expired\. Nothing was changed/);
    assert.equal(late.showAlert, true);
    assert.match((await ask(bob, "/servers")).text, /b-one/);
    assert.equal(bob.chat.messages.find(({ messageId }) => messageId === confirm.messageId)?.edits, 0);
    await ask(bob, "/remove_server b-one");
    assert.match((await press(bob, "Yes, remove b-one")).message.text, /b-one is removed/);
  });

  it("none of the secrets of all this was logged", () => {
    assert.ok(system.secrets.size > 10);
    assert.ok(assertSecretsKept(system) > 1_000);
  });
});

describe("closed, and not set up yet", () => {
  let system: System;
  let ann: Actor;
  let eve: Actor;

  before(async () => {
    system = await openSystem({});
    ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
    eve = system.emulator.control.person({ id: 9, firstName: "Eve" });
  });
  after(() => system.close());

  it("a stranger is told that the bot is private, and their id for the admin", async () => {
    const told = await ask(eve, "/start");
    assert.match(told.text, /private.*id.*: 9/s);
    // Said now and then, not to every message: strangers can not make the bot talk without end.
    for (const text of [
      "/servers",
      "/stats",
      "/add",
      "hello",
      "/start setup_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ])
      eve.write(text);
    await ask(ann, "/start");
    assert.ok(eve.chat.messages.filter(({ from }) => from.bot).length <= 2);
    assert.match((await tap(eve, { data: "A".repeat(24) })).text, /private: nothing was done/);
  });

  it("the setup link makes its first opener the admin, once", async () => {
    system.clock.advance(60_000);
    const payload = payloadOf(system, system.hub.setupLink ?? "");
    assert.match((await ask(ann, `/start ${payload}`)).text, /You are the admin/);
    system.clock.advance(180_000);
    assert.match((await ask(eve, `/start ${payload}`)).text, /used already/);
    assert.match((await ask(ann, "/stats")).text, /This ServerEye/);
    // Whoever set it up is the person at the hub's own page: what is added there is theirs here.
    const { agentUrl, hubKey, enrol } = system.hub;
    await system.startAgent("home", { url: agentUrl, hubKey, enrol }).connected();
    assert.match((await ask(ann, "/servers")).text, /home: online/);
  });

  it("a guest comes in by an invitation, adds a server of their own, and sees no other", async () => {
    const link = payloadOf(system, (await ask(ann, "/invite")).text);
    system.clock.advance(180_000);
    assert.match((await ask(eve, `/start ${link}`)).text, /You are in/);
    await addServer(system, eve, "eves");
    assert.match((await ask(eve, "/servers")).text, /1 server, 1 online.*eves/s);
    assert.match((await ask(eve, "/invite")).text, /Name a server to share/);
    assert.doesNotMatch((await ask(ann, "/servers")).text, /eves/);
  });

  it("links and install lines run out", async () => {
    const invite = payloadOf(system, (await ask(ann, "/invite home viewer")).text);
    const { text } = await ask(ann, "/add");
    const [, enrol = "", hubKey = ""] = /--enrol (\S+) --hub-key (\S+)/.exec(text) ?? [];
    system.clock.advance(15 * 60_000 + 1);
    const late = system.startAgent("late", { url: system.hub.agentUrl, hubKey, enrol });
    await late.process.line((line) => line.includes("TOKEN_INVALID"));
    system.clock.advance(24 * 3_600_000);
    assert.match((await ask(eve, `/start ${invite}`)).text, /expired/);
  });

  it("none of the secrets of all this was logged", () => {
    assert.ok(assertSecretsKept(system) > 1_000);
  });
});
