/** A store that is away or fails half-way: readings go on with remembered rights, and nothing is half done. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { realChance } from "../fleet/doubles.test-code.ts";
import { createEnrolment } from "../fleet/enrol.ts";
import { chatEngine, labels, type Room } from "./room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const pong = { answer: { clock: 1 }, tookMs: 1 };
const AWAY = /database can not be reached/;
const key = `srv_${"7".repeat(64)}`;

/** Every way to the store of a message. */
function away(room: Room): void {
  for (const method of [
    "people.actor",
    "people.setName",
    "buttons.save",
    "buttons.find",
    "servers.byId",
    "audit.record",
  ])
    room.broken.add(method);
}

test("while the store is away a reading is answered by what its person was allowed a moment ago", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  room.ask = async () => pong;
  assert.deepEqual(labels(await ann.write("/ping")), ["🔄 Refresh"]);
  away(room);
  room.clock.turn(60_000);
  for (const text of ["/ping", "/ping web-1", "ping web", "/status"]) {
    const shown = await ann.write(text);
    assert.match(shown?.text ?? "", /web-1[\s\S]*My database is away: readings only/, text);
    assert.deepEqual(labels(shown), [], "no button that could not be found again");
  }
  assert.equal(room.metrics.of("chat_degraded"), 4);
  room.clock.turn(1);
  assert.match((await ann.write("/ping"))?.text ?? "", AWAY);
  room.broken.clear();
  assert.deepEqual(labels(await ann.write("/ping")), ["🔄 Refresh"]);
});

test("while it is away nobody sees more than they could, and a name is typed where a button would be", async () => {
  const room = await engine.room();
  const [ann, bob] = [await room.person(), await room.person("Bob")];
  for (const name of ["web-1", "web-2"]) await room.server(ann, name);
  await room.server(bob, "bank");
  room.ask = async () => pong;
  await ann.write("/help");
  away(room);
  // It may have been added since: that there is none, nobody can say now.
  assert.match((await ann.write("/ping bank"))?.text ?? "", AWAY);
  const which = await ann.write("/ping");
  assert.match(which?.text ?? "", /Which server\?[\s\S]*1\. web-1, 2\. web-2[\s\S]*\/ping name/);
  assert.deepEqual(labels(which), []);
  assert.match((await ann.write("/ping 2"))?.text ?? "", /web-2/);
  assert.match(
    (await bob.write("/ping"))?.text ?? "",
    AWAY,
    "who was not there within the minute has no rights",
  );
  assert.match((await room.stranger().write("/ping"))?.text ?? "", AWAY);
});

test("while it is away nothing is changed by remembered rights, also when it is back in the same moment", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "web-1");
  const question = await ann.write("/remove_server web-1");
  // Only the first look fails: everything after it would succeed.
  room.broken.add("people.actor");
  for (const text of [
    "/rename_server web-1 other",
    "/remove_server web-1",
    "/use web-1",
    "/invite web-1",
    "/language ru",
  ])
    assert.match((await ann.write(text))?.text ?? "", AWAY, text);
  assert.match((await ann.press(question, /^Yes/)).notice?.text ?? "", AWAY);
  const told = await ann.write(`/add ${key} mine`);
  assert.match(told?.text ?? "", /database can not be reached[\s\S]*a secret: I deleted it/);
  assert.equal(room.removed.length, 1, "a key goes in any case");
  room.broken.clear();
  const actor = await room.store.people.actor(ann.account, "");
  assert.deepEqual(
    actor?.servers.map(({ name }) => name),
    ["web-1"],
  );
  assert.deepEqual(room.gone, []);
  assert.equal((await room.store.audit.recent({ serverId: server.id, limit: 5 })).length, 0);
});

test("an answer that is there is shown, though the store went meanwhile and can keep no button", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  room.ask = async () => {
    room.broken.add("buttons.save");
    return pong;
  };
  const shown = await ann.write("/ping");
  assert.match(shown?.text ?? "", /Round trip[\s\S]*My database is away/);
  assert.deepEqual(labels(shown), []);
  assert.deepEqual(room.metrics.commands.at(-1), { name: "ping", outcome: "ok" });
});

test("what was done before the store went is told of, and what may have been is not denied", async () => {
  const room = await engine.room();
  const ann = await room.person();
  room.broken.add("buttons.save");
  const added = await ann.write(`/add ${key} web-1`);
  assert.match(added?.text ?? "", /web-1[\s\S]*My database is away/);
  assert.doesNotMatch(added?.text ?? "", /Nothing was changed/);
  room.broken.clear();
  assert.equal((await room.store.people.actor(ann.account, ""))?.servers.length, 1);

  const MAYBE = /do not know whether this was done/;
  room.broken.add("servers.add").add("servers.rename");
  assert.match((await ann.write(`/add srv_${"8".repeat(64)} web-2`))?.text ?? "", MAYBE);
  assert.match((await ann.write("/rename_server web-1 bank"))?.text ?? "", MAYBE);
});

test("a second press on a confirmation is told what is known of the first", async () => {
  const room = await engine.room();
  const [ann, bob] = [await room.person(), await room.person("Bob")];
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  const UNKNOWN = /do not know whether it came to its end/;

  const interrupted = await ann.write("/remove_server web-1");
  room.broken.add("servers.remove");
  const cut = (await ann.press(interrupted, /^Yes/)).shown?.text ?? "";
  assert.match(cut, /can not be reached just now, and I do not know whether this was done/);
  assert.doesNotMatch(cut, /Nothing was changed/);
  room.broken.clear();
  assert.match((await ann.press(interrupted, /^Yes/)).notice?.text ?? "", UNKNOWN);
  assert.equal((await room.store.people.actor(ann.account, ""))?.servers.length, 1);

  const died = await ann.write("/remove_server web-1");
  const [yes] = died?.view.buttons.flat() ?? [];
  assert.ok(yes !== undefined && "token" in yes);
  // What a hub leaves behind that dies right after it spent the button.
  assert.equal(await room.store.buttons.spend(yes.token), true);
  assert.match((await ann.press(died, /^Yes/)).notice?.text ?? "", UNKNOWN);

  const asked = await ann.press(await ann.write("/members web-1"), /Bob/);
  assert.match((await ann.press(asked.shown, /^Yes/)).shown?.text ?? "", /Bob/);
  assert.equal((await ann.press(asked.shown, /^Yes/)).notice?.text, "Already done.");
  assert.equal((await room.store.servers.members(server.id)).length, 1);

  await room.store.servers.grant(server.id, bob.id, "viewer");
  const late = await ann.press(await ann.write("/members web-1"), /Bob/);
  await room.store.servers.grant(server.id, bob.id, "owner");
  await ann.press(late.shown, /^Yes/);
  assert.equal((await ann.press(late.shown, /^Yes/)).notice?.text, "That was refused: nothing was changed.");
});

test("an invitation that fails half-way is as good as it was", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "web-1");
  const made = await ann.write("/invite web-1");
  const link = /inv_[A-Za-z0-9_-]+/.exec(JSON.stringify(made?.view))?.[0] ?? "";
  const eve = room.stranger("Eve");
  room.broken.add("servers.grant");
  assert.match((await eve.write(`/start ${link}`))?.text ?? "", AWAY);
  assert.equal(await room.store.people.byAccount(eve.account), undefined, "nothing of it was kept");
  room.broken.clear();
  assert.match((await eve.write(`/start ${link}`))?.text ?? "", /You are in/);
  assert.equal((await room.store.servers.members(server.id)).length, 2);
});

test("a token and a code whose server could not be added are as good as they were", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const { store, clock, log, broken } = room;
  const enrolment = createEnrolment({
    ...{ store, clock, log, region: "", chance: realChance },
    broker: { publish: async () => 0 },
  });
  const facts = {
    ...{ version: "0.1.0", runtime: "node 24", os: "Debian 12", arch: "x64", hostname: "web" },
    ...{ bootId: "boot", allow: [], commands: [] },
  };
  const agent = (n: number) => ({ publicKey: new Uint8Array(32).fill(n), facts, pairingCode: "ABCD1234" });
  const { token } = await enrolment.invite(ann.id);
  broken.add("servers.add");
  await assert.rejects(enrolment.admit({ ...agent(1), enrol: token }), { code: "STORE_UNAVAILABLE" });
  broken.clear();
  assert.equal((await enrolment.admit({ ...agent(1), enrol: token })).kind, "welcome");

  assert.equal((await enrolment.admit({ ...agent(2), pair: true })).kind, "waiting");
  broken.add("servers.add");
  await assert.rejects(enrolment.addByCode(ann.id, "ABCD1234"), { code: "STORE_UNAVAILABLE" });
  broken.clear();
  assert.equal((await enrolment.addByCode(ann.id, "ABCD1234")).name, "web-2");
  await assert.rejects(enrolment.addByCode(ann.id, "ABCD1234"), { code: "TOKEN_INVALID" });
});
