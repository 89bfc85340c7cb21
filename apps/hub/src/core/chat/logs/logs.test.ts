/** /logs in the chat: whose log is meant, what is asked for it, what comes as a file, who may, what went wrong. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { containers, logs } from "@servereye/commands/hub";
import { Fault } from "@servereye/contract";
import { chatEngine, labels, type Room, settle } from "../room.test-code.ts";

let engine: Awaited<ReturnType<typeof chatEngine>>;
before(async () => {
  engine = await chatEngine();
});
after(() => engine.close());

const id = (n: number) => String(n).repeat(64).slice(0, 64);
const AT = "2026-11-23T03:12:05.1Z";

/** Agents that have these containers, and a log of so many lines each. */
function fleet(room: Room, names: readonly string[], lines = 3) {
  const asks: Array<Record<string, unknown>> = [];
  room.ask = async ({ command, ask, server }) => {
    const told = ask as Record<string, unknown>;
    if (command.name === containers.name)
      return {
        answer: {
          containers: names.map((name, n) => ({
            ...{ id: id(n + 1), name, image: "busybox:1", state: "running", ports: [] },
          })),
          left: 0,
          odd: 0,
        },
        tookMs: 1,
      };
    assert.equal(command.name, logs.name);
    asks.push({ ...told, server: server.id });
    const text = Array.from({ length: lines }, (_, n) => `o${AT} line ${n}\n`).join("");
    return {
      answer: {
        ...{ id: told.id, name: names[Number(String(told.id)[0]) - 1], running: true, tty: false },
        ...{ form: "plain", text, leftLines: 0, leftBytes: 0, cut: 0, cursor: AT },
      },
      tookMs: 1,
    };
  };
  return asks;
}

test("a beginning of the name, an amount, a server; several and none are offered", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "attic");
  const cellar = await room.server(ann, "cellar");
  const asks = fleet(room, ["web", "db-1", "db-2"]);
  const which = await ann.write("/logs web 2h");
  assert.deepEqual(labels(which), ["1. attic", "2. cellar"]);
  const shown = (await ann.press(which, "2. cellar")).shown;
  assert.deepEqual(asks.at(-1), { id: id(1), sinceSeconds: 7_200, server: cellar.id });
  assert.match(shown?.view.title ?? "", /^📜 web · cellar$/);
  assert.match(shown?.text ?? "", /line 2\nAll 3 lines\./);
  await ann.write("/logs web 50 cel");
  assert.deepEqual(asks.at(-1), { id: id(1), lines: 50, server: cellar.id });
  const several = await ann.write("/logs db 10 cellar");
  assert.equal(labels(several).length, 2);
  await ann.press(several, /db-2/);
  assert.deepEqual(asks.at(-1), { id: id(3), lines: 10, server: cellar.id });
  assert.match((await ann.write("/logs wen cellar"))?.text ?? "", /Did you mean web\?/);
  assert.match((await ann.write("/logs"))?.text ?? "", /So: \/logs name/);
  assert.match((await ann.write("/logs ../x"))?.text ?? "", /no container's name/);
  assert.equal(room.files.length, 0, "all of it stood in the message");
});

test("what does not fit comes as a file, once for what was asked; the file can be had alone", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "attic");
  const asks = fleet(room, ["web"], 40);
  const shown = await ann.write("/logs web");
  assert.match(shown?.text ?? "", /The newest 24 of 40 lines/);
  assert.equal(room.files.length, 1);
  assert.match(room.files[0]?.name ?? "", /^web-attic-.*\.log$/);
  assert.match(new TextDecoder().decode(room.files[0]?.bytes), /Z out line 0\n/);
  await ann.press(shown, "🔄 Refresh");
  assert.equal(room.files.length, 1);
  const more = await ann.press(shown, "1,000");
  assert.deepEqual(asks.at(-1)?.lines, 1_000);
  assert.equal(room.files.length, 2);
  await ann.press(more.shown, "⬇ File");
  assert.deepEqual([room.files.length, asks.at(-1)?.lines], [3, 1_000]);
  assert.deepEqual(labels(more.shown), [
    "🔄 Refresh",
    "▶ Follow 1 min",
    "100",
    "1,000",
    "1 h",
    "⬇ File",
    "📦 Container",
  ]);
});

test("followed: only what came since is asked for, a fault ends it with words, and Refresh is there", async () => {
  const room = await engine.room();
  const ann = await room.person();
  await room.server(ann, "attic");
  const asks = fleet(room, ["web"]);
  const shown = await ann.write("/logs web");
  await ann.press(shown, "▶ Follow 1 min");
  assert.deepEqual(asks.at(-1)?.cursor, undefined);
  const here = () => room.messages.get(`${shown?.chatId} ${shown?.messageId}`);
  const until = async (so: () => boolean) => {
    const end = performance.now() + 10_000;
    while (!so()) {
      assert.ok(performance.now() < end, "it did not come about");
      room.clock.turn(500);
      await settle();
    }
  };
  await until(() => asks.at(-1)?.cursor === AT);
  room.ask = () => Promise.reject(new Fault("CONTAINER_NOT_FOUND", "gone"));
  await until(() => labels(here()).join() === "🔄 Refresh");
  assert.match(here()?.text ?? "", /line 2[\s\S]*There is no such container on attic\./);
});

test("a refusal of the agent's policy, a log that can not be read, and a stranger's press", async () => {
  const room = await engine.room();
  const ann = await room.person();
  const boris = await room.person("Boris");
  const attic = await room.server(ann, "attic");
  const asks = fleet(room, ["web"]);
  const shown = await ann.write("/logs web", { chatId: "-5", kind: "group" });
  const { notice } = await boris.press(shown, "🔄 Refresh", { chatId: "-5", kind: "group" });
  assert.match(notice?.text ?? "", /no such server among yours/);
  assert.equal(asks.length, 1);
  const answers = room.ask;
  room.ask = (question) =>
    question.command.name === logs.name
      ? Promise.reject(
          new Fault("POLICY_REFUSED", "not allowed", {
            values: { policy: "containers.logs", line: "SERVEREYE_AGENT_ALLOW=containers.logs" },
          }),
        )
      : answers(question);
  const refused = await ann.write("/logs web");
  assert.match(refused?.text ?? "", /SERVEREYE_AGENT_ALLOW=containers\.logs/);
  assert.deepEqual(labels(refused), ["🔄 Refresh"]);
  assert.ok(attic.id.length > 0);
});
