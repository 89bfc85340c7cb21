/** Live messages on a real store: redrawn in place at their pace, few at once, ended in words that are true. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Fault } from "@servereye/contract";
import { createLive, type LivePlan } from "./live.ts";
import { type Body, chatEngine, labels, type Room, settle } from "./room.test-code.ts";
import { openTurn, text } from "./turn.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const again = { kind: "menu" as const, command: "status", args: [] };

async function scene() {
  const room = await engine.room();
  const ann = await room.person();
  /** Begins one as a command would; gives its message as it stands. */
  const begin = async (plan: Partial<LivePlan> = {}, by: Body = ann, chatId = by.account.externalId) => {
    const before = room.messages.size;
    await room.live.run(await turnOf(room, by, chatId), {
      everyMs: 3_000,
      forMs: 60_000,
      draw: async (n) => ({ draft: { blocks: [text(`drawing ${n}`)] }, over: false }),
      again,
      ...plan,
    });
    const key = [...room.messages.keys()][before] ?? "";
    return () => room.messages.get(key);
  };
  const turn = async (ms: number) => {
    for (let gone = 0; gone < ms; gone += 500) {
      room.clock.turn(500);
      await settle();
    }
  };
  return { room, ann, begin, turn };
}

async function turnOf(room: Room, by: Body, chatId: string) {
  const actor = await room.store.people.actor(by.account, `telegram:${chatId}`);
  assert.ok(actor);
  const chat = { channel: "telegram" as const, chatId, kind: "private" as const };
  const did = { kind: "wrote" as const, text: "/x" };
  const incoming = { account: by.account, name: "Ann", languageCode: "en", chat, messageId: "p1", did };
  return openTurn(room.deps, incoming, actor);
}

const until = async (what: () => boolean): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!what()) {
    assert.ok(performance.now() < end, "it did not come about");
    await settle();
  }
};

test("it is redrawn in place every three seconds at the most, and says when its time is over", async () => {
  const { room, begin, turn } = await scene();
  const message = await begin({ everyMs: 500, forMs: 10_000 });
  assert.equal(message()?.text, "drawing 0");
  assert.deepEqual(labels(message()), ["⏹ Stop"]);
  await turn(2_500);
  assert.equal(message()?.revision, 1);
  await turn(500);
  await until(() => message()?.text === "drawing 1");
  await turn(8_000);
  await until(() => labels(message()).join() === "🔄 Refresh");
  assert.match(message()?.text ?? "", /^drawing \d\n⏸ Not live any more, since/);
  assert.ok((message()?.revision ?? 9) <= 5);
  assert.equal(room.messages.size, 1);
  assert.equal(room.clock.armed(), 0);
  assert.equal(room.metrics.read("chat_live_messages"), 0);
});

test("what did not change is not edited, what is over ends it, a fault ends it with its words", async () => {
  const { begin, turn, room } = await scene();
  const same = await begin({
    draw: async (n) => ({ draft: { blocks: [text(n < 3 ? "same" : "done")] }, over: n === 3 }),
  });
  await turn(6_500);
  assert.equal(same()?.revision, 1);
  await turn(3_000);
  await until(() => same()?.text === "done");
  assert.deepEqual(labels(same()), []);
  const broken = await begin({
    of: { server: "web-1", command: "logs" },
    draw: async (n) => {
      if (n > 0) throw new Fault("COMMAND_TIMEOUT", "no answer", { values: { ms: 5_000 } });
      return { draft: { blocks: [text("last seen")] }, over: false };
    },
  });
  await turn(3_500);
  await until(() => labels(broken()).join() === "🔄 Refresh");
  assert.match(broken()?.text ?? "", /^last seen\n.*web-1/);
  assert.equal(room.metrics.of("chat_live_ended", { why: "fault" }), 1);
});

test("its ⏹ ends it, here and at a hub that does not draw it; the chat answers meanwhile", async () => {
  const { room, ann, begin, turn } = await scene();
  let go = (): void => undefined;
  const slow = await begin({
    draw: async (n) => {
      if (n === 1) await new Promise<void>((resolve) => (go = resolve));
      return { draft: { blocks: [text(`drawing ${n}`)] }, over: false };
    },
  });
  await turn(3_500);
  const other = await ann.write("/help");
  assert.ok(other?.text.includes("/"), "another command is answered while a drawing is on its way");
  const stopped = await ann.press(slow(), "⏹ Stop");
  assert.equal(stopped.notice?.text, "Stopped.");
  go();
  await until(() => labels(slow()).join() === "🔄 Refresh");
  assert.match(slow()?.text ?? "", /^drawing 0\n⏹ Stopped/);

  const elsewhere = await begin();
  const { live } = room.deps;
  const { clock, store, log, metrics } = room;
  room.deps.live = createLive({ clock, store, log, metrics, chance: room.deps.chance });
  const handler = (await import("./handler.ts")).createChat(room.deps);
  const button = elsewhere()?.view.buttons.flat()[0];
  assert.ok(button && "token" in button);
  const chat = { channel: "telegram" as const, chatId: ann.account.externalId, kind: "private" as const };
  await handler.handle({
    account: ann.account,
    name: "Ann",
    languageCode: "en",
    chat,
    messageId: elsewhere()?.messageId ?? "",
    did: { kind: "pressed", token: button.token, pressId: "far" },
  });
  assert.match(room.notices.find(({ pressId }) => pressId === "far")?.text ?? "", /within a few seconds/);
  await turn(3_500);
  await until(() => labels(elsewhere()).join() === "🔄 Refresh");
  room.deps.live = live;
});

test("the third of a chat ends its first; a message that is gone or shows something else is let be", async () => {
  const { room, ann, begin, turn } = await scene();
  const [first, second] = [await begin(), await begin()];
  const third = await begin();
  await until(() => labels(first()).join() === "🔄 Refresh");
  assert.match(first()?.text ?? "", /Another message of this chat is live now/);
  assert.equal(room.metrics.read("chat_live_messages"), 2);
  const gone = second();
  assert.ok(gone);
  room.messages.delete(`${gone.chatId} ${gone.messageId}`);
  await turn(7_000);
  await until(() => room.metrics.of("chat_live_ended", { why: "gone" }) === 1);
  assert.equal(second(), undefined);
  // Its own Refresh takes its place: what is shown then stays.
  await room.store.buttons.save([
    {
      token: "elsewhere",
      chatId: `telegram:${ann.account.externalId}`,
      personId: null,
      action: { kind: "menu", command: "help", args: [] },
      expires: room.clock.now() + 60_000,
      once: false,
    },
  ]);
  const { shown } = await ann.pressToken("elsewhere", third()?.messageId);
  assert.equal(room.metrics.of("chat_live_ended", { why: "left" }), 1);
  await turn(7_000);
  assert.equal(third()?.text, shown?.text);
});

test("the hub's stop ends all of them truthfully, and begins none after it", async () => {
  const { room, begin } = await scene();
  const message = await begin();
  await room.live.close();
  assert.match(message()?.text ?? "", /ServerEye restarts/);
  assert.deepEqual(labels(message()), ["🔄 Refresh"]);
  const late = await begin();
  assert.deepEqual(labels(late()), ["🔄 Refresh"]);
  assert.equal(room.clock.armed(), 0);
});

test("it ends with the right to read its server, not with its minute", async () => {
  const { room, ann, begin, turn } = await scene();
  const bob = await room.person("Bob");
  const server = await room.server(ann, "attic");
  await room.store.servers.grant(server.id, bob.id, "viewer");
  const message = await begin({ reads: server.id }, bob);
  await turn(3_000);
  await until(() => message()?.text === "drawing 1");
  await room.store.servers.revoke(server.id, bob.id);
  await turn(3_000);
  await until(() => /drawing 1\n.+/.test(message()?.text ?? ""));
  assert.ok(!labels(message()).includes("⏹ Stop"));
  const shown = message()?.text;
  await turn(6_000);
  assert.equal(message()?.text, shown);
});
