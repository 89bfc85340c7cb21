/** Turns of the chat on a turned clock: slow answers, stores that fail, people who are too fast, strangers. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Fault, View } from "@servereye/contract";
import fc from "fast-check";
import { chatEngine, labels, settle } from "./room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const pong = { answer: { clock: 1 }, tookMs: 1.5 };

test("an answer that takes over a second is announced, and then takes the announcement's place", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  const answer = Promise.withResolvers<typeof pong>();
  room.ask = () => answer.promise;
  const done = ann.begin("/ping");
  while (room.clock.armed() < 2) await settle();
  room.clock.turn(149);
  assert.equal(room.typed, 0);
  room.clock.turn(1);
  assert.equal(room.typed, 1);
  room.clock.turn(849);
  await settle();
  assert.equal(room.messages.size, 0, "nothing is said within the first second");
  room.clock.turn(1);
  await settle();
  const [first] = room.messages.values();
  assert.match(first?.text ?? "", /⏳ Asking web-1/);
  assert.deepEqual(labels(first), []);
  answer.resolve(pong);
  await done;
  assert.equal(room.messages.size, 1, "one message");
  const [last] = room.messages.values();
  assert.deepEqual([last?.messageId, last?.revision], [first?.messageId, 2]);
  assert.match(last?.text ?? "", /1\.5 ms/);
  assert.deepEqual(labels(last), ["🔄 Refresh"]);
  assert.equal(room.clock.armed(), 0, "no timer is left");
});

test("a quick answer is one message, sent once", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  room.ask = async () => pong;
  const shown = await ann.write("/ping");
  assert.equal(shown?.revision, 1);
  room.clock.turn(10_000);
  await settle();
  assert.deepEqual([room.messages.size, room.typed], [1, 0]);
});

test("a first word that can not be sent does not keep the answer away", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  const answer = Promise.withResolvers<typeof pong>();
  room.ask = () => answer.promise;
  const { send } = room.port;
  room.port.send = async () => Promise.reject(new Error("Telegram hiccups"));
  const done = ann.begin("/ping");
  while (room.clock.armed() < 2) await settle();
  room.clock.turn(1_000);
  await settle();
  room.port.send = send;
  answer.resolve(pong);
  await done;
  assert.deepEqual(
    [...room.messages.values()].map(({ text }) => /ms/.test(text)),
    [true],
  );
});

test("a press is answered at once, and its message waits for the answer", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  room.ask = async () => pong;
  const shown = await ann.write("/ping");
  const answer = Promise.withResolvers<typeof pong>();
  room.ask = () => answer.promise;
  const pressed = ann.press(shown, "🔄 Refresh");
  while (room.clock.armed() < 2) await settle();
  assert.equal(room.notices.at(-1)?.text, "Asking web-1…");
  room.clock.turn(5_000);
  await settle();
  assert.equal(room.messages.get(`${shown?.chatId} ${shown?.messageId}`)?.revision, 1, "not overwritten");
  answer.resolve({ ...pong, tookMs: 7 });
  assert.match((await pressed).shown?.text ?? "", /7 ms/);
  assert.equal(room.messages.size, 1);
});

test("a store that is away is said in words, to who wrote and to who pressed", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  room.ask = async () => pong;
  const shown = await ann.write("/ping");
  room.broken.add("people.actor");
  assert.match((await ann.write("/servers"))?.text ?? "", /database can not be reached/);
  const lost = await ann.press(shown, "🔄 Refresh");
  assert.deepEqual([lost.shown, lost.notice?.alert], [undefined, true]);
  assert.match(lost.notice?.text ?? "", /database can not be reached/);

  room.broken.clear();
  room.broken.add("buttons.find");
  const kept = await ann.press(shown, "🔄 Refresh");
  assert.equal(kept.shown, undefined, "the reading and its button stay");
  assert.match(kept.notice?.text ?? "", /database can not be reached/);
  room.broken.clear();
  assert.match((await ann.press(shown, "🔄 Refresh")).shown?.text ?? "", /1\.5 ms/);

  room.broken.add("buttons.save");
  assert.match((await ann.write("/servers"))?.text ?? "", /database can not be reached/);
  assert.deepEqual(room.metrics.commands.at(-1), { name: "servers", outcome: "STORE_UNAVAILABLE" });
});

test("what was done stays told as done when only its record can not be kept", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const server = await room.server(ann, "web-1");
  const question = await ann.write("/remove_server web-1");
  room.broken.add("audit.record");
  const { shown } = await ann.press(question, /^Yes/);
  assert.match(shown?.text ?? "", /web-1 is removed/);
  assert.deepEqual(room.gone, [server.id]);
  assert.deepEqual(
    room.log.events.filter(({ level }) => level === "error").map(({ event }) => event),
    ["audit.lost"],
  );
});

test("a channel that fails ends nothing but its own turn", async () => {
  const room = await engine.room();
  const ann = await room.person();
  room.port.send = () => Promise.reject(new Fault("NOT_ALLOWED", "blocked"));
  await ann.begin("/help");
  assert.equal(room.metrics.of("chat_unanswered", { code: "NOT_ALLOWED" }), 1);
});

test("who shut the bot out is not told so a moment later, when they have let it in again", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const { send } = room.port;
  const closed = new Fault("NOT_ALLOWED", "blocked", { values: { chat: "closed" } });
  let tries = 0;
  room.port.send = (...what) => (tries++ === 0 ? Promise.reject(closed) : send(...what));
  await ann.begin("/help");
  assert.equal(tries, 1);
  assert.match((await ann.write("/servers"))?.text ?? "", /no servers yet/);
});

test("who is too fast is told once, and presses never hang", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const shown = await ann.write("/language");
  for (let i = 1; i < 40; i++) await ann.write("/debug");
  assert.match((await ann.write("/debug"))?.text ?? "", /a little fast for me\. Again in 1 s/);
  assert.equal(await ann.write("/debug"), undefined, "the second one is dropped");
  const dropped = await ann.press(shown, "English");
  assert.deepEqual([dropped.shown, dropped.notice?.text], [undefined, undefined]);
  assert.ok(dropped.notice, "yet answered");
  assert.equal(room.metrics.of("chat_limited"), 3);
  room.clock.turn(1_000);
  assert.match((await ann.write("/debug"))?.text ?? "", /Account/);
  const bob = await room.person("Bob");
  assert.match((await bob.write("/debug"))?.text ?? "", /Account/, "others are not slowed");
});

test("a stranger is told once a minute and learns nothing; a press does nothing", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  const shown = await ann.write("/status");
  const mallory = room.stranger();
  assert.match((await mallory.write("/servers"))?.text ?? "", /private[\s\S]*Telegram id/);
  assert.equal(await mallory.write("/servers"), undefined);
  room.clock.turn(59_000);
  assert.equal(await mallory.write("hello"), undefined);
  room.clock.turn(1_000);
  assert.match((await mallory.write("hello"))?.text ?? "", /private/);
  const chat = { chatId: ann.account.externalId, kind: "private" as const };
  const { shown: changed, notice } = await mallory.press(shown, "🔄 Refresh", chat);
  assert.equal(changed, undefined);
  assert.deepEqual([notice?.text, notice?.alert], ["This bot is private: nothing was done.", true]);
  assert.equal((await room.store.figures()).persons, 1, "no trace of them");
});

test("open registration lets a stranger in at the first word", async () => {
  const room = await engine.room({ registration: "open" });
  const eve = room.stranger("Eve");
  assert.match((await eve.write("/start"))?.text ?? "", /Hello Eve/);
  assert.equal((await room.store.people.byAccount(eve.account))?.admin, false);
});

test("a bearer of a name longer than the store takes is answered all the same", async () => {
  const room = await engine.room({ registration: "open" });
  const long = room.stranger(`${"x".repeat(127)}😀${"y".repeat(100)}`);
  assert.match((await long.write("/debug"))?.text ?? "", /Account/);
  assert.equal((await room.store.people.byAccount(long.account))?.name, "x".repeat(127));
  const nameless = room.stranger("\0");
  assert.match((await nameless.write("/debug"))?.text ?? "", /Account/);
  assert.equal((await room.store.people.byAccount(nameless.account))?.name, nameless.account.externalId);
});

test("a server key is never shown back, and its message goes", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  const key = (n: number) => `srv_${n.toString(16).repeat(64).slice(0, 64)}`;
  const said: string[] = [];
  for (const [i, text] of [
    `${key(1)} pasted`,
    `/ad ${key(2)} typo`,
    `add ${key(3)}`,
    `/memory ${key(4)}`,
    `/rename_server web-1 ${key(5)}`,
    `/add ${key(6).slice(0, 30)}`,
    `/add my key=${key(7)}, please`,
    `is this it: (${key(8)})?`,
  ].entries()) {
    const shown = await ann.write(text);
    assert.equal(room.removed.length, i + 1, text);
    said.push(JSON.stringify(shown?.view));
  }
  assert.match(said[0] ?? "", /pasted is added/);
  assert.match(said[1] ?? "", /typo is added/);
  assert.match(said[2] ?? "", /is added/);
  assert.match(said[3] ?? "", /a secret: I deleted it/);
  assert.match(said[4] ?? "", /a secret: I deleted it/);
  assert.match(said[5] ?? "", /not whole/);
  assert.match(said[6] ?? "", /please is added/);
  assert.match(said[7] ?? "", /is added/);
  assert.ok(!said.some((view) => /srv_[0-9a-f]/.test(view)), said.join("\n"));
  assert.equal(
    (await room.store.servers.byId((await room.store.people.actor(ann.account, ""))?.servers[0]?.id ?? ""))
      ?.name,
    "web-1",
  );
});

test("every command is counted by its name and how it ended, whatever was typed", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  await ann.write("/servers");
  await ann.write("/ping");
  await ann.write("/zzzzzzzz");
  assert.deepEqual(room.metrics.commands, [
    { name: "servers", outcome: "ok" },
    { name: "ping", outcome: "SERVER_OFFLINE" },
  ]);
});

test("an agent can not speak in another server's name", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  room.ask = () =>
    Promise.reject(new Fault("SERVER_OFFLINE", "x", { values: { server: "bank", command: "evil" } }));
  assert.match((await ann.write("/ping"))?.text ?? "", /web-1 is offline/);
});

test("a region that is cut off is named, and its server not said to be offline", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  for (const [values, words] of [
    [{}, /⚠️ I can not reach my agents right now\. Nothing/],
    [
      { regions: "east, west" },
      /⚠️ I can not reach region east, west right now, and web-1 may be there\. Nothing/,
    ],
  ] as const) {
    room.ask = () => Promise.reject(new Fault("BROKER_UNAVAILABLE", "x", { values }));
    assert.match((await ann.write("/ping"))?.text ?? "", words);
  }
});

test("what is unknown is shown back in short, with the nearest", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const near = await ann.write("/servrs x");
  assert.match(near?.text ?? "", /Did you mean \/servers\?/);
  assert.deepEqual(labels(near), ["/servers x"]);
  const long = await ann.write("я".repeat(4_000));
  assert.ok((long?.text.length ?? 0) < 200);
});

test("whatever is written or pressed is answered, and nothing goes wrong inside", async () => {
  const room = await engine.room();
  const ann = await room.person("Ann", { admin: true });
  await room.server(ann, "web-1");
  await room.server(ann, "Мой Сервер");
  const empty = { answer: { containers: [], left: 0 }, tookMs: 1 };
  room.ask = async ({ command }) => {
    if (command.name === "ping") return pong;
    if (command.name === "containers") return empty;
    throw new Fault("SERVER_OFFLINE", "nobody is there");
  };
  const command = fc.constantFrom(
    ...["start", "help", "add", "servers", "rename_server", "remove_server", "use", "members", "invite"],
    ...["language", "stats", "debug", "ping", "processes", "status", "servers page", "toString", "__proto__"],
    ...["containers", "start_container", "stop_container web", "remove_container"],
  );
  const odd = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom("\0", "\ud800", '"', "«", "/", "@", " ", "1", "web-1", "\u202e"),
      maxLength: 12,
    }),
  );
  const text = fc.oneof(
    odd,
    fc.tuple(command, odd).map((parts) => `/${parts.join(" ")}`),
  );
  await fc.assert(
    fc.asyncProperty(text, async (typed) => {
      room.clock.turn(1_000);
      const shown = await ann.write(typed);
      assert.ok(shown, JSON.stringify(typed));
      View.parse(shown.view);
      const { notice } = await ann.pressToken(typed);
      assert.ok(notice?.text, JSON.stringify(typed));
      assert.deepEqual(
        room.log.events.filter(({ level }) => level === "error"),
        [],
        JSON.stringify(typed),
      );
    }),
    { numRuns: 300 },
  );
});

test("/add warns of a way without TLS, and of an address that only this machine has", async () => {
  const said = async (publicUrl: string) => {
    const room = await engine.room({ publicUrl });
    return (await (await room.person()).write("/add"))?.text ?? "";
  };
  assert.match(await said("http://hub.example"), /without TLS/);
  assert.match(await said("http://127.0.0.1:8080"), /local address/);
  assert.doesNotMatch(await said("http://127.0.0.1:8080"), /without TLS/);
  const safe = await said("https://hub.example");
  assert.match(safe, /curl -fsSL https:\/\/hub\.example\/install\.sh/);
  assert.doesNotMatch(safe, /⚠️/);
});

test("what the agent got wrong is told as the agent's, in its words, and is no error of the hub's", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "web-1");
  const said = async (fault: Fault) => {
    room.ask = () => Promise.reject(fault);
    return (await ann.write("/ping"))?.text ?? "";
  };
  assert.match(
    await said(new Fault("AGENT_FAILED", "no /proc")),
    /on web-1 failed at \/ping and says: “no \/proc”/,
  );
  assert.match(await said(new Fault("AGENT_FAILED", "")), /failed at \/ping and did not say why\./);
  assert.match(await said(new Fault("ANSWER_INVALID", "x")), /could not understand what the agent on web-1/);
  assert.match(
    await said(new Fault("COMMAND_TIMEOUT", "x", { values: { by: "agent" } })),
    /web-1 answered that \/ping took it too long/,
  );
  const levels = room.log.events.filter(({ event }) => event.startsWith("chat.")).map(({ level }) => level);
  assert.deepEqual(levels, ["warn", "warn", "warn"]);
});
