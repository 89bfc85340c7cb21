/** Links at the door: once, in time, by who may still give them, never down and never ownership. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Body, chatEngine, type Room } from "./room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const WORTHLESS = "This link was used already, has expired, or never was. Ask for a new one.";
const DAY = 24 * 3_600_000;

/** What follows `/start ` in the link an invitation shows. */
async function invitation(by: Body, line: string): Promise<string> {
  const shown = await by.write(line);
  const payload = /start=(inv_\S+)/.exec(shown?.text ?? "")?.[1];
  assert.ok(payload, shown?.text);
  return payload;
}

const roleOf = async (room: Room, body: Body): Promise<string | undefined> =>
  (await room.store.people.actor(body.account, ""))?.servers[0]?.role;

test("an invitation lets one stranger in, with its role", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  const payload = await invitation(ann, "/invite web-1 operator");
  const [bob, eve] = [room.stranger("Bob"), room.stranger("Eve")];
  const both = await Promise.all([bob.begin(`/start ${payload}`), eve.begin(`/start ${payload}`)]);
  assert.equal(both.length, 2);
  const said = [...room.messages.values()].map(({ text }) => text);
  assert.equal(said.filter((text) => text === WORTHLESS).length, 1);
  assert.equal(said.filter((text) => /You are in\. Try \/status web-1/.test(text)).length, 1);
  assert.deepEqual(
    (await Promise.all([roleOf(room, bob), roleOf(room, eve)])).filter((role) => role !== undefined),
    ["operator"],
  );
  assert.equal((await room.store.figures()).persons, 2);
});

test("a stranger who said hello first is not kept from the link", async () => {
  const room = await engine.room();
  const ann = await room.person("Ann", { admin: true });
  const bob = room.stranger("Bob");
  for (let i = 0; i < 5; i++) await bob.write("hello?");
  assert.match((await bob.write(`/start ${await invitation(ann, "/invite")}`))?.text ?? "", /You are in/);
  assert.match((await bob.write("/start"))?.text ?? "", /Hello Bob/);
});

test("made up, expired and foreign links are worthless, and guessing them is slow", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  const payload = await invitation(ann, "/invite web-1");
  room.clock.turn(DAY + 1);
  const mallory = room.stranger();
  assert.equal((await mallory.write(`/start ${payload}`))?.text, WORTHLESS);
  assert.equal((await mallory.write(`/start ${payload.replace("inv_", "setup_")}`))?.text, WORTHLESS);
  for (let i = 0; i < 3; i++)
    assert.equal((await mallory.write(`/start inv_${"a".repeat(30)}${i}`))?.text, WORTHLESS);
  assert.match((await mallory.write(`/start inv_${"b".repeat(30)}`))?.text ?? "", /This bot is private/);
  assert.equal(await mallory.write(`/start inv_${"c".repeat(30)}`), undefined);
  assert.equal((await room.store.figures()).persons, 1);
  // One who is known is told the same.
  assert.equal((await ann.write(`/start inv_${"d".repeat(30)}`))?.text, WORTHLESS);
  assert.ok((await room.store.audit.recent({ limit: 20 })).some(({ what }) => what === "link.open"));
});

test("an invitation never lowers a role", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const bob = await room.person("Bob");
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "admin");
  const down = await invitation(ann, "/invite web-1 viewer");
  assert.match((await bob.write(`/start ${down}`))?.text ?? "", /You are in/);
  assert.equal(await roleOf(room, bob), "admin");
  const own = await invitation(ann, "/invite web-1 viewer");
  await ann.write(`/start ${own}`);
  assert.equal(await roleOf(room, ann), "owner");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  await bob.write(`/start ${await invitation(ann, "/invite web-1 operator")}`);
  assert.equal(await roleOf(room, bob), "operator", "but raises one");
});

test("ownership is never given by a link, nor more than one has", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const bob = await room.person("Bob");
  const server = await room.server(ann, "web-1");
  assert.match((await ann.write("/invite web-1 owner"))?.text ?? "", /can not give or take that role/);
  await room.store.servers.grant(server.id, bob.id, "operator");
  assert.match((await bob.write("/invite web-1 viewer"))?.text ?? "", /takes the role “admin”/);
  const forged = { serverId: server.id, role: "owner" };
  await room.store.tickets.issue(
    "f".repeat(32),
    { kind: "invite", issuer: ann.id, data: forged },
    room.clock.now() + DAY,
  );
  assert.equal((await bob.write(`/start inv_${"f".repeat(32)}`))?.text, WORTHLESS);
  assert.equal(await roleOf(room, bob), "operator");
});

test("a link outlives neither its maker's right nor its server", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const bob = await room.person("Bob", { admin: true });
  const server = await room.server(ann, "web-1");
  await room.store.servers.grant(server.id, bob.id, "admin");
  const eve = room.stranger("Eve");
  const links = [await invitation(bob, "/invite web-1"), await invitation(bob, "/invite")];
  await room.store.servers.revoke(server.id, bob.id);
  await room.store.people.setAdmin(bob.id, false);
  for (const link of links) assert.equal((await eve.write(`/start ${link}`))?.text, WORTHLESS);
  const last = await invitation(ann, "/invite web-1");
  await room.store.servers.remove(server.id);
  assert.equal((await eve.write(`/start ${last}`))?.text, WORTHLESS);
  assert.equal(await room.store.people.byAccount(eve.account), undefined);
});

test("the setup link makes its bearer the person of the hub's own page, once", async () => {
  const room = await engine.room();
  const owner = await room.person("Owner", {
    admin: true,
    account: { channel: "local", externalId: "owner" },
  });
  await room.server(owner, "home");
  const secret = "s".repeat(32);
  await room.store.tickets.issue(secret, { kind: "setup", issuer: null, data: {} }, room.clock.now() + DAY);
  const ann = room.stranger("Ann");
  assert.match((await ann.write(`/start setup_${secret}`))?.text ?? "", /You are the admin/);
  assert.equal((await room.store.people.byAccount(ann.account))?.id, owner.id);
  assert.match((await ann.write("/servers"))?.text ?? "", /home/);
  assert.equal((await room.stranger().write(`/start setup_${secret}`))?.text, WORTHLESS);
});

test("links are made in private only, and by who may", async () => {
  const room = await engine.room({ bot: undefined });
  const ann = await room.person();
  await room.server(ann, "web-1");
  const group = { chatId: "-5", kind: "group" as const };
  assert.match((await ann.write("/invite web-1", group))?.text ?? "", /in private/);
  assert.match((await ann.write("/add", group))?.text ?? "", /in private/);
  assert.match((await ann.write("/invite web-1"))?.text ?? "", /TELEGRAM_BOT_TOKEN/);
  assert.match((await ann.write("/invite"))?.text ?? "", /Name a server to share/);
  assert.match((await ann.write("/stats"))?.text ?? "", /for admins/);
  assert.match((await ann.write("/add"))?.text ?? "", /--enrol \S+ --hub-key key/);
});
