/** /overview and /top_servers: the worst first, in pages, live with the rights of now, by any measure. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { View } from "@servereye/contract";
import type { Presence } from "../../ports/broker.ts";
import { ruledHistory } from "../charts/history.test-code.ts";
import { chatEngine, labels, type Shown, settle } from "../room.test-code.ts";

const engine = await chatEngine();
after(() => engine.close());

const until = async (what: () => boolean): Promise<void> => {
  const end = performance.now() + 10_000;
  while (!what()) {
    assert.ok(performance.now() < end, "it did not come about");
    await settle();
  }
};

/** Headings, and bars as `label text level`. */
const lines = (view: View | undefined): string[] =>
  (view?.blocks ?? []).flatMap((block) => {
    if (block.type === "heading") return [`# ${block.text}`];
    if (block.type !== "bars") return [];
    return block.rows.map(({ label, text, level }) => `${label} ${text} ${level}`.replaceAll("\u00a0", " "));
  });

async function world(names: readonly string[]) {
  const room = await engine.room();
  const ann = await room.person("Ann");
  const servers: Array<{ id: string; name: string }> = [];
  for (const name of names) servers.push(await room.server(ann, name));
  for (const { id } of servers) room.online.set(id, { serverId: id } as Presence);
  const history = ruledHistory();
  room.history = history;
  return { room, ann, servers, history, id: (at: number) => servers[at]?.id ?? "" };
}

test("away first, then by threshold, then the fullest; of disks the fullest, by its name", async () => {
  const { room, ann, history, id } = await world(["calm", "full", "busy", "away", "mute"]);
  for (const [at, cpu, disk] of [
    [0, 5, 10],
    [1, 10, 93],
    [2, 85, 20],
  ] as const) {
    history.rules.set(`${id(at)} cpu.usage`, () => cpu);
    history.rules.set(`${id(at)} disk.used /`, () => disk);
    history.rules.set(`${id(at)} disk.used /boot`, () => 3);
  }
  room.online.delete(id(3));
  const shown = await ann.write("/overview");
  assert.equal(shown?.view.title, "👁 Servers: 4 of 5 online");
  assert.deepEqual(lines(shown?.view), [
    ...["# 🔴 away", "# full", "CPU 10 % ok", "/ 93 % bad"],
    ...["# busy", "CPU 85 % warn", "/ 20 % ok", "# calm", "CPU 5 % ok", "/ 10 % ok", "# mute"],
  ]);
  history.rules.set(`${id(0)} cpu.usage`, () => 99);
  const again = await ann.press(shown, "🔄 Refresh");
  assert.equal(again.shown?.messageId, shown?.messageId, "in place");
  assert.ok(lines(again.shown?.view).includes("CPU 99 % bad"));
});

test("pages of six, and live for ten minutes: what is taken away goes from it", async () => {
  const { room, ann, history, id } = await world(Array.from({ length: 8 }, (_, n) => `s${n}`));
  const bob = await room.person("Bob");
  for (const at of [0, 1]) await room.store.servers.grant(id(at), bob.id, "viewer");
  history.rules.set(`${id(0)} cpu.usage`, () => 50);
  const first = await ann.write("/overview");
  assert.equal(lines(first?.view).filter((line) => line.startsWith("#")).length, 6);
  const second = await ann.press(first, /2\/2/);
  assert.equal(lines(second.shown?.view).filter((line) => line.startsWith("#")).length, 2);

  const shown = await bob.write("/overview");
  const { shown: live } = await bob.press(shown, "📡 Live");
  assert.deepEqual(labels(live), ["s0", "s1", "⏹ Stop"]);
  const now = (): Shown | undefined => room.messages.get(`${bob.account.externalId} ${live?.messageId}`);
  /** Ten seconds for a drawing, which then takes as long as the database does. */
  const drawnSo = async (is: () => boolean) => {
    await settle();
    room.clock.turn(10_000);
    await until(is);
  };
  history.rules.set(`${id(0)} cpu.usage`, () => 70);
  await drawnSo(() => lines(now()?.view).includes("CPU 70 % ok"));
  await room.store.servers.revoke(id(0), bob.id);
  await drawnSo(() => lines(now()?.view).join() === "# s1");
  await room.live.close();
});

test("/top_servers ranks by any measure, the worst of each server, and leads to a chart of the first", async () => {
  const { ann, history, id } = await world(["a", "b", "c"]);
  for (const [at, value] of [10, 90, 50].entries()) history.rules.set(`${id(at)} cpu.usage`, () => value);
  history.rules.set(`${id(0)} temp.celsius core 0`, () => 40);
  history.rules.set(`${id(0)} temp.celsius core 1`, () => 88);
  const shown = await ann.write("/top_servers");
  assert.deepEqual(lines(shown?.view), ["b 90 % warn", "c 50 % ok", "a 10 % ok"]);
  const chart = await ann.press(shown, "📈");
  const [block] = chart.shown?.view.blocks ?? [];
  assert.deepEqual(block?.type === "chart" && block.lines.map(({ label }) => label), ["b", "c", "a"]);
  const hot = await ann.write("/top_servers temp");
  assert.deepEqual(lines(hot?.view), ["a 88 °C core 1 bad"]);
  assert.match(hot?.text ?? "", /2 servers have no number/);
  assert.match((await ann.write("/top_servers memroy"))?.text ?? "", /Did you mean memory\?/);
  assert.match((await ann.write("/top_servers swap"))?.text ?? "", /No server has sent/);
});
