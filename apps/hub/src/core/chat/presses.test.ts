/** Buttons: whose, where, until when, how often; and that what they do is decided again when they are pressed. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Fault } from "@servereye/contract";
import { chatEngine, labels } from "./room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const pong = { answer: { clock: 1 }, tookMs: 1 };
const group = { chatId: "-5", kind: "group" as const };

test("a button of another chat, or made up, is as good as none", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  room.ask = async () => pong;
  const shown = await ann.write("/ping");
  for (const pressed of [
    await ann.press(shown, "🔄 Refresh", group),
    await ann.pressToken("made-up"),
    await ann.pressToken("x".repeat(65)),
    await ann.pressToken("\0"),
    await ann.pressToken(""),
  ])
    assert.deepEqual(
      [pressed.shown, pressed.notice?.text],
      [undefined, "This button is out of date. Send the command again."],
    );
});

test("a confirmation lasts a minute, a reading's button three months", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  room.ask = async () => pong;
  const reading = await ann.write("/ping");
  const question = await ann.write("/remove_server web-1");
  room.clock.turn(60_001);
  const late = await ann.press(question, /^Yes/);
  assert.equal(late.notice?.text, "That confirmation has expired. Nothing was changed. Ask again.");
  assert.equal(late.shown, undefined);
  assert.equal((await room.store.people.actor(ann.account, ""))?.servers.length, 1);
  assert.match((await ann.press(reading, "🔄 Refresh")).shown?.text ?? "", /1 ms/);
  room.clock.turn(90 * 24 * 3_600_000);
  const old = await ann.press(reading, "🔄 Refresh");
  assert.equal(old.notice?.text, "This button is out of date. Send the command again.");
});

test("a confirmation works once, however often it is pressed at once, and for who asked alone", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const bob = await room.person("Bob");
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "owner");
  const question = await ann.write("/remove_server web-1", group);
  const foreign = await bob.press(question, /^Yes/, group);
  assert.deepEqual(
    [foreign.shown, foreign.notice?.text],
    [undefined, "This button belongs to somebody else."],
  );
  const all = await Promise.all([1, 2, 3, 4].map(() => ann.press(question, /^Yes/, group)));
  assert.deepEqual(room.gone, [server.id]);
  assert.equal(
    all.filter(({ notice }) => /^That is being done|^Already done|out of date/.test(notice?.text ?? ""))
      .length,
    3,
    JSON.stringify(all.map(({ notice }) => notice)),
  );
  const recorded = await room.store.audit.recent({ serverId: server.id, limit: 10 });
  assert.equal(
    recorded.filter(({ what, result }) => what === "server.remove" && result === "done").length,
    1,
  );
});

test("what was done and could not be told of is never called refused", async () => {
  const room = await engine.room();
  const [ann, bob] = [await room.person(), await room.person("Bob")];
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  const asked = await ann.press(await ann.write("/members web-1"), /Bob/);
  const { edit } = room.port;
  room.port.edit = async () => {
    throw new Fault("RATE_LIMITED", "too much waits to be sent");
  };
  await ann.press(asked.shown, /^Yes/);
  room.port.edit = edit;
  assert.equal((await room.store.servers.members(server.id)).length, 1);
  const again = await ann.press(asked.shown, /^Yes/);
  assert.match(again.notice?.text ?? "", /do not know whether it came to its end/);
});

test("two owners who remove the same server at once: one removal, nobody sees an error", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const bob = await room.person("Bob");
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "owner");
  const mine = await ann.write("/remove_server web-1");
  const his = await bob.write("/remove_server web-1");
  await Promise.all([ann.press(mine, /^Yes/), bob.press(his, /^Yes/)]);
  assert.equal(await room.store.servers.byId(server.id), undefined);
  assert.ok(!room.log.events.some(({ level }) => level === "error"));
  assert.match((await ann.write("/servers"))?.text ?? "", /no servers yet/);
});

test("Cancel makes its Yes worthless", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  const question = await ann.write("/remove_server web-1");
  assert.match((await ann.press(question, "Cancel")).shown?.text ?? "", /Cancelled\. Nothing was changed/);
  assert.equal((await ann.press(question, /^Yes/)).notice?.text, "That was cancelled: nothing was changed.");
  assert.equal((await room.store.people.actor(ann.account, ""))?.servers.length, 1);
  assert.match((await ann.press(question, "Cancel")).shown?.text ?? "", /Too late to cancel/);
});

test("a server that got another name between question and Yes is asked about again", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "web-1");
  const question = await ann.write("/remove_server web-1");
  await room.store.servers.rename(server.id, "bank");
  const asked = (await ann.press(question, /^Yes/)).shown;
  assert.deepEqual(labels(asked), ["Yes, remove bank", "Cancel"]);
  assert.deepEqual(room.gone, []);
  assert.match((await ann.press(asked, /^Yes/)).shown?.text ?? "", /bank is removed/);
});

test("rights are looked at again at the press", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const bob = await room.person("Bob");
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "owner");
  room.ask = async () => pong;
  const reading = await bob.write("/ping");
  const question = await bob.write("/remove_server web-1");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  assert.match((await bob.press(question, /^Yes/)).shown?.text ?? "", /takes the role “owner”/);
  await room.store.servers.revoke(server.id, bob.id);
  const gone = await bob.press(reading, "🔄 Refresh");
  assert.deepEqual(
    [gone.shown, gone.notice?.text],
    [undefined, "There is no such server among yours any more. See /servers."],
  );
  assert.ok(await room.store.servers.byId(server.id));
  const refused = await room.store.audit.recent({ serverId: server.id, limit: 10 });
  assert.ok(refused.some(({ what, result }) => what === "server.remove" && result === "refused"));
});

test("in a group a reading's button is for whoever may read, each by their own right", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const bob = await room.person("Bob");
  const eve = await room.person("Eve");
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  room.ask = async () => pong;
  const shown = await ann.write("/ping", group);
  assert.match((await bob.press(shown, "🔄 Refresh", group)).shown?.text ?? "", /1 ms/);
  const refused = await eve.press(shown, "🔄 Refresh", group);
  assert.deepEqual(
    [refused.shown, refused.notice?.alert, refused.notice?.text],
    [undefined, true, "There is no such server among yours any more. See /servers."],
  );
});

test("members: an owner is never taken away, another is, once and after a question", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const bob = await room.person("Bob");
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "operator");
  const list = await ann.write("/members");
  assert.deepEqual(labels(list), ["Remove Bob"]);
  const question = (await ann.press(list, "Remove Bob")).shown;
  // Became an owner while the question stood there.
  await room.store.servers.grant(server.id, bob.id, "owner");
  assert.match((await ann.press(question, /^Yes/)).shown?.text ?? "", /can not give or take that role/);
  assert.equal((await room.store.servers.members(server.id)).length, 2);
  await room.store.servers.grant(server.id, bob.id, "viewer");
  const again = (await ann.press(list, "Remove Bob")).shown;
  assert.match((await ann.press(again, /^Yes/)).shown?.text ?? "", /Bob no longer has access/);
  assert.equal((await room.store.people.actor(bob.account, ""))?.servers.length, 0);
  assert.match((await bob.write("/members"))?.text ?? "", /no servers yet/);
});

test("members: a hundred and more come in pages", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "web-1");
  for (let i = 0; i < 24; i++) {
    room.clock.turn(1_000);
    const other = await room.person(`P${i}`);
    await room.store.servers.grant(server.id, other.id, "viewer");
  }
  const first = await ann.write("/members");
  assert.deepEqual(labels(first).slice(-2), ["Remove P8", "2/3 ▶"]);
  const second = (await ann.press(first, "2/3 ▶")).shown;
  assert.deepEqual([labels(second).at(0), labels(second).slice(-2)], ["Remove P9", ["◀ 1/3", "3/3 ▶"]]);
});

test("a thousand servers: pages that keep their place, and pickers that ask the right one", async () => {
  const room = await engine.room();
  const ann = await room.person();
  for (let i = 1; i <= 1_000; i++) await room.server(ann, `n${String(i).padStart(4, "0")}`);
  const first = await ann.write("/servers");
  assert.match(first?.text ?? "", /1,000 servers, 0 online/);
  assert.equal(labels(first).length, 12, "ten, one pager, Refresh");
  const second = (await ann.press(first, "2/100 ▶")).shown;
  assert.equal(labels(second)[0], "n0011");
  assert.match((await ann.press(second, "🔄 Refresh")).shown?.text ?? "", /11\. n0011/, "Refresh stays here");
  const last = await ann.write("/servers page 100");
  assert.deepEqual(labels(last).slice(-2), ["◀ 99/100", "🔄 Refresh"]);
  assert.match((await ann.write("/servers page 9999"))?.text ?? "", /n1000/, "clamped");
  assert.match((await ann.write("/servers page -3"))?.text ?? "", /n0001/);
  const filtered = await ann.write("/servers n09");
  assert.match(filtered?.text ?? "", /100 servers/);
  assert.equal(labels((await ann.press(filtered, "2/10 ▶")).shown)[0], "n0910", "the filter goes along");
  assert.match((await ann.write("/servers zzz"))?.text ?? "", /None of your servers has “zzz”/);

  const asked: string[] = [];
  room.ask = async ({ server }) => {
    asked.push(server.id);
    return pong;
  };
  let picker = await ann.write("/ping");
  assert.equal(labels(picker).length, 11);
  for (let page = 2; page <= 5; page++) picker = (await ann.press(picker, `${page}/100 ▶`)).shown;
  const wanted = (await room.store.people.actor(ann.account, ""))?.servers[46];
  assert.match((await ann.press(picker, "47. n0047")).shown?.text ?? "", /n0047/);
  assert.deepEqual(asked, [wanted?.id]);
  const several = await ann.write("/ping n099");
  assert.match(several?.text ?? "", /Several servers begin with “n099”/);
  assert.equal(labels(several)[0], "990. n0990");
});
