/** Crowds, odd names, forums, many servers, and the limits that Telegram sets. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { newServerKey } from "@servereye/contract";
import type { Actor } from "../telegram/actor.ts";
import { publishedLimits } from "../telegram/limits.ts";
import { render35, width } from "../telegram/render.ts";
import { ask, labels, openSystem, press, reply, type System } from "./system.ts";

let system: System;
let ann: Actor;

before(async () => {
  system = await openSystem({ env: { SERVEREYE_ADMINS: "1", SERVEREYE_REGISTRATION: "open" } });
  ann = system.emulator.control.person({ id: 1, firstName: "Ann" });
  const { agentUrl, hubKey, enrol } = system.hub;
  await system.startAgent("home", { url: agentUrl, hubKey, enrol }).connected();
});
after(() => system.close());

it("persons may be called anything", async () => {
  const names = [
    "<b>Bold</b> & Co",
    "</pre><a href='tg://x'>x",
    "\u202eevil\u202c",
    "😀👨‍👩‍👧‍👦🏳️‍🌈",
    "ﷺ".repeat(60),
    "a\nb\tc",
    "\u2068\u2069\u200f",
    "{ $server }",
    "z̸̢̛̗".repeat(12),
  ];
  for (const [at, firstName] of names.entries()) {
    const guest = system.emulator.control.person({ id: 100 + at, firstName });
    const secret = /start=(\S+)/.exec((await ask(ann, "/invite home viewer")).text)?.[1];
    assert.match((await ask(guest, `/start ${secret}`)).text, /You are in/);
    const hello = await ask(guest, "/start");
    assert.match(hello.text, /^👁 ServerEye\n\nHello .+\. Ask/s);
    assert.doesNotMatch(hello.text, /[\u202e\u2066-\u2069]/);
  }
  const members = await ask(ann, "/members");
  assert.match(members.text, /<b>Bold<\/b> & Co: viewer/);
  assert.match(members.text, /\{ \$server \}: viewer/);
  assert.equal(labels(members).length, names.length);
  system.clock.advance(60_000);
});

it("in a forum the answer stands in the topic it was asked in, refreshed too", async () => {
  const forum = -1_009_999_999_999;
  const chat = system.emulator.control.group({ id: forum, title: "Forum", members: [1], forum: true });
  ann.write("/ping@servereye_test_bot", { chat: forum, threadId: 7 });
  const answer = await reply(chat);
  assert.equal(answer.threadId, 7);
  system.clock.advance(1_000);
  ann.press("🔄 Refresh", { chat: forum });
  assert.equal((await reply(chat)).messageId, answer.messageId);
  // What is meant for another bot, and talk among people, is nothing to it.
  ann.write("/ping@another_bot", { chat: forum });
  ann.write("memory", { chat: forum });
  ann.write("/uptime", { chat: forum });
  assert.match((await reply(chat)).text, /Uptime/);
});

it("forty servers are listed, chosen and found in pages", async () => {
  const owner = system.emulator.control.person({ id: 60, firstName: "Owner" });
  for (let n = 1; n <= 40; n++) {
    if (n % 20 === 0) system.clock.advance(10_000);
    const name = `${"production-database-replica-number".slice(0, 30 + (n % 5))}-${n}`;
    assert.match((await ask(owner, `/add ${newServerKey()} ${name}`)).text, /is added/);
  }
  const list = await ask(owner, "/servers");
  assert.match(list.text, /40 servers, 0 online/);
  assert.match(list.text, /never connected/);
  assert.equal(list.buttons.flat().length, 12);
  const second = (await press(owner, "2/4 ▶")).message;
  assert.equal(second.messageId, list.messageId);
  assert.match(second.text, /11\. production/);
  assert.deepEqual(labels(second).slice(-3), ["◀ 1/4", "3/4 ▶", "🔄 Refresh"]);
  const which = await ask(owner, "/ping");
  assert.match(which.text, /Which server/);
  await press(owner, "2/4 ▶");
  const [last] = labels((await press(owner, "3/4 ▶")).message);
  assert.match(last ?? "", /^21\. /);
  assert.match((await press(owner, last ?? "")).message.text, /is offline/);
  assert.match((await ask(owner, "/servers number-40")).text, /1 server,|has “number-40”/);
  for (const line of render35(list).split("\n")) assert.ok(width(line) <= 35, line);
});

it("a hundred persons at once are all answered by a real agent", async () => {
  const crowd: Actor[] = [];
  for (let id = 1_000; id < 1_100; id++) {
    const secret = /start=(\S+)/.exec((await ask(ann, "/invite home viewer")).text)?.[1];
    if (id % 20 === 0) system.clock.advance(30_000);
    const person = system.emulator.control.person({ id, firstName: `P${id}` });
    await ask(person, `/start ${secret}`);
    crowd.push(person);
  }
  const answers = await Promise.all(crowd.map((person) => ask(person, "/memory")));
  for (const { text } of answers) assert.match(text, /^🧠 Memory · home/);
});

it("within Telegram's own limits every answer still comes, once and in order", async () => {
  system.emulator.control.setLimits(publishedLimits);
  try {
    const person = system.emulator.control.person({ id: 70, firstName: "Quick" });
    await ask(person, "/start");
    const rounds = Array.from({ length: 13 }, (_, at) => `/nonsense${at + 1}xyz`);
    for (const text of rounds) person.write(text);
    await reply(person.chat, ({ text }) => text.includes("nonsense13xyz"));
    const said = person.chat.messages.flatMap(({ from, text }) =>
      from.bot ? [...text.matchAll(/“(nonsense\d+xyz)”/g)].map(([, word]) => `/${word}`) : [],
    );
    assert.deepEqual(said, rounds);
    assert.ok(
      system.emulator.control.calls.some(({ code }) => code === 429),
      "the limit was never met: the test shows nothing",
    );
  } finally {
    system.emulator.control.setLimits(false);
  }
});
