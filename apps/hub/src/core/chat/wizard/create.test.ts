/** /create_container on a real store: step by step on any hub, in one line, and nothing secret is shown or kept. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Container } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { createChat } from "../handler.ts";
import { type Body, chatEngine, labels, type Room, type Shown } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const WEB: Container = {
  ...{ id: "0123456789ab", name: "nginx", image: "nginx", state: "running" },
  ports: [{ inside: 80, outside: 8080, protocol: "tcp" }],
};

/** A person with servers whose agents list one container, and make what they are asked for at once. */
async function scene(...names: string[]) {
  const room = await engine.room();
  const ann = await room.person();
  const servers = [];
  for (const name of names.length > 0 ? names : ["attic"]) servers.push(await room.server(ann, name));
  const asked: Array<Record<string, unknown>> = [];
  const agent = { fault: undefined as Fault | undefined };
  room.ask = async ({ command, ask }) => {
    if (command.name === "containers") return { answer: { containers: [WEB], left: 0 }, tookMs: 1 };
    assert.equal(command.name, "create_container");
    const read = command.ask.parse(ask) as Record<string, unknown>;
    asked.push(read);
    if (agent.fault !== undefined) throw agent.fault;
    const { job, name, image } = read;
    const result = { id: "ab".repeat(32), name, image, state: "running", pulled: true, warnings: [] };
    const answer = { id: job, kind: "create_container", state: "done", tookMs: 4_000, steps: [], result };
    return { answer, tookMs: 1 };
  };
  return { room, ann, servers, asked, agent };
}

const rows = async (room: Room, by: Body) =>
  room.store.wizards.open(`telegram:${by.account.externalId}`, by.id, room.clock.now());

/** Everything that was ever shown, as JSON: what must not be in it is in none of it. */
const shownAnywhere = (room: Room): string =>
  JSON.stringify([...room.messages.values(), room.notices, room.log.events]);

const line = (shown: Shown | undefined): string => (shown?.text ?? "").replaceAll("\n", " | ");

test("step by step, wrong answers and all, to a summary and one confirmed container", async () => {
  const { room, ann, servers, asked } = await scene();
  let at = await ann.write("/create_container");
  assert.match(line(at), /New container · attic · 2\/7 \| From which image\?/);
  assert.deepEqual(labels(at), ["✖ Cancel"]);
  at = await ann.write("NGINX latest");
  assert.match(line(at), /❌ “NGINX latest” names no image/);
  at = await ann.write("Nginx:1.27");
  assert.match(line(at), /3\/7 \| What shall it be called\?/);
  assert.deepEqual(labels(at), ["✅ nginx-2", "◀ Back", "✖ Cancel"], "the proposed name is free");
  assert.match(line(await ann.write("nginx")), /❌ nginx is there already/);
  at = await ann.write("web");
  assert.match(line(at), /4\/7 \| Which ports/);
  assert.match(line(await ann.write("8080:80")), /❌ 8080→80: that port of the server is held by nginx/);
  assert.match(line(await ann.write("80:x")), /❌ “80:x” is no port\. So: 8080:80/);
  at = await ann.write("-p 8081:80, 53:53/udp");
  assert.match(line(at), /So far: 8081→80, 53→53\/udp/);
  at = (await ann.press(at, "Next ▶")).shown;
  assert.match(line(at), /5\/7 \| Which variables/);
  at = await ann.write("TOKEN=hunter2 = x\n-e MODE=fast");
  assert.match(line(at), /So far: TOKEN, MODE/);
  assert.match(line(await ann.write("hunter2")), /❌ There is no value/);
  at = await ann.write("TOKEN");
  assert.equal(room.removed.length, 3, "each message that may hold a value is taken away");
  at = (await ann.press(at, "Next ▶")).shown;
  at = await ann.write("data:/var/lib/x\n/srv/site:/site:ro");
  assert.match(line(at), /So far: data→\/var\/lib\/x, \/srv\/site→\/site \(ro\)/);
  at = (await ann.press(at, "Next ▶")).shown;
  assert.match(line(at), /7\/7 \| When shall Docker start it again/);
  at = (await ann.press(at, "✅ unless-stopped")).shown;
  assert.match(
    line(at),
    /Create this container\? \| Server: attic \| Image: nginx:1\.27 \| Name: web \| Ports: 8081→80, 53→53\/udp \| Variables: TOKEN, MODE \(values hidden\) \| Volumes: data→\/var\/lib\/x, \/srv\/site→\/site \(ro\) \| Restart: unless-stopped \| /,
  );
  const presses = await Promise.all([1, 2, 3].map(() => ann.press(at, "✅ Create web")));
  assert.ok(presses.some(({ notice }) => notice?.alert));
  assert.equal(asked.length, 1);
  const { job, ...rest } = asked[0] ?? {};
  assert.match(String(job), /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    ...{ image: "nginx:1.27", name: "web", restart: "unless-stopped", start: true },
    ports: [
      { inside: 80, outside: 8081, protocol: "tcp" },
      { inside: 53, outside: 53, protocol: "udp" },
    ],
    env: [
      { name: "TOKEN", value: "hunter2 = x" },
      { name: "MODE", value: "fast" },
    ],
    volumes: [
      { from: { volume: "data" }, to: "/var/lib/x" },
      { from: { path: "/srv/site" }, to: "/site", readOnly: true },
    ],
  });
  assert.match(
    line(room.messages.get(`${at?.chatId} ${at?.messageId}`)),
    /✅ web runs on attic\. .*Took 4\s/,
  );
  assert.equal(await rows(room, ann), undefined, "nothing of it is kept");
  assert.doesNotMatch(shownAnywhere(room), /hunter2 = x|fast/);
  assert.deepEqual(
    (await room.store.audit.recent({ limit: 9 })).map(({ what, on, result }) => [what, on, result]),
    [
      ["container.create", servers[0]?.id, "done"],
      ["container.create", servers[0]?.id, "begun"],
    ],
  );
});

test("begun at one hub and finished at another; commands go on working in between", async () => {
  const { room, ann, asked } = await scene("attic", "cellar");
  const other = createChat(room.deps);
  const atOther = async (did: { text: string } | { on: Shown | undefined; label: string }) => {
    const chat = { channel: "telegram" as const, chatId: ann.account.externalId, kind: "private" as const };
    const who = { account: ann.account, name: "Ann", languageCode: "en", chat };
    if ("text" in did)
      return other.handle({ ...who, messageId: "p900", did: { kind: "wrote", text: did.text } });
    const button = did.on?.view.buttons.flat().find(({ label }) => label === did.label);
    assert.ok(did.on && button && "token" in button, did.label);
    const pressed = { kind: "pressed" as const, token: button.token, pressId: "x" };
    return other.handle({ ...who, messageId: did.on.messageId, did: pressed });
  };
  const newest = () => [...room.messages.values()].at(-1);
  const first = await ann.write("/create_container");
  assert.deepEqual(labels(first), ["1. attic", "2. cellar", "✖ Cancel"]);
  await atOther({ on: first, label: "2. cellar" });
  await atOther({ text: "redis" });
  assert.match(line(newest()), /cellar · 3\/7/);
  assert.match(line(await ann.write("/use")), /Which server/, "a command is a command");
  await atOther({ text: "cache" });
  for (let n = 0; n < 3; n++) await atOther({ on: newest(), label: "Skip ▶" });
  await atOther({ on: newest(), label: "no" });
  const summary = newest();
  assert.match(line(summary), /Server: cellar .*Ports: none .*Restart: no/);
  await ann.press(summary, "✅ Create cache");
  assert.equal(asked.length, 1);
});

test("back, change one step, the buttons of an older question, and an end", async () => {
  const { room, ann, asked } = await scene();
  const image = await ann.write("/create_container");
  const name = await ann.write("redis");
  const back = (await ann.press(name, "◀ Back")).shown;
  assert.match(line(back), /2\/7/);
  const older = await ann.press({ ...(name as Shown) }, /^✅/);
  assert.match(older.notice?.text ?? "", /older question/);
  await ann.write("redis:8");
  const summary = await ann.write("/create_container redis:8 --name cache");
  assert.match(line(summary), /Name: cache/, "the line takes the wizard's place");
  assert.match((await ann.press(image, "✖ Cancel")).notice?.text ?? "", /over or out of date/);
  const changing = (await ann.press(summary, "✏️ Name")).shown;
  assert.deepEqual(labels(changing), ["✅ cache", "Keep it ▶", "◀ Back", "✖ Cancel"]);
  const again = await ann.write("cache-2");
  assert.match(line(again), /Name: cache-2/);
  assert.match((await ann.press(summary, /^✅ Create/)).shown?.text ?? "", /older question/);
  room.clock.turn(61_000);
  assert.match((await ann.press(again, /^✅ Create/)).notice?.text ?? "", /expired/);
  const fresh = (await ann.press(again, "🔄 Ask again")).shown;
  assert.match(line(await ann.write("what now")), /❌ Press Create, or what is to be changed/);
  assert.match(line(await ann.write("/cancel")), /Nothing was created/);
  assert.match((await ann.press(fresh, /^✅ Create/)).shown?.text ?? "", /over or out of date/);
  assert.match(line(await ann.write("/cancel")), /middle of nothing/);
  assert.match(line(await ann.write("what now")), /I do not know/, "plain text is plain text again");
  assert.deepEqual(asked, []);
  await ann.write("/create_container");
  room.clock.turn(15 * 60_000);
  assert.match(line(await ann.write("redis")), /I do not know/, "a quarter of an hour later it is over");
});

test("one line: its values are hidden and its message goes; what is missing is asked for alone", async () => {
  const { room, ann, asked } = await scene("attic", "cellar");
  const which = await ann.write("/create_container nginx -e TOKEN=hunter2 -p 81:80 --privileged");
  assert.equal(room.removed.length, 1);
  assert.deepEqual(labels(which).slice(0, 2), ["1. attic", "2. cellar"]);
  const summary = (await ann.press(which, "1. attic")).shown;
  assert.match(
    line(summary),
    /Name: nginx-2 .*Variables: TOKEN \(values hidden\).*Privileged: yes: root on the server/,
  );
  await ann.press(summary, /^✅ Create/);
  assert.equal(asked[0]?.privileged, true);
  const taken = await ann.write("/create_container nginx --name nginx --server cellar");
  assert.match(line(taken), /cellar · 3\/7 \| ❌ nginx is there already/);
  const bad = await ann.write("/create_container nginx --evn TOKEN=hunter2");
  assert.match(line(bad), /❌ I do not know the option --evn\. Did you mean --env\?/);
  assert.equal(room.removed.length, 2);
  assert.match(line((await ann.press(bad, "✨ Step by step")).shown), /1\/7 \| On which server/);
  room.port.remove = () => Promise.reject(new Fault("NOT_ALLOWED", "too old"));
  const before = room.messages.size;
  await ann.write("/create_container nginx -e TOKEN=hunter2");
  assert.ok(
    [...room.messages.values()].slice(before).some(({ text }) => /could not delete your message/.test(text)),
  );
  assert.doesNotMatch(shownAnywhere(room), /hunter2/);
});

test("refused by the agent's policy: the line to change, and what was said is not lost", async () => {
  const { room, ann, asked, agent } = await scene();
  const values = {
    policy: "create.privileged",
    line: "SERVEREYE_AGENT_ALLOW=containers.create,create.privileged",
  };
  agent.fault = new Fault("POLICY_REFUSED", "no", { values });
  const { shown } = await ann.press(
    await ann.write("/create_container nginx -e A=b --privileged"),
    /^✅ Create/,
  );
  assert.match(shown?.text ?? "", /SERVEREYE_AGENT_ALLOW=containers\.create,create\.privileged/);
  assert.equal((await room.store.audit.recent({ limit: 1 }))[0]?.result, "failed");
  agent.fault = undefined;
  const summary = (await ann.press(shown, "◀ To the summary")).shown;
  await ann.press(summary, /^✅ Create/);
  assert.deepEqual(asked[1]?.env, [{ name: "A", value: "b" }]);
});

test("who may not is told at once, and again at the press; without the database values are taken away all the same", async () => {
  const { room, ann, servers, asked } = await scene();
  const bob = await room.person("Bob");
  const [server] = servers;
  assert.ok(server);
  await room.store.servers.grant(server.id, bob.id, "viewer");
  assert.match(line(await bob.write("/create_container")), /takes the role “operator”/);
  await room.store.servers.grant(server.id, bob.id, "operator");
  const summary = await bob.write("/create_container nginx");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  assert.match((await bob.press(summary, /^✅ Create/)).shown?.text ?? "", /takes the role “operator”/);
  assert.deepEqual(asked, []);
  await ann.write("/status");
  room.broken.add("people.actor");
  await ann.write("/create_container nginx -e A=hunter2");
  await ann.write("TOKEN=hunter2");
  assert.equal(room.removed.length, 2);
});
