/** The chat of page and terminal: order, what is kept, presses that are answered late or never. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEvent } from "@servereye/contract";
import { turnedClock } from "../../core/fleet/doubles.test-code.ts";
import type { Incoming } from "../../core/ports/chat.ts";
import type { Account } from "../../core/ports/people.ts";
import { createConsole } from "./console.ts";

const owner: Account = { channel: "local", externalId: "owner" };
const view = (text: string) => ({ blocks: [{ type: "text" as const, text: [text] }], buttons: [] });

function bench(handle: (incoming: Incoming, local: ReturnType<typeof createConsole>) => Promise<void>) {
  const clock = turnedClock();
  const local = createConsole({
    clock,
    personName: "Ada",
    handler: () => ({ handle: (incoming) => handle(incoming, local) }),
  });
  const followed = () => {
    const events: ChatEvent[] = [];
    local.conversations.follow(owner, (event) => events.push(event))();
    return events.map((event) => (event.type === "message" ? event.message : undefined));
  };
  return { clock, local, followed };
}

test("what one account does is done in its order, also after one that failed", async () => {
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const { local } = bench(async ({ did }) => {
    const text = did.kind === "wrote" ? did.text : "";
    order.push(`began ${text}`);
    if (text === "1") await first.promise;
    order.push(`ended ${text}`);
  });
  const all = ["1", "2", "3"].map((text) => local.conversations.write(owner, text, "en"));
  await Promise.resolve();
  assert.deepEqual(order, ["began 1"]);
  first.reject(new Error("went wrong"));
  await assert.rejects(async () => all[0]);
  await all[2];
  assert.deepEqual(order, ["began 1", "began 2", "ended 2", "began 3", "ended 3"]);
});

test("one account's slow answer does not hold up another's", async () => {
  const slow = Promise.withResolvers<void>();
  const { local } = bench(({ account }) => (account === owner ? slow.promise : Promise.resolve()));
  const mine = local.conversations.write(owner, "x", "en");
  await local.conversations.write({ channel: "local", externalId: "other" }, "y", "en");
  slow.resolve();
  await mine;
});

test("messages are told from the oldest kept to the newest, each as it stands now", async () => {
  const { local, followed } = bench(async ({ chat }, { port }) => {
    const { messageId } = await port.send(chat, view("asking"));
    await port.edit(chat, messageId, view("answer"));
  });
  await local.conversations.write(owner, "/x", "en");
  assert.deepEqual(
    followed().map((message) => [message?.id, message?.revision, message?.from]),
    [
      ["m1", 1, "person"],
      ["m2", 2, "bot"],
    ],
  );
});

test("two hundred messages are kept; an edit of one that is gone is sent anew", async () => {
  const { local, followed } = bench(async () => undefined);
  const chat = { channel: "local" as const, chatId: "owner", kind: "private" as const };
  const { messageId } = await local.port.send(chat, view("first"));
  for (let i = 0; i < 200; i++) await local.port.send(chat, view(`${i}`));
  assert.equal(followed().length, 200);
  const edited = await local.port.edit(chat, messageId, view("again"));
  assert.notEqual(edited.messageId, messageId);
  await assert.rejects(local.port.remove(chat, messageId), /not there any more/);
  await local.port.remove(chat, edited.messageId);
});

test("a press resolves with its notice at once, without one when handled, and in the end anyway", async () => {
  const stuck = Promise.withResolvers<void>();
  let way: "answers" | "silent" | "stuck" = "answers";
  const { local, clock } = bench(async ({ chat, did }, { port }) => {
    if (did.kind !== "pressed") return;
    if (way === "answers") {
      await port.answerPress(chat, did.pressId, { text: "Asking…", alert: false });
      await stuck.promise;
    } else if (way === "stuck") await stuck.promise;
  });
  assert.deepEqual(await local.conversations.press(owner, "m1", "t", "en"), { notice: "Asking…" });
  stuck.resolve();
  way = "silent";
  assert.deepEqual(await local.conversations.press(owner, "m1", "t", "en"), {});
  way = "stuck";
  const late = local.conversations.press({ ...owner, externalId: "b" }, "m1", "t", "en");
  clock.turn(10_000);
  assert.deepEqual(await late, {});
  assert.equal(clock.armed(), 0);
});

test("eight files are kept of a conversation, the oldest goes first and its message says so", async () => {
  const { local, followed } = bench(async () => undefined);
  const chat = { channel: "local" as const, chatId: "owner", kind: "private" as const };
  const bytes = new TextEncoder().encode("line\n");
  const ids: string[] = [];
  for (let i = 0; i < 9; i++)
    ids.push(
      (await local.port.sendFile(chat, { name: `../a ${i}.log`, mediaType: "text/plain", bytes })).messageId,
    );
  const [first = "", second = ""] = ids;
  const { conversations } = local;
  assert.equal(conversations.file(owner, first), undefined);
  assert.deepEqual(conversations.file(owner, second)?.bytes, bytes);
  assert.equal(conversations.file({ ...owner, externalId: "other" }, second), undefined);
  const [gone, here] = followed();
  assert.deepEqual(gone?.file, { name: "_a 0.log", mediaType: "text/plain", size: 5 });
  assert.equal(here?.file?.href, `/api/v1/chat/files/${second}`);
  await local.port.remove(chat, second);
  assert.equal(conversations.file(owner, second), undefined);
  const huge = { name: "x", mediaType: "text/plain", bytes: new Uint8Array(17 * 1024 * 1024) };
  await assert.rejects(local.port.sendFile(chat, huge), { code: "NOT_ALLOWED" });
});
