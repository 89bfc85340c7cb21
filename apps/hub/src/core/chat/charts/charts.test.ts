/** /chart in the chat: what is meant, whose it is, which span, and what is said where there is nothing. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { measures, readings } from "@servereye/commands/hub";
import { Block, type Chart, View } from "@servereye/contract";
import { chatEngine, labels, type Shown } from "../room.test-code.ts";
import { hasMessage, LANGUAGES } from "../translate.ts";
import { ruledHistory } from "./history.test-code.ts";
import { meant, titleId } from "./meant.ts";
import { msOf, spanOf } from "./span.ts";

const engine = await chatEngine();
after(() => engine.close());

const HOUR = 3_600_000;

function chartIn(shown: Shown | undefined): Chart {
  View.parse(shown?.view);
  const found = shown?.view.blocks.find((block) => block.type === "chart");
  assert.ok(found?.type === "chart", `no chart in: ${shown?.text}`);
  return found;
}

async function world() {
  const room = await engine.room();
  const ann = await room.person("Ann");
  const web = await room.server(ann, "web-1");
  const db = await room.server(ann, "web-2");
  const history = ruledHistory({
    [`${web.id} cpu.usage`]: (at) => 40 + 30 * Math.sin(at / HOUR),
    [`${db.id} cpu.usage`]: 12,
    [`${web.id} disk.used /`]: 40,
    [`${web.id} disk.used /var`]: 91,
    [`${web.id} network.in eth0`]: 2_000_000,
    [`${web.id} network.out eth0`]: 1_000_000,
    [`${web.id} network.in wg0`]: 10,
    [`${web.id} network.out wg0`]: 10,
    [`${web.id} container.cpu web-nginx-1`]: 130,
    [`${web.id} container.cpu db`]: 3,
    ...Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`${db.id} disk.used /mnt/${n}`, 10 * n])),
  });
  room.history = history;
  return { room, ann, web, db, history };
}

test("words of a person lead to measures, and each measure has its title in each language", () => {
  const keys = (text: string) => {
    const found = meant(readings, text.split(" "), () => false);
    return found.kind === "measures"
      ? [...found.measures.map(({ key }) => key), ...found.rest.map((word) => `~${word}`)].join(" ")
      : `? ${found.near}`;
  };
  for (const [text, want] of [
    ["cpu", "cpu.usage"],
    ["CPU usage", "cpu.usage"],
    ["cpu.iowait", "cpu.iowait"],
    ["iowait web", "cpu.iowait ~web"],
    ["memory", "memory.usage"],
    ["swap", "memory.swap_usage"],
    ["disk /", "disk.used ~/"],
    ["disk inodes /var", "disk.inodes ~/var"],
    ["temp", "temp.celsius"],
    ["net eth0 in", "network.in ~eth0"],
    ["net", "network.in network.out"],
    ["load", "cpu.load1"],
    ["container nginx cpu", "container.cpu ~nginx"],
    ["container nginx memory", "container.memory ~nginx"],
    ["память", "memory.usage"],
    ["Загрузка процессора web", "cpu.usage ~web"],
    ["uptime", "uptime.seconds"],
    ["memroy", "? memory"],
    ["qqqqqqq", "? undefined"],
  ])
    assert.equal(keys(text ?? ""), want, text);
  for (const key of measures.keys())
    for (const language of LANGUAGES) assert.ok(hasMessage(language, titleId(key)), `${key} in ${language}`);
});

test("spans as people type them", () => {
  const read = ["3h", "2d", "90m", "week", "1y", "12ч", "день", "7D", "1m", "9y", "web", "h", "10", "cpu"];
  assert.deepEqual(read.map(spanOf), [
    ...["3h", "2d", "90m", "1w", "1y", "12h", "1d", "7d", "5m", "2y"],
    ...[undefined, undefined, undefined, undefined],
  ]);
  assert.equal(msOf("1w"), 7 * 24 * HOUR);
});

test("a chart, its spans in place, dark for who wishes it, and back to the reading", async () => {
  const { room, ann, web, history } = await world();
  const shown = await ann.write("/chart cpu web-1");
  const chart = chartIn(shown);
  assert.deepEqual([chart.title, chart.lines.length, chart.dark], ["CPU usage", 1, false]);
  assert.match(chart.subtitle, /^web-1 · /);
  assert.equal(chart.to - chart.from, 24 * HOUR);
  assert.ok(room.clock.now() - chart.to < 10_000 && chart.to <= room.clock.now());
  assert.deepEqual(labels(shown), [
    ...["1 h", "6 h", "•24 h", "7 d", "30 d", "1 y"],
    ...["🔄 Refresh", "🌗", "↩ Now"],
  ]);
  const week = await ann.press(shown, "7 d");
  assert.equal(week.shown?.messageId, shown?.messageId, "in place");
  assert.equal(chartIn(week.shown).to - chartIn(week.shown).from, 7 * 24 * HOUR);
  const dark = await ann.press(week.shown, "🌗");
  assert.equal(chartIn(dark.shown).dark, true);
  assert.equal(chartIn(await ann.write("/chart memory.usage 3h web-1")).dark, true, "kept for this person");
  assert.equal(chartIn((await ann.press(dark.shown, "🌗")).shown).dark, false);
  assert.ok(history.asked.every(({ points, serverIds }) => points <= 500 && serverIds[0] === web.id));
  assert.ok(labels(await ann.write("/chart cpu 3h web-1")).includes("•3 h"));
});

test("servers side by side; of many disks the worst, of interfaces the busiest, each by its button", async () => {
  const { room, ann, web } = await world();
  const both = chartIn(await ann.write("/chart cpu web-1 web-2 6h"));
  assert.deepEqual(
    both.lines.map(({ label }) => label),
    ["web-1", "web-2"],
  );
  const disks = await ann.write("/chart disk web-2");
  assert.deepEqual(
    chartIn(disks).lines.map(({ label }) => label),
    ["/mnt/5", "/mnt/4", "/mnt/3", "/mnt/2"],
  );
  assert.match(disks?.text ?? "", /4 worst or busiest of 6/);
  const one = await ann.press(disks, "/mnt/1");
  assert.match(chartIn(one.shown).subtitle, /web-2 · \/mnt\/1/);
  assert.equal(chartIn((await ann.press(one.shown, "All")).shown).lines.length, 4);
  const net = chartIn(await ann.write("/chart net web-1"));
  assert.deepEqual(
    net.lines.map(({ label }) => label),
    ["eth0 · Traffic in", "eth0 · Traffic out", "wg0 · Traffic in", "wg0 · Traffic out"],
  );
  await room.store.people.choose(ann.id, `telegram:${ann.account.externalId}`, web.id);
  assert.match(chartIn(await ann.write("/chart disk /")).subtitle, /web-1 · \/ · /);
  assert.match(chartIn(await ann.write("/chart container nginx cpu 1h")).subtitle, /web-1 · web-nginx-1/);
  const which = await ann.write("/chart container zzz cpu");
  assert.deepEqual(labels(which), ["db", "web-nginx-1"]);
  const db = await ann.press(which, "db");
  assert.ok(labels(db.shown).includes("web-nginx-1"), "from one to the next");
});

test("what is not known is offered: the measure, the server, everything", async () => {
  const { ann } = await world();
  const near = await ann.write("/chart memroy 6h web-1");
  assert.match(near?.text ?? "", /Did you mean memory\?/);
  const all = await ann.write("/chart");
  assert.ok(labels(all).includes("CPU usage") && labels(all).includes("Temperature"));
  const server = await ann.press(all, "CPU usage");
  assert.deepEqual(labels(server.shown), ["1. web-1", "2. web-2"]);
  assert.equal(chartIn((await ann.press(server.shown, "2. web-2")).shown).lines.length, 1);
  assert.match((await ann.write("/chart cpu nowhere"))?.text ?? "", /nowhere/);
});

test("nothing yet, nothing then, not measured: each is said, with an empty plot", async () => {
  const { room, ann, web, db, history } = await world();
  const now = room.clock.now();
  history.rules.set(`${web.id} temp.average`, (at) => (at > now - 30 * 60_000 ? 50 : null));
  const since = await ann.write("/chart temp.average 6h web-1");
  assert.match(since?.text ?? "", /Measured since <time>/);
  history.rules.set(`${web.id} temp.average`, (at) => (at < now - 48 * HOUR ? 50 : null));
  assert.match((await ann.write("/chart temp.average 6h web-1"))?.text ?? "", /nothing in this time.*<time>/);
  const unmeasured = await ann.write("/chart temp web-2");
  assert.deepEqual(chartIn(unmeasured).lines, []);
  assert.match(unmeasured?.text ?? "", /web-2 does not measure this. What it has: cpu, disk/);
  for (const name of [...history.rules.keys()].filter((one) => one.startsWith(db.id)))
    history.rules.delete(name);
  assert.match((await ann.write("/chart cpu web-2"))?.text ?? "", /from when its agent is connected/);
});

test("the right is decided at each press; the store away is said in words", async () => {
  const { room, ann, web } = await world();
  const bob = await room.person("Bob");
  await room.store.servers.grant(web.id, bob.id, "viewer");
  const shown = await bob.write("/chart cpu web-1");
  assert.equal(chartIn(shown).lines.length, 1);
  await room.store.servers.revoke(web.id, bob.id);
  const refused = await bob.press(shown, "7 d");
  assert.ok(!refused.shown?.view.blocks.some((block) => Block.parse(block).type === "chart"));
  assert.match(
    `${refused.shown?.text} ${refused.notice?.text}`,
    /no such server|do not see|cannot see|can not see/i,
  );
  room.broken.add("people.actor");
  assert.match((await ann.write("/chart cpu web-1"))?.text ?? "", /database/);
});

test("📈 stands under a reading, an unanswered one too, and opens its last six hours in its place", async () => {
  const { ann, web } = await world();
  const offline = await ann.write("/cpu web-1");
  assert.ok(labels(offline).includes("📈"));
  const chart = await ann.press(offline, "📈");
  assert.equal(chart.shown?.messageId, offline?.messageId);
  assert.equal(chartIn(chart.shown).to - chartIn(chart.shown).from, 6 * HOUR);
  const back = await ann.press(chart.shown, "↩ Now");
  assert.ok(labels(back.shown).includes("📈") && !labels(await ann.write("/ping web-1")).includes("📈"));
  assert.ok(web.id);
});
